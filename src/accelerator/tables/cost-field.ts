import { type Amounts, estimateOf } from "../estimate/index.js";
import type { Choices, Estimate } from "../plan.js";
import type { Widths } from "./local-operators.js";

/** One of the values that a free choice of a plan may have. */
export interface CostOption {
  /** What it takes at such widths, or takes more than the parts whose tables count the rest. */
  cost(widths: Widths): Estimate;
  /** Puts it into a plan. */
  apply(to: Choices): Choices;
}

/** A part of a design's cost: a free choice of the plan, or with a single option what is always there. */
export interface CostField {
  /** Weights, tensors and ceilings whose widths it depends on. */
  readonly scope: readonly string[];
  /** The same where the costs are the same; each combination of widths on its own where absent. */
  readonly key?: (widths: Widths) => string;
  readonly options: readonly CostOption[];
  /** Where the two options are the ends of a number: what lies between them costs a share of each. */
  readonly steps?: { readonly count: number; apply(to: Choices, taken: number): Choices };
}

/** The greatest of several widths, which lanes that are shared have to have. */
export interface Ceiling {
  /** As `CostField.scope` names it. */
  readonly name: string;
  readonly members: readonly { readonly scope: readonly string[]; level(widths: Widths): number }[];
}

export const nothing: Estimate = { lut: 0, lutram: 0, ff: 0, dsp: 0, blockRam: 0 };

export function same(choices: Choices): Choices {
  return choices;
}

/** a + by b. */
export function plus(a: Estimate, b: Estimate, by = 1): Estimate {
  return {
    lut: a.lut + by * b.lut,
    lutram: a.lutram + by * b.lutram,
    ff: a.ff + by * b.ff,
    dsp: a.dsp + by * b.dsp,
    blockRam: a.blockRam + by * b.blockRam,
  };
}

export function estimated(amounts: Amounts): Estimate {
  return estimateOf(amounts);
}

/** Keeps what was computed for the same arguments. */
export function once<Changed>(of: (widths: Widths, changed?: Changed) => Estimate): typeof of {
  const before = new Map<string, Estimate>();
  return (widths, changed) => {
    const key = JSON.stringify([widths, changed]);
    const known = before.get(key);
    if (known) return known;
    const made = of(widths, changed);
    before.set(key, made);
    return made;
  };
}
