import { encodeWindows } from "../../src/cli/steps/test-windows.js";
import {
  createInterpreter,
  decodeForecast,
  encodeSamples,
  type IntegerModel,
  parseIntegerModel,
  serialiseIntegerModel,
} from "../../src/integer/index.js";
import {
  buildGraph,
  defineArchitecture,
  definePrecision,
  type Graph,
  type Parameters,
  type Precision,
  readParameters,
  writeParameters,
} from "../../src/model/index.js";
import type { PreparedSeries, WindowSet } from "../../src/series/index.js";
import { blockMeans } from "../../src/training/blocks.js";
import { forward, trainFloat, trainQuantised } from "../../src/training/index.js";
import { contentHash, datasets, prepareDataset, readRecording } from "../accuracy/datasets.js";
import type { Store } from "../accuracy/store.js";
import { widthsText } from "../common/format.js";
import { integerModelFor } from "../common/network.js";
import { mean } from "../common/statistics.js";

/** A network on a recording, and the seed of its trainings. */
export interface Subject {
  readonly dataset: string;
  readonly window: number;
  readonly dModel: number;
  readonly layers: number;
  readonly seed: number;
}

/** "pems_lane, d_model 32, n 24, 2 layers, seed 1" */
export function subjectName({ dataset, window, dModel, layers, seed }: Subject): string {
  return `${dataset}, d_model ${dModel}, n ${window}${layers > 1 ? `, ${layers} layers` : ""}, seed ${seed}`;
}

/** Root mean squared errors in the signal's unit. */
export interface Errors {
  readonly validation: number;
  readonly test: number;
  /** Mean squared errors of stretches of the validation windows, in order. */
  readonly stretches: Float64Array;
}

export interface FloatModel {
  readonly parameters: Parameters;
  readonly errors: Errors;
}

export interface IntegerOnly {
  readonly model: IntegerModel;
  readonly errors: Errors;
}

const quickEpochs = { float: 3, quantised: 4 } as const;

/** Trains what is asked for, once: finished models are kept under the hash of all that decides them. */
export class Workshop {
  readonly #data = new Map<string, { readonly recording: string; readonly series: PreparedSeries }>();

  constructor(
    private readonly store: Store,
    private readonly options: { readonly quick: boolean; readonly progress: (text: string) => void },
  ) {}

  data({ dataset, window }: Pick<Subject, "dataset" | "window">): PreparedSeries {
    return this.#load({ dataset, window }).series;
  }

  /** The network of a subject. */
  graph(subject: Subject, precision: Precision): Graph {
    const { dModel, layers, window } = subject;
    const { test } = this.data(subject);
    const columns = test.targets.map((target) => test.inputs.indexOf(target));
    const architecture = defineArchitecture({
      window,
      horizon: test.horizon,
      inputs: test.inputs.length,
      targets: test.targets.length,
      ...{ dModel, layers },
      persistence: columns.includes(-1) ? null : columns,
    });
    return buildGraph(architecture, precision);
  }

  async float(subject: Subject): Promise<FloatModel> {
    const series = this.data(subject);
    const graph = this.graph(subject, definePrecision());
    const key = { kind: "float", ...this.#key(subject) };
    const bytes = this.store.readBytes(key, "safetensors");
    const parameters = bytes
      ? readParameters(bytes, graph, this.store.path(key, "safetensors"))
      : await this.#trainFloat(subject, graph, series);
    if (!bytes) this.store.writeBytes(key, "safetensors", writeParameters(parameters));
    return {
      parameters,
      errors: errorsOf(series, (windows) => windows.unscale(forward(graph, parameters, windows))),
    };
  }

  /** Quantisation-aware training from the float model. */
  async integer(subject: Subject, precision: Precision): Promise<IntegerOnly> {
    const series = this.data(subject);
    const graph = this.graph(subject, precision);
    const key = { kind: "integer", ...this.#key(subject), precision };
    const bytes = this.store.readBytes(key, "model.json");
    const text = bytes ? new TextDecoder().decode(bytes) : await this.#trainInteger(subject, graph, series);
    if (!bytes) this.store.writeBytes(key, "model.json", new TextEncoder().encode(text));
    const model = parseIntegerModel(text, this.store.path(key, "model.json"));
    return { model, errors: errorsOf(series, (windows) => forecastsOf(model, windows)) };
  }

  /** Sample codes of test windows, spread evenly. */
  windows(subject: Subject, model: IntegerModel, count: number): Int16Array {
    return encodeWindows(model, this.data(subject).test.spread(count));
  }

  async #trainFloat(subject: Subject, graph: Graph, series: PreparedSeries): Promise<Parameters> {
    this.options.progress(`${subjectName(subject)}: training in floats`);
    const epochs = this.options.quick ? { epochs: quickEpochs.float } : {};
    return (await trainFloat(graph, series, { seed: subject.seed, ...epochs })).parameters;
  }

  async #trainInteger(subject: Subject, graph: Graph, series: PreparedSeries): Promise<string> {
    const { parameters } = await this.float(subject);
    this.options.progress(`${subjectName(subject)}: training at ${widthsText(graph.precision)}`);
    const epochs = this.options.quick ? { epochs: quickEpochs.quantised } : {};
    const { quantised } = await trainQuantised(graph, parameters, series, { seed: subject.seed, ...epochs });
    return serialiseIntegerModel(integerModelFor(graph, quantised, series.test));
  }

  #key(subject: Subject): object {
    return { ...subject, recording: this.#load(subject).recording, quick: this.options.quick };
  }

  #load({ dataset: name, window }: Pick<Subject, "dataset" | "window">) {
    const id = `${name} ${window}`;
    const known = this.#data.get(id);
    if (known) return known;
    const dataset = datasets.find((candidate) => candidate.name === name);
    if (!dataset) throw new Error(`no data set ${name}`);
    const bytes = readRecording(dataset);
    const windowed = { ...dataset, series: { ...dataset.series, window } };
    const loaded = { recording: contentHash(bytes), series: prepareDataset(windowed, bytes) };
    this.#data.set(id, loaded);
    return loaded;
  }
}

function errorsOf({ validation, test }: PreparedSeries, forecasts: (windows: WindowSet) => ArrayLike<number>): Errors {
  const squares = (windows: WindowSet) => {
    const wanted = new Float64Array(windows.count * windows.outputSize);
    windows.gatherRaw(windows.allIndices(), new Float64Array(windows.count * windows.inputSize), wanted);
    return Array.from(forecasts(windows), (value, index) => (value - (wanted[index] ?? Number.NaN)) ** 2);
  };
  const [judged, tested] = [squares(validation), squares(test)];
  return {
    validation: Math.sqrt(mean(judged)),
    test: Math.sqrt(mean(tested)),
    stretches: blockMeans(judged, validation.outputSize),
  };
}

/** Of an integer-only model, in the signal's unit. */
function forecastsOf(model: IntegerModel, windows: WindowSet): ArrayLike<number> {
  const samples = new Float64Array(windows.count * windows.inputSize);
  windows.gatherRaw(windows.allIndices(), samples, new Float64Array(windows.count * windows.outputSize));
  return decodeForecast(model, createInterpreter(model).run(encodeSamples(model, samples)));
}
