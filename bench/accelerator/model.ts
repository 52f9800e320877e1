import { encodeWindows } from "../../src/cli/steps/test-windows.js";
import { type IntegerModel, parseIntegerModel, serialiseIntegerModel } from "../../src/integer/index.js";
import { buildGraph, foldParameters } from "../../src/model/index.js";
import type { PreparedSeries } from "../../src/series/index.js";
import { trainFloat, trainQuantised } from "../../src/training/index.js";
import { contentHash, type Dataset, datasets, prepareDataset, readRecording } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import { integerModelFor, networkFor } from "../common/network.js";
import type { RowSpec } from "./rows.js";

/** Epochs in floats and quantisation-aware: the bench measures hardware, not forecasts. */
export const epochs = {
  full: { float: 3, quantised: 5 },
  quick: { float: 1, quantised: 1 },
} as const;

/** A briefly trained model and windows of the recording's test part for it. */
export interface Trained {
  readonly model: IntegerModel;
  /** The model's file; it has all that decides the hardware. */
  readonly file: string;
  readonly inputs: number;
  readonly targets: number;
  /** Sample codes [count][n][m] of at most so many test windows, spread evenly. */
  readonly windows: (count: number) => Int16Array;
}

/** The data set of a row, with the row's targets. @throws Error for a name that none has */
export function datasetOf({ dataset, targets }: Pick<RowSpec, "dataset" | "targets">): Dataset {
  const found = datasets.find(({ name }) => name === dataset);
  if (found === undefined) throw new Error(`no data set ${dataset}`);
  return targets === undefined ? found : { ...found, series: { ...found.series, target: [...targets] } };
}

/** The model of a row, from the store where it has been trained already. */
export async function trainedModel(
  spec: RowSpec,
  store: Store,
  options: { readonly quick: boolean; readonly progress: (text: string) => void },
): Promise<Trained> {
  const dataset = datasetOf(spec);
  const recording = readRecording(dataset);
  const data = prepareDataset(dataset, recording);
  const { float, quantised } = epochs[options.quick ? "quick" : "full"];
  const { dModel, bits, heads, layers, folds, scales } = spec;
  const key = {
    kind: "model",
    recording: contentHash(recording),
    ...{ rows: dataset.rows, series: dataset.series },
    ...{ dModel, bits, heads, layers, folds, float, quantised },
    ...(scales && { scales }),
  };
  const kept = store.readBytes(key, "model.json");
  let file = kept === undefined ? undefined : new TextDecoder().decode(kept);
  if (file === undefined) {
    options.progress(`${spec.name}: training briefly (${float} + ${quantised} epochs, ${data.train.count} windows)`);
    file = serialiseIntegerModel(await train(spec, data, { float, quantised }));
    store.writeBytes(key, "model.json", new TextEncoder().encode(file));
  }
  const model = parseIntegerModel(file, store.path(key, "model.json"));
  return {
    model,
    file,
    inputs: model.architecture.inputs,
    targets: model.architecture.targets,
    windows: (count) => encodeWindows(model, data.test.spread(count)),
  };
}

async function train(
  { dModel, bits, heads, layers, folds, scales }: RowSpec,
  data: PreparedSeries,
  { float, quantised }: { readonly float: number; readonly quantised: number },
): Promise<IntegerModel> {
  const unfolded = networkFor(data.test, dModel, bits, { heads, layers });
  const precision = scales === undefined ? unfolded.precision : { ...unfolded.precision, scales };
  const graph = buildGraph({ ...unfolded.architecture, folds }, precision);
  const { parameters } = await trainFloat(unfolded, data, { seed: 1, epochs: float });
  const result = await trainQuantised(graph, foldParameters(graph, parameters), data, { seed: 1, epochs: quantised });
  return integerModelFor(graph, result.quantised, data.test);
}
