import { codeRange, tensor } from "../model/index.js";
import { createInterpreter } from "./interpreter.js";
import type { IntegerModel } from "./model.js";

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
    counters.set(`${operator.name}.scores`, new CodeCounter(codeRange(operator.scoreBits, true)));
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
 * codes (or, where fewer values than codes were seen, less than `share` as many different ones), or missed a clamp.
 */
export function sleepingTensors(coverage: ReadonlyMap<string, TensorCoverage>, share = 0.5): string[] {
  return [...coverage]
    .filter(([, { observed, taken, groups, reachedLow, reachedHigh }]) => {
      return taken < share * Math.min(groups, observed) || !reachedLow || !reachedHigh;
    })
    .map(([name]) => name);
}

class CodeCounter {
  readonly #lo: number;
  readonly #hi: number;
  readonly #codesPerGroup: number;
  readonly #seen: Uint8Array;
  #observed = 0;
  #low = false;
  #high = false;

  constructor({ lo, hi }: { readonly lo: number; readonly hi: number }) {
    this.#lo = lo;
    this.#hi = hi;
    this.#codesPerGroup = Math.ceil((hi - lo + 1) / 256);
    this.#seen = new Uint8Array(Math.ceil((hi - lo + 1) / this.#codesPerGroup));
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
      groups: this.#seen.length,
      reachedLow: this.#low,
      reachedHigh: this.#high,
    };
  }
}
