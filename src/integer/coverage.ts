import { codeRange, tensor } from "../model/index.js";
import { createInterpreter } from "./interpreter.js";
import { attentionIntervals } from "./intervals.js";
import type { IntegerAttention, IntegerModel, Interval } from "./model.js";
import { requantise } from "./requantise.js";

/** Which codes a code tensor took over many windows. */
export interface TensorCoverage {
  /** Values that were looked at. */
  readonly observed: number;
  /** Groups that hold at least one value: single codes up to 8 bits, equal runs of codes (256 of them) above. */
  readonly taken: number;
  readonly groups: number;
  /** Whether the lowest and the highest code occurred: both clamps were reached. */
  readonly reachedLow: boolean;
  readonly reachedHigh: boolean;
}

/**
 * Coverage of every code tensor, and of every attention operator's scores (as "layers.0.self_attn.scores"), over windows.
 *
 * @param codes [count][n][m]
 */
export function measureCoverage(model: IntegerModel, codes: Int32Array | Int16Array): Map<string, TensorCoverage> {
  const interpreter = createInterpreter(model);
  const { graph } = interpreter;
  const counters = new Map<string, CodeCounter>();
  for (const { name, kind, bits, symmetric } of graph.tensors.values()) {
    if (kind === "code" && bits !== null) counters.set(name, new CodeCounter(codeRange(bits, symmetric)));
  }
  for (const operator of graph.operators) {
    if (operator.kind !== "attention") continue;
    const data = model.operators.get(operator.name);
    if (data?.kind !== "attention") throw new Error(`the model's "${operator.name}" is not attention`);
    const possible = possibleScores(data, attentionIntervals(graph, operator.name, data).dot);
    counters.set(`${operator.name}.scores`, new CodeCounter(codeRange(operator.scoreBits, true), possible));
  }
  const input = tensor(graph, graph.input);
  const length = input.tokens * input.features;
  for (let first = 0; first + length <= codes.length; first += length) {
    const { tensors, attention } = interpreter.trace(codes.subarray(first, first + length));
    for (const [name, data] of tensors) counters.get(name)?.count(data);
    for (const [name, { scores }] of attention) counters.get(`${name}.scores`)?.count(scores);
  }
  return new Map([...counters].map(([name, counter]) => [name, counter.result()]));
}

/**
 * The tensors that a comparison on these windows would say too little about: those that took less than `share` of their
 * codes (of half as many as values were seen, where that is less), or missed a clamp.
 */
export function sleepingTensors(coverage: ReadonlyMap<string, TensorCoverage>, share = 0.5): string[] {
  return [...coverage]
    .filter(([, { observed, taken, groups, reachedLow, reachedHigh }]) => {
      return taken < share * Math.min(groups, observed / 2) || !reachedLow || !reachedHigh;
    })
    .map(([name]) => name);
}

/** How many score codes there are at all: with narrow queries and keys, dot products step over some. */
function possibleScores(data: IntegerAttention, dot: Interval): number {
  const codes = new Set<number>();
  for (let value = dot.lo; value <= dot.hi; value++) codes.add(requantise(value, 0, data.score));
  return codes.size;
}

class CodeCounter {
  readonly #lo: number;
  readonly #hi: number;
  readonly #codesPerGroup: number;
  readonly #seen: Uint8Array;
  #observed = 0;
  #low = false;
  #high = false;

  readonly #groups: number;

  /** @param possible how many different codes can occur, where that is less than the range has */
  constructor({ lo, hi }: Interval, possible = Number.POSITIVE_INFINITY) {
    this.#lo = lo;
    this.#hi = hi;
    this.#codesPerGroup = Math.ceil((hi - lo + 1) / 256);
    this.#seen = new Uint8Array(Math.ceil((hi - lo + 1) / this.#codesPerGroup));
    this.#groups = Math.min(this.#seen.length, possible);
  }

  count(data: ArrayLike<number>): void {
    for (let index = 0; index < data.length; index++) {
      const code = data[index] ?? Number.NaN;
      this.#seen[Math.floor((code - this.#lo) / this.#codesPerGroup)] = 1;
      this.#low ||= code === this.#lo;
      this.#high ||= code === this.#hi;
    }
    this.#observed += data.length;
  }

  result(): TensorCoverage {
    return {
      observed: this.#observed,
      taken: this.#seen.reduce((sum, seen) => sum + seen, 0),
      groups: this.#groups,
      reachedLow: this.#low,
      reachedHigh: this.#high,
    };
  }
}
