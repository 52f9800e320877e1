import { GatecastError } from "../errors.js";

/**
 * What a requantiser may scale by (docs/arithmetic.md, "Power-of-two scales"): any factor, by a multiplication and a shift; or
 * powers of two alone, by a shift.
 */
export const scaleKinds = ["free", "power-of-two"] as const;
export type ScaleKind = (typeof scaleKinds)[number];

/**
 * Widths in bits, and the kind of scales. `weights` and `activations` hold for every weight and every hidden activation that `overrides` does not
 * name; samples and forecast have widths of their own, since a sensor delivers more than 4 bits.
 */
export interface Precision {
  /** 2..8: every weight matrix. */
  readonly weights: number;
  /** 2..8: every hidden activation. */
  readonly activations: number;
  /** 2..16: the samples of the window. */
  readonly samples: number;
  /** 2..16: the forecast. */
  readonly forecast: number;
  /** 4..8: attention scores (internal to the operator). */
  readonly scores: number;
  /** 4..8: exp codes (internal to the operator, unsigned). */
  readonly exponentials: number;
  /** Widths of single tensors or weights by name ("layers.0.hidden", "layers.0.linear1.weight"); 2..8. */
  readonly overrides: Readonly<Record<string, number>>;
  /** What requantisers scale by. */
  readonly scales: ScaleKind;
}

const ranges = {
  weights: [2, 8],
  activations: [2, 8],
  samples: [2, 16],
  forecast: [2, 16],
  scores: [4, 8],
  exponentials: [4, 8],
} as const;

/**
 * `bits` sets weights and activations together; the rest may be set one by one.
 *
 * @throws GatecastError "model" where a width is out of its range, or scales are of no kind that there is
 */
export function definePrecision(options: Partial<Precision> & { readonly bits?: number } = {}): Precision {
  const bits = options.bits ?? 4;
  const precision: Precision = {
    weights: options.weights ?? bits,
    activations: options.activations ?? bits,
    samples: options.samples ?? 12,
    forecast: options.forecast ?? 16,
    scores: options.scores ?? 8,
    exponentials: options.exponentials ?? 8,
    overrides: options.overrides ?? {},
    scales: options.scales ?? "free",
  };
  const check = (key: string, value: number, [least, most]: readonly [number, number]) => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw new GatecastError("model", `${key} is ${value} bits; it must be a whole number from ${least} to ${most}.`, {
      where: { key },
      remedy: `Choose between ${least} and ${most} bits for ${key}.`,
    });
  };
  for (const key of Object.keys(ranges) as (keyof typeof ranges)[]) {
    check(
      options.bits !== undefined && options[key] === undefined && precision[key] === bits ? "bits" : key,
      precision[key],
      ranges[key],
    );
  }
  for (const [name, value] of Object.entries(precision.overrides)) check(name, value, [2, 8]);
  if (!scaleKinds.includes(precision.scales)) {
    throw new GatecastError("model", `There are no "${precision.scales}" scales.`, {
      where: { key: "scales" },
      remedy: `Choose ${scaleKinds.map((kind) => `"${kind}"`).join(" or ")}.`,
    });
  }
  return precision;
}

/**
 * Bits of a requantisation multiplier for a result of `bits` bits: the relative error 2^-multiplierBits, over a range of
 * 2^bits codes, then stays below 2^-8 of a code; 17 unsigned bits are what the 18-bit port of a DSP48E1 takes.
 */
export function multiplierBits(bits: number): number {
  return Math.min(17, bits + 8);
}
