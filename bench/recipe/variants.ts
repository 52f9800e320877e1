import type { ScaleKind } from "../../src/model/index.js";
import type { QuantisedOptions } from "../../src/training/index.js";

/** One change of the recipe, everything else being the default. */
export interface Variant {
  readonly name: string;
  readonly options: QuantisedOptions;
  /** What requantisers scale by; free by default. */
  readonly scales?: ScaleKind;
  /** Widths in bits at which it is measured. */
  readonly bits: readonly number[];
}

const both = [4, 3];

export const variants: readonly Variant[] = [
  { name: "the default", options: {}, bits: both },
  { name: "skip trained like all weights, not fixed", options: { skip: "trained" }, bits: both },
  { name: "ranges are moving averages, not learned", options: { ranges: "averaged" }, bits: both },
  { name: "ranges start from the extremes", options: { start: "extremes" }, bits: both },
  { name: "one scale for each weight matrix", options: { weightScales: "matrix" }, bits: both },
  { name: "power-of-two scales", options: {}, scales: "power-of-two", bits: both },
  {
    name: "power-of-two scales, one for each row",
    options: { weightScales: "rows" },
    scales: "power-of-two",
    bits: both,
  },
  { name: "norms use the batch to the end", options: { norm: "moving" }, bits: [4] },
  { name: "the same, statistics estimated anew", options: { norm: "reestimated" }, bits: [4] },
  { name: "constant learning rate", options: { schedule: "constant" }, bits: [4] },
  { name: "half the learning rate", options: { learningRate: 1e-3 }, bits: [4] },
  { name: "40 epochs instead of 80", options: { epochs: 40 }, bits: both },
  { name: "ranges and rows at the full learning rate", options: { rangeRate: 1, rowRate: 1 }, bits: [4] },
  { name: "recorded targets, no distillation", options: { distillation: 0 }, bits: both },
  { name: "0.3 recorded + 0.7 distilled targets", options: { distillation: 0.7 }, bits: both },
  { name: "codes of weights never fixed", options: { polish: 0 }, bits: both },
];
