import { basename } from "node:path";
import { GatecastError } from "../../errors.js";
import { type Graph, outputs, type Parameters, readParameters } from "../../model/index.js";
import { significant } from "../../report/format.js";
import { contentHash } from "../../toolchain/files.js";
import { forward, type WindowSource } from "../../training/index.js";
import { readBytes } from "../read-bytes.js";

/** A float model that was trained elsewhere, and how well it does here. */
export interface FloatModel {
  readonly parameters: Parameters;
  /** Mean squared error on the validation windows. */
  readonly loss: number;
  /** One line. */
  readonly judgement: string;
}

/** The content hash of the file. @throws GatecastError "usage" where it cannot be read */
export async function floatModelHash(path: string): Promise<string> {
  return contentHash(await bytesOf(path));
}

/**
 * Reads a float model, which must be of this network and forecast numbers.
 *
 * @param validation the windows it is tried on
 * @throws GatecastError "usage" where the file cannot be read, "model" or "run" where it is not such a model
 */
export async function readFloatModel(path: string, graph: Graph, validation: WindowSource): Promise<FloatModel> {
  const name = basename(path);
  const parameters = readParameters(await bytesOf(path), graph, name);
  for (const [tensor, { data }] of parameters) {
    if (data.every(Number.isFinite) && !(tensor.endsWith("running_var") && data.some((value) => value < 0))) continue;
    throw unusable(path, `"${tensor}" in ${name} holds what is no weight: NaN, infinite, or a variance below 0.`);
  }
  const { model, persistence } = losses(graph, parameters, validation);
  // Training squares them in single precision.
  if (!Number.isFinite(Math.fround(model))) {
    const what = "are no numbers, or off by more than 1e19 standard deviations";
    throw unusable(path, `The forecasts of ${name} on the validation windows ${what}.`);
  }
  const taken = `taken from ${name}; validation loss ${significant(model)}`;
  if (persistence === null || model < persistence) return { parameters, loss: model, judgement: taken };
  const doubt = `worse than the last value's ${significant(persistence)}: was it trained on these columns, standardised?`;
  return { parameters, loss: model, judgement: `${taken}, ${doubt}` };
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (cause) {
    throw new GatecastError("usage", `The float model ${path} cannot be read: ${(cause as Error).message}.`, {
      remedy: "Name a safetensors file with --from; docs/training.md says what it holds.",
      where: { key: "from", file: path },
      cause,
    });
  }
}

function unusable(path: string, message: string): GatecastError {
  return new GatecastError("run", message, {
    remedy: "Export the model again from a training that did not diverge.",
    where: { key: "from", file: path },
  });
}

/** Mean squared errors on the validation windows: the model's, and that of the last value where targets are inputs. */
function losses(graph: Graph, parameters: Parameters, validation: WindowSource) {
  const { window, inputs, targets, persistence } = graph.architecture;
  const width = outputs(graph.architecture);
  const x = new Float32Array(validation.count * window * inputs);
  const y = new Float32Array(validation.count * width);
  validation.gather(
    Uint32Array.from({ length: validation.count }, (_, index) => index),
    x,
    y,
  );
  const forecasts = forward(graph, parameters, validation);
  const mean = (forecast: (row: number, output: number) => number) =>
    y.reduce((sum, wanted, at) => sum + (forecast(Math.floor(at / width), at % width) - wanted) ** 2, 0) / y.length;
  const last = (row: number, column: number) => x[((row + 1) * window - 1) * inputs + column] ?? Number.NaN;
  return {
    model: mean((row, output) => forecasts[row * width + output] ?? Number.NaN),
    persistence: persistence && mean((row, output) => last(row, persistence[output % targets] ?? -1)),
  };
}
