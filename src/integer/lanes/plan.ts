import { codeRange, type Graph, type Operator, tensor } from "../../model/index.js";
import { accumulatorIntervals, codeIntervals, type FeatureIntervals, outputIntervals } from "../intervals.js";
import type { IntegerModel, IntegerOperator } from "../model.js";
import { fitsInt32 } from "../tensor.js";
import { writeAttention } from "./attention.js";
import { bindKernels, type Kernels } from "./kernels.js";
import { writeLinear } from "./linear.js";
import { LaneMemory, roundUp } from "./memory.js";
import { elementIndices, headFeatures, LANES, laneStep, type Place, plainFeatures, reservePlace } from "./place.js";
import { type LaneTensor, type MemoryViews, planReadable } from "./readable.js";
import { writeResidual } from "./residual.js";

/** A model planned for the kernels of wasm/integer: `LANES` windows at a time, to the same bit as the readable operators. */
export interface LanePlan {
  /** For every [token][column] of a window its index in `codes`, lane 0; the next lane is `step` further. */
  readonly input: { readonly indices: Int32Array; readonly step: number };
  /** Likewise for the values of the forecast. */
  readonly output: { readonly indices: Int32Array; readonly step: number };
  readonly codes: Int16Array;
  /** Computes the forecasts of the windows in `codes`. */
  run(): void;
  /** Operators whose numbers are not proven to fit the kernels, and which run in their readable form. */
  readonly readable: readonly string[];
}

/** @throws Error where the model lacks an operator of the graph, or has another kind of one */
export function planLanes(graph: Graph, model: Pick<IntegerModel, "operators">): LanePlan {
  return new Planner(graph, model.operators).plan();
}

class Planner {
  readonly #graph: Graph;
  readonly #operators: ReadonlyMap<string, IntegerOperator>;
  readonly #memory = new LaneMemory();
  readonly #kernels: Kernels;
  readonly #intervals = new Map<string, FeatureIntervals>();
  readonly #tensors = new Map<string, LaneTensor>();
  /** Queries, keys, values and contexts: features head by head. */
  readonly #features = new Map<string, readonly number[]>();
  readonly #values = new Set<string>();

  constructor(graph: Graph, operators: ReadonlyMap<string, IntegerOperator>) {
    this.#graph = graph;
    this.#operators = operators;
    this.#kernels = bindKernels(this.#memory.memory);
    for (const operator of graph.operators) {
      if (operator.kind !== "attention") continue;
      const { query, key, value, output, heads } = operator;
      const features = headFeatures(tensor(graph, query).features, heads);
      for (const name of [query, key, value, output]) this.#features.set(name, features);
      this.#values.add(value);
    }
  }

  plan(): LanePlan {
    const graph = this.#graph;
    this.#intervals.set(graph.input, codeIntervals(graph, graph.input));
    this.#reserve(graph.input);
    const planned = graph.operators.map((operator) => {
      const data = this.#operators.get(operator.name);
      if (!data) throw new Error(`the model has no operator "${operator.name}"`);
      this.#intervals.set(operator.output, this.#outputIntervals(operator, data));
      this.#reserve(operator.output);
      return { operator, data, step: this.#write(operator, data) };
    });
    // The memory does not grow any more.
    const { buffer } = this.#memory.memory;
    const views: MemoryViews = { shorts: new Int16Array(buffer), words: new Int32Array(buffer) };
    const intervals = (name: string) => this.#intervals.get(name) ?? [];
    const steps = planned.map(
      ({ operator, data, step }) => step ?? planReadable(graph, operator, data, intervals, this.#tensors, views),
    );
    const ends = (name: string) => {
      const place = this.#place(name);
      if (!place) throw new Error(`"${name}" is not a tensor of codes`);
      return { indices: elementIndices(place), step: laneStep(place) };
    };
    return {
      input: ends(graph.input),
      output: ends(graph.output),
      codes: views.shorts,
      run: () => {
        for (const step of steps) step();
      },
      readable: planned.filter(({ step }) => step === null).map(({ operator }) => operator.name),
    };
  }

  /** From the weights as they are, not from what the model states: the kernels' exactness rests on them. */
  #outputIntervals(operator: Operator, data: IntegerOperator): FeatureIntervals {
    if (operator.kind === "linear" && data.kind === "linear" && !data.requantiser) {
      const { rows, columns } = operator.weight;
      return accumulatorIntervals(data.weights, data.bias, this.#of(operator.input), rows, columns);
    }
    return outputIntervals(this.#graph, operator.output, this.#operators, this.#intervals);
  }

  #of(name: string): FeatureIntervals {
    const found = this.#intervals.get(name);
    if (!found) throw new Error(`the tensor "${name}" is read before it is made`);
    return found;
  }

  #reserve(name: string): void {
    const { tokens, features, kind } = tensor(this.#graph, name);
    const order = this.#features.get(name) ?? plainFeatures(features);
    const make = (layout: Place["layout"], slots?: number) => reservePlace(this.#memory, layout, tokens, order, slots);
    if (name === this.#graph.input) {
      this.#tensors.set(name, make("feature pairs", roundUp(features, 2)));
    } else if (this.#values.has(name)) {
      this.#tensors.set(name, make("token pairs"));
    } else if (kind === "code" || this.#isPooled(name)) {
      this.#tensors.set(name, make("feature pairs"));
    } else if (fitsInt32(this.#of(name))) {
      this.#tensors.set(name, make("accumulators"));
    } else {
      this.#tensors.set(name, new Float64Array(LANES * tokens * features));
    }
  }

  /** A sum over time of codes fits 16 bits, so that a `linear` can read it: 256 codes of 8 bits. */
  #isPooled(name: string): boolean {
    return this.#graph.operators.some(({ kind, output }) => kind === "pool" && output === name);
  }

  #place(name: string): Place | null {
    const found = this.#tensors.get(name);
    if (!found) throw new Error(`no place for tensor "${name}"`);
    return found instanceof Float64Array ? null : found;
  }

  /** The kernel's call; null where it cannot be exact. */
  #write(operator: Operator, data: IntegerOperator): (() => void) | null {
    const memory = this.#memory;
    const kernels = this.#kernels;
    const output = this.#place(operator.output);
    if (!output) return null;
    const call = (kernel: (address: number) => void, address: number | null) =>
      address === null ? null : () => kernel(address);
    if (operator.kind === "linear" && data.kind === "linear") {
      const input = this.#place(operator.input);
      if (input === null) return null;
      return call(kernels.linear, writeLinear(memory, operator, data, this.#of(operator.input), input, output));
    }
    if (operator.kind === "attention" && data.kind === "attention") {
      const [query, key, value] = [operator.query, operator.key, operator.value].map((name) => this.#place(name));
      if (!query || !key || !value) return null;
      const { features } = tensor(this.#graph, operator.query);
      const largest = {
        query: this.#largest(operator.query),
        key: this.#largest(operator.key),
        value: this.#largest(operator.value),
      };
      const places = { query, key, value, output };
      return call(kernels.attention, writeAttention(memory, operator, data, features, largest, places));
    }
    if (operator.kind === "residual" && data.kind === "residual") {
      const addends = operator.addends.map((name) => this.#place(name)).filter((place) => place !== null);
      if (addends.length !== operator.addends.length) return null;
      const inputs = operator.addends.map((name) => this.#of(name));
      return call(kernels.residual, writeResidual(memory, data, inputs, addends, output));
    }
    if (operator.kind === "pool" && data.kind === "pool") {
      const input = this.#place(operator.input);
      if (!input) return null;
      const pairs = Math.ceil(input.features.length / 2);
      return () => kernels.pool(input.address, input.tokenBytes, input.tokens, pairs, output.address);
    }
    if (operator.kind === "last" && data.kind === "last") {
      const input = this.#place(operator.input);
      if (!input) return null;
      const token = input.address + (input.tokens - 1) * input.tokenBytes;
      const columns = memory.words(operator.columns);
      return () => kernels.last(token, columns, operator.columns.length, output.address);
    }
    throw new Error(`the model's "${operator.name}" is a ${data.kind}, the graph's a ${operator.kind}`);
  }

  #largest(name: string): number {
    const { bits, symmetric } = tensor(this.#graph, name);
    return codeRange(bits ?? 8, symmetric).hi;
  }
}
