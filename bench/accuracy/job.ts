import {
  createInterpreter,
  decodeForecast,
  encodeSamples,
  type IntegerModel,
  withoutBranch,
} from "../../src/integer/index.js";
import {
  buildGraph,
  type Fold,
  foldParameters,
  type Parameters,
  readParameters,
  type ScaleKind,
  writeParameters,
} from "../../src/model/index.js";
import {
  fitLinear,
  forecastErrors,
  type PreparedSeries,
  persistence,
  predictLinear,
  seasonalNaive,
  type WindowSet,
} from "../../src/series/index.js";
import {
  type FloatOptions,
  forward,
  type QuantisedOptions,
  trainFloat,
  trainQuantised,
} from "../../src/training/index.js";
import { integerModelFor, networkFor } from "../common/network.js";
import { contentHash, datasets, prepareDataset, readRecording } from "./datasets.js";
import {
  type BaselineResult,
  baselineResult,
  type FloatResult,
  floatResult,
  type IntegerResult,
  integerResult,
  type Store,
} from "./store.js";

/** One float model and the integer-only ones made from it; without a seed the reference forecasts. */
export interface Job {
  readonly dataset: string;
  readonly dModel: number;
  readonly seed: number;
  readonly bits: readonly number[];
  readonly quick: boolean;
  /** Sets of folds, each trained at each of the widths; without any by default. */
  readonly folds?: readonly (readonly Fold[])[];
  /** Options of quantisation-aware training other than the defaults, or other scales, under a name. */
  readonly variant?: { readonly name: string; readonly options: QuantisedOptions; readonly scales?: ScaleKind };
}

/** A finished part of a job. */
export type Part =
  | { readonly kind: "baselines"; readonly dataset: string; readonly kept: boolean; readonly result: BaselineResult }
  | {
      readonly kind: "float";
      readonly dataset: string;
      readonly dModel: number;
      readonly seed: number;
      readonly kept: boolean;
      readonly result: FloatResult;
    }
  | {
      readonly kind: "integer";
      readonly dataset: string;
      readonly dModel: number;
      readonly seed: number;
      readonly bits: number;
      readonly folds: readonly Fold[];
      readonly variant: string | null;
      readonly kept: boolean;
      readonly result: IntegerResult;
    };

/** What --quick trains, instead of the defaults. */
const quickEpochs = { float: { epochs: 4 }, quantised: { epochs: 5 } } as const;

interface Loaded {
  readonly name: string;
  readonly recording: string;
  readonly data: PreparedSeries;
}

/** Does jobs one by one; what the store holds is not done again. */
export class Worker {
  #loaded: Loaded | undefined;

  constructor(readonly store: Store) {}

  baselines(dataset: string): Part {
    const { data, recording } = this.#load(dataset);
    const key = { kind: "baselines", recording, ...definition(dataset) };
    const kept = this.store.read(key, baselineResult);
    if (kept) return { kind: "baselines", dataset, kept: true, result: kept };
    const { train, validation, test } = data;
    const seasonal = seasonalNaive(test);
    const result = {
      persistence: rmse(test, persistence(test)),
      seasonalNaive: seasonal.available ? rmse(test, seasonal.predictions) : null,
      linear: rmse(test, predictLinear(fitLinear(train, validation), test)),
      windows: { ...data.counts.windows },
    };
    this.store.write(key, result);
    return { kind: "baselines", dataset, kept: false, result };
  }

  async run(job: Job, done: (part: Part) => void): Promise<void> {
    const { dataset, dModel, seed, quick, variant } = job;
    const { data, recording } = this.#load(dataset);
    const base = { recording, ...definition(dataset), dModel, seed, quick };
    const float = await this.#float(base, data, { dModel, seed, ...(quick ? quickEpochs.float : {}) });
    done({ kind: "float", dataset, dModel, seed, kept: float.kept, result: float.result });
    const changes = variant?.options ?? {};
    for (const folds of job.folds ?? [[]]) {
      for (const bits of job.bits) {
        const key = {
          kind: "integer",
          ...base,
          bits,
          ...(folds.length > 0 && { folds }),
          ...(Object.keys(changes).length > 0 && { options: changes }),
          ...(variant?.scales && { scales: variant.scales }),
        };
        const kept = this.store.read(key, integerResult);
        const result = kept ?? (await trainInteger(data, float.parameters, { ...job, bits, folds }));
        if (kept === undefined) this.store.write(key, result);
        const name = variant?.name ?? null;
        done({ kind: "integer", dataset, dModel, seed, bits, folds, variant: name, kept: kept !== undefined, result });
      }
    }
  }

  async #float(
    base: object,
    data: PreparedSeries,
    { dModel, ...options }: FloatOptions & { readonly dModel: number },
  ): Promise<{ parameters: Parameters; result: FloatResult; kept: boolean }> {
    const key = { kind: "float", ...base };
    const graph = networkFor(data.test, dModel, 8); // its bits are of no meaning in floats
    const kept = this.store.read(key, floatResult);
    const bytes = this.store.readBytes(key, "safetensors");
    if (kept && bytes) {
      return {
        kept: true,
        result: kept,
        parameters: readParameters(bytes, graph, this.store.path(key, "safetensors")),
      };
    }
    const before = process.cpuUsage();
    const { parameters, history } = await trainFloat(graph, data, options);
    const cpuSeconds = secondsSince(before);
    const error = rmse(data.test, data.test.unscale(forward(graph, parameters, data.test)));
    const result = { rmse: error, cpuSeconds, epochs: history.length };
    this.store.writeBytes(key, "safetensors", writeParameters(parameters));
    this.store.write(key, result);
    return { kept: false, result, parameters };
  }

  #load(name: string): Loaded {
    if (this.#loaded?.name === name) return this.#loaded;
    const dataset = datasets.find((candidate) => candidate.name === name);
    if (!dataset) throw new Error(`no data set ${name}`);
    const bytes = readRecording(dataset);
    this.#loaded = { name, recording: contentHash(bytes), data: prepareDataset(dataset, bytes) };
    return this.#loaded;
  }
}

async function trainInteger(
  data: PreparedSeries,
  parameters: Parameters,
  {
    dModel,
    seed,
    bits,
    folds,
    quick,
    variant,
  }: Omit<Job, "bits" | "folds"> & {
    readonly bits: number;
    readonly folds: readonly Fold[];
  },
): Promise<IntegerResult> {
  const { test } = data;
  const unfolded = networkFor(test, dModel, bits);
  const { precision } = unfolded;
  const scales = variant?.scales ?? precision.scales;
  const graph = buildGraph({ ...unfolded.architecture, folds }, { ...precision, scales });
  const before = process.cpuUsage();
  const options = { seed, ...(quick ? quickEpochs.quantised : {}), ...variant?.options };
  const { quantised, history } = await trainQuantised(graph, foldParameters(graph, parameters), data, options);
  const cpuSeconds = secondsSince(before);
  const model = integerModelFor(graph, quantised, test);
  const samples = new Float64Array(test.count * test.inputSize);
  test.gatherRaw(test.allIndices(), samples, new Float64Array(test.count * test.outputSize));
  const codes = encodeSamples(model, samples);
  const errorOf = (of: IntegerModel) => rmse(test, decodeForecast(of, createInterpreter(of).run(codes)));
  return {
    rmse: errorOf(model),
    withoutBranch: errorOf(withoutBranch(model)),
    cpuSeconds,
    epochs: history.length,
  };
}

function definition(name: string): object {
  const dataset = datasets.find((candidate) => candidate.name === name);
  return { dataset: dataset?.name, rows: dataset?.rows, series: dataset?.series };
}

function rmse(windows: WindowSet, predictions: ArrayLike<number>): number {
  return forecastErrors(windows, predictions).rmse;
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
