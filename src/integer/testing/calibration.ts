import {
  type AttentionOperator,
  codeRange,
  type Graph,
  type LinearOperator,
  multiplierBits,
  type Operator,
  type Parameter,
  type QuantisedParameters,
  type ResidualOperator,
  type TensorQuantiser,
  tensor,
} from "../../model/index.js";
import { clamp, roundHalfAway } from "../../numeric/integers.js";
import { Random } from "../../numeric/random.js";
import { type Converter, createConverter } from "../conversion/index.js";
import type { AttentionInternals } from "../operators/attention.js";
import { planOperator } from "../plan-operator.js";
import { shiftedRowScales, shiftedScoreScale } from "../power-of-two.js";
import { allocate, at, type TensorData } from "../tensor.js";
import { nearerSide, product, quantile, statistics } from "./statistics.js";
import { randomWindows } from "./windows.js";

/**
 * Random parameters of a network, and quantisers that keep it alive: ranges are measured operator by operator, so that a
 * few percent of the values of every tensor lie beyond each clamp.
 */
export function randomQuantisedParameters(graph: Graph, seed: number): QuantisedParameters {
  return new Calibration(graph, seed).run();
}

/** Values beyond each clamp that are aimed at in 64 windows, in all features and tokens of a tensor together. */
const clampedIn64Windows = 10;

/**
 * Goes through the graph once. Each operator gets random weights whose result has a spread near 1, the quantiser of its
 * output is set from that result, and it is converted and run on the calibration windows for the operators behind it.
 */
class Calibration {
  readonly #graph: Graph;
  readonly #random: Random;
  readonly #windows: number;
  readonly #parameters = new Map<string, Parameter>();
  readonly #activations = new Map<string, TensorQuantiser>();
  readonly #scores = new Map<string, number>();
  readonly #weights = new Map<string, Float32Array>();
  readonly #converter: Converter;
  /** By tensor, the integers of each calibration window. */
  readonly #data = new Map<string, TensorData[]>();

  constructor(graph: Graph, seed: number) {
    this.#graph = graph;
    this.#random = new Random(seed, 2);
    this.#windows = graph.architecture.window <= 64 ? 64 : 24;
    this.#converter = createConverter(graph, this.#quantised());
    const codes = randomWindows(graph, this.#windows, this.#random.uint32());
    const length = codes.length / this.#windows;
    this.#data.set(
      graph.input,
      Array.from({ length: this.#windows }, (_, i) => codes.slice(i * length, (i + 1) * length)),
    );
    const { lo, hi } = codeRange(graph.precision.samples, false);
    const zeroPoint = clamp(roundHalfAway((hi - lo) * this.#random.uniformBetween(-0.1, 0.1)), lo, hi);
    this.#activations.set(graph.input, { scale: Math.fround(5 / (hi - lo)), zeroPoint });
  }

  run(): QuantisedParameters {
    for (const operator of this.#graph.operators) {
      if (operator.kind === "linear") this.#linear(operator);
      if (operator.kind === "attention") this.#attention(operator);
      if (operator.kind === "residual") this.#residual(operator);
      this.#converter.convert(operator);
      this.#data.set(operator.output, this.#evaluate(operator));
    }
    return this.#quantised();
  }

  #quantised(): QuantisedParameters {
    return {
      parameters: this.#parameters,
      activations: this.#activations,
      scores: this.#scores,
      weights: this.#weights,
    };
  }

  #linear(operator: LinearOperator): void {
    const { weight, bias, input, output } = operator;
    const { rows, columns } = weight;
    const { lo, hi } = codeRange(weight.bits, true);
    const codes = Float32Array.from({ length: rows * columns }, () => lo + this.#random.integer(hi - lo + 1));
    // No row is all zeros.
    for (let row = 0; row < rows; row++) codes[row * columns + this.#random.integer(columns)] = hi;
    const x = this.#values(input);
    const products = product(x, codes, rows, columns);
    const { mean, deviation } = statistics(products, rows);
    const typical = deviation.reduce((sum, value) => sum + value, 0) / rows || 1;
    const scales = Float32Array.from({ length: rows }, () => this.#random.uniformBetween(0.6, 1.6) / typical);

    const biasRows = bias.perToken ? this.#graph.architecture.window : 1;
    const biases = Float32Array.from({ length: biasRows * rows }, (_, index) => {
      const row = index % rows;
      return 0.3 * this.#random.normal() - at(mean, row) * at(scales, row);
    });
    this.#weights.set(weight.name, scales);
    this.#parameter(
      weight.name,
      [rows, columns],
      codes.map((code, i) => code * at(scales, Math.floor(i / columns))),
    );
    this.#parameter(bias.name, bias.perToken ? [biasRows, rows] : [rows], biases);
    const values = products.map((sum, i) => sum * at(scales, i % rows) + at(biases, i % biases.length));
    if (tensor(this.#graph, output).kind !== "code") return;
    this.#quantise(output, values);
    if (this.#graph.precision.scales === "power-of-two") this.#shiftRows(operator, codes, biases);
  }

  /** Row scales that leave nothing but shifts to the requantiser; biases grow or shrink with their rows. */
  #shiftRows({ weight, bias, input, output }: LinearOperator, codes: Float32Array, biases: Float32Array): void {
    const { rows, columns } = weight;
    const wanted = this.#weights.get(weight.name) ?? new Float32Array();
    const [x, y] = [input, output].map((name) => this.#activations.get(name)?.scale ?? Number.NaN) as [number, number];
    const scales = shiftedRowScales(wanted, x, y, multiplierBits(tensor(this.#graph, output).bits ?? 1));
    this.#weights.set(weight.name, scales);
    this.#parameter(
      weight.name,
      [rows, columns],
      codes.map((code, i) => code * at(scales, Math.floor(i / columns))),
    );
    const shape = bias.perToken ? [biases.length / rows, rows] : [rows];
    const change = scales.map((scale, row) => scale / at(wanted, row));
    this.#parameter(
      bias.name,
      shape,
      biases.map((value, i) => value * at(change, i % rows)),
    );
  }

  #attention(operator: AttentionOperator): void {
    const { name, output, query, key, value } = operator;
    const scaleOf = (of: string) => this.#activations.get(of)?.scale ?? Number.NaN;
    const { features } = tensor(this.#graph, query);
    // A first conversion with any scales, for what is needed to choose them: the weighted sums and the dot products.
    const perHead = features / operator.heads;
    const unit = (scaleOf(query) * scaleOf(key)) / Math.sqrt(perHead);
    const range = codeRange(operator.scoreBits, true).hi;
    const dots = this.#dots(operator, perHead).sort();
    const side = nearerSide(quantile(dots, 0.02), quantile(dots, 0.98));
    const scale = (side * unit) / range;
    const shifts = this.#graph.precision.scales === "power-of-two";
    this.#scores.set(
      name,
      shifts ? shiftedScoreScale(scale, unit, multiplierBits(operator.scoreBits)) : Math.fround(scale),
    );
    this.#activations.set(output, { scale: scaleOf(value), zeroPoint: 0 });
    this.#converter.convert(operator);
    const internals = new Map<string, AttentionInternals>();
    const contexts: number[] = [];
    for (let window = 0; window < this.#windows; window++) {
      this.#evaluateWindow(operator, window, internals);
      const room = internals.get(name);
      room?.weighted.forEach((sum, i) => {
        contexts.push((scaleOf(value) * sum) / at(room.sums, Math.floor(i / perHead)));
      });
    }
    this.#quantise(output, Float64Array.from(contexts));
  }

  /** Dot products of some queries with some keys, over all heads. */
  #dots({ query, key, heads }: AttentionOperator, perHead: number): Float64Array {
    const { tokens, features } = tensor(this.#graph, query);
    return Float64Array.from({ length: 2048 }, () => {
      const window = this.#random.integer(this.#windows);
      const [q, k] = [this.#data.get(query)?.[window], this.#data.get(key)?.[window]];
      if (!q || !k) throw new Error("query or key is not there yet");
      const first = this.#random.integer(heads) * perHead;
      const [i, j] = [this.#random.integer(tokens) * features, this.#random.integer(tokens) * features];
      let sum = 0;
      for (let c = first; c < first + perHead; c++) sum += at(q, i + c) * at(k, j + c);
      return sum;
    });
  }

  #residual({ addends, norm, output }: ResidualOperator): void {
    const { features } = tensor(this.#graph, output);
    const [first, ...others] = addends.map((addend) => this.#values(addend));
    if (!first) throw new Error("a residual without addends");
    let sums = first.map((value, index) => others.reduce((sum, other) => sum + at(other, index), value));
    if (norm !== null) {
      const { mean, deviation } = statistics(sums, features);
      const draw = (make: (feature: number) => number) => Float32Array.from({ length: features }, (_, c) => make(c));
      const gamma = draw(() => this.#random.uniformBetween(0.5, 1.5) * (this.#random.integer(4) === 0 ? -1 : 1));
      const beta = draw(() => 0.3 * this.#random.normal());
      const runningMean = draw((c) => at(mean, c) + 0.1 * this.#random.normal());
      const runningVariance = draw((c) => (at(deviation, c) * this.#random.uniformBetween(0.8, 1.2)) ** 2);
      this.#parameter(`${norm}.weight`, [features], gamma);
      this.#parameter(`${norm}.bias`, [features], beta);
      this.#parameter(`${norm}.running_mean`, [features], runningMean);
      this.#parameter(`${norm}.running_var`, [features], runningVariance);
      sums = sums.map((value, index) => {
        const c = index % features;
        const spread = Math.sqrt(at(runningVariance, c) + 1e-5);
        return ((value - at(runningMean, c)) / spread) * at(gamma, c) + at(beta, c);
      });
    }
    this.#quantise(output, sums);
  }

  /** Sets a quantiser from the values a tensor should hold, all windows together, so that enough of them are clamped. */
  #quantise(name: string, values: Float64Array): void {
    const { bits, symmetric, relu, tokens, features } = tensor(this.#graph, name);
    const range = codeRange(bits ?? 1, symmetric);
    const beyond = clamp(clampedIn64Windows / (64 * tokens * features), 0.02, 0.15);
    const sorted = values.toSorted();
    const low = Math.min(quantile(sorted, beyond), 0);
    const high = Math.max(quantile(sorted, 1 - beyond), 0);
    if (symmetric) {
      this.#activations.set(name, { scale: Math.fround(nearerSide(low, high) / range.hi), zeroPoint: 0 });
      return;
    }
    // With few bits the rounding of the zero point may move a clamp out of reach: then a little narrower.
    for (let width = (high - (relu ? 0 : low) || 1) / (range.hi - range.lo); ; width *= 0.9) {
      const scale = Math.fround(width);
      const zeroPoint = relu ? range.lo : clamp(roundHalfAway(range.lo - low / scale), range.lo, range.hi);
      this.#activations.set(name, { scale, zeroPoint });
      const reached = high / scale + zeroPoint >= range.hi - 0.4 && (relu || low / scale + zeroPoint <= range.lo + 0.4);
      if (reached || low === 0 || high === 0) return;
    }
  }

  #parameter(name: string, shape: readonly number[], data: Float32Array): void {
    this.#parameters.set(name, { shape, data });
  }

  /** The real values of a tensor in all calibration windows, one after the other. */
  #values(name: string): Float64Array {
    const { features } = tensor(this.#graph, name);
    const meaning = this.#converter.meanings.get(name);
    const quantiser = this.#activations.get(name);
    const scales = meaning?.scales ?? new Array<number>(features).fill(quantiser?.scale ?? Number.NaN);
    const zero = meaning?.zero ?? quantiser?.zeroPoint ?? Number.NaN;
    const windows = this.#data.get(name) ?? [];
    const length = windows[0]?.length ?? 0;
    return Float64Array.from({ length: length * windows.length }, (_, index) => {
      const window = windows[Math.floor(index / length)];
      return ((window?.[index % length] ?? Number.NaN) - zero) * (scales[index % features] ?? Number.NaN);
    });
  }

  #evaluate(operator: Operator): TensorData[] {
    return Array.from({ length: this.#windows }, (_, window) => this.#evaluateWindow(operator, window));
  }

  #evaluateWindow(operator: Operator, window: number, internals?: Map<string, AttentionInternals>): TensorData {
    const { tokens, features } = tensor(this.#graph, operator.output);
    const output = allocate(tokens * features, this.#converter.intervals.get(operator.output) ?? []);
    const converted = this.#converter.operators.get(operator.name);
    if (!converted) throw new Error(`"${operator.name}" is not converted yet`);
    const of = (name: string): TensorData => {
      const data = name === operator.output ? output : this.#data.get(name)?.[window];
      if (!data) throw new Error(`the tensor "${name}" is read before it is made`);
      return data;
    };
    planOperator(this.#graph, operator, converted, of, internals)();
    return output;
  }
}
