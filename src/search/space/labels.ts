import { widths } from "../types.js";

/** Labels of a variable: the places of its width among `widths`. */
export const LABELS = widths.length;

/** Ways to label so many variables. */
export function combinations(variables: number): number {
  let ways = 1;
  for (let variable = 0; variable < variables; variable++) ways *= LABELS;
  return ways;
}

/** Narrowest width, that of label 0. */
export const NARROWEST = widths[0];

export function widthOf(label: number): number {
  return label + NARROWEST;
}

/** LUTs, LUTs as memory, flip-flops, multiplier blocks, block memories. */
export const resources = ["lut", "lutram", "ff", "dsp", "blockRam"] as const;
export const RESOURCES = resources.length;
