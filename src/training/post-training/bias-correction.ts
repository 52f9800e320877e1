import type { Graph, LinearOperator, Operator, Parameter, Parameters, QuantisedParameters } from "../../model/index.js";
import { tensor } from "../../model/index.js";
import { breather } from "../breathe.js";
import { Engine } from "../engine/engine.js";
import type { Program } from "../engine/program.js";
import { batchOf } from "../float.js";
import { loadQuantised } from "../quantisation/parameters.js";
import { spread, type WindowSource } from "../source.js";
import type { Threads } from "../threads.js";

/** Windows of a pass. */
const BATCH = 64;

/**
 * Moves what rounding changes the mean of every channel by into the biases: operator by operator, in the graph's order, so that each sees
 * inputs that are corrected already. A linear operator's bias takes the mean difference between the float model's output and the fake-quantised
 * one, both before requantisation (and ReLU); a normalised residual's offset does the same. Errors that differ from window to window stay.
 *
 * @param windows training windows the means are taken over, at most
 */
export async function correctBiases(
  graph: Graph,
  float: Parameters,
  quantised: QuantisedParameters,
  train: WindowSource,
  windows: number,
  { signal, threads }: { readonly signal?: AbortSignal; readonly threads?: Threads },
): Promise<QuantisedParameters> {
  const engine = new Engine(graph, batchOf(train, BATCH), { threads });
  try {
    const passes = new Means(engine, spread(train, windows));
    engine.load(float);
    const plain = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
    const names = [...graph.tensors.keys()];
    const means = passes.of(plain, names, "value");
    const coarse = engine.program({ quantised: true, norm: "running", backward: false, mute: [] });
    const parameters = new Map(quantised.parameters);
    const breath = breather(signal);
    for (const operator of graph.operators) {
      const bias = biasOf(operator);
      if (bias === null) continue;
      loadQuantised(engine, { ...quantised, parameters });
      const wanted = operator.kind === "linear" ? productOf(graph, operator, float, means) : of(means, operator.output);
      const got = of(passes.of(coarse, [operator.output], "raw"), operator.output);
      const kept = at(parameters, bias);
      const { features, tokens } = tensor(graph, operator.output);
      const data = kept.data.slice();
      const share = data.length / wanted.length; // 1 / tokens where one bias is all tokens'
      for (let index = 0; index < tokens * features; index++) {
        const place = index % data.length;
        data[place] = (data[place] ?? 0) + share * ((wanted[index] ?? 0) - (got[index] ?? 0));
      }
      parameters.set(bias, { ...kept, data });
      await breath();
    }
    return { ...quantised, parameters };
  } finally {
    engine.close();
  }
}

/** The parameter that is added to each channel of an operator's output; null: there is none. */
function biasOf(operator: Operator): string | null {
  if (operator.kind === "linear") return operator.bias.name;
  if (operator.kind === "residual" && operator.norm !== null) return `${operator.norm}.bias`;
  return null;
}

/** Mean output of a linear operator in floats, [tokens][rows], which that of its input decides. */
function productOf(
  graph: Graph,
  { input, output, weight, bias }: LinearOperator,
  float: Parameters,
  means: ReadonlyMap<string, Float64Array>,
): Float64Array {
  const x = of(means, input);
  const w = at(float, weight.name).data;
  const b = at(float, bias.name).data;
  const { tokens } = tensor(graph, output);
  return Float64Array.from({ length: tokens * weight.rows }, (_, index) => {
    const [token, row] = [Math.floor(index / weight.rows), index % weight.rows];
    let sum = b[index % b.length] ?? Number.NaN;
    for (let c = 0; c < weight.columns; c++) {
      sum += (w[row * weight.columns + c] ?? Number.NaN) * (x[token * weight.columns + c] ?? Number.NaN);
    }
    return sum;
  });
}

/** Means over windows of what tensors hold, [tokens][features]. */
class Means {
  readonly #x: Float32Array;
  readonly #y: Float32Array;

  constructor(
    readonly engine: Engine,
    readonly source: WindowSource,
  ) {
    const { window, inputs, horizon, targets } = engine.graph.architecture;
    this.#x = new Float32Array(engine.batch * window * inputs);
    this.#y = new Float32Array(engine.batch * horizon * targets);
  }

  of(program: Program, names: readonly string[], which: "value" | "raw"): Map<string, Float64Array> {
    const { engine, source } = this;
    const { graph, batch } = engine;
    const means = new Map<string, Float64Array>();
    for (const name of names) {
      const { tokens, features } = tensor(graph, name);
      means.set(name, new Float64Array(tokens * features));
    }
    program.prepare();
    for (let first = 0; first < source.count; first += batch) {
      const count = Math.min(batch, source.count - first);
      source.gather(
        Uint32Array.from({ length: count }, (_, index) => first + index),
        this.#x,
        this.#y,
      );
      engine.setWindows(this.#x, count);
      program.run();
      for (const [name, mean] of means) {
        const values = engine.read(name, count, which);
        for (let index = 0; index < values.length; index++) {
          const place = index % mean.length;
          mean[place] = (mean[place] ?? 0) + (values[index] ?? Number.NaN) / source.count;
        }
      }
    }
    return means;
  }
}

function of(means: ReadonlyMap<string, Float64Array>, name: string): Float64Array {
  const found = means.get(name);
  if (!found) throw new Error(`no mean of "${name}"`);
  return found;
}

function at(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (!found) throw new Error(`there is no parameter "${name}"`);
  return found;
}
