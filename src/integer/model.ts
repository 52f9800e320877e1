import type { Architecture, Precision } from "../model/index.js";
import type { Interval } from "../numeric/interval.js";

export type { Interval } from "../numeric/interval.js";

/** Requantisation to a code (docs/arithmetic.md). `multipliers` has one entry per output row, or a single one. */
export interface Requantiser {
  readonly multipliers: readonly number[];
  readonly shift: number;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
}

export interface IntegerLinear {
  readonly kind: "linear";
  /** [rows][columns], row-major. */
  readonly weights: readonly number[];
  /** [tokens][rows] where the bias is per token, else [rows]; row-major. */
  readonly bias: readonly number[];
  /**
   * What the accumulator can take, per row, over all tokens and all codes of the input. Since 0 is a code of every
   * input, it holds every partial sum too, in any order, that starts from the bias.
   */
  readonly accumulators: readonly Interval[];
  /** null where the output is an accumulator tensor. */
  readonly requantiser: Requantiser | null;
}

export interface IntegerAttention {
  readonly kind: "attention";
  /** Score requantiser: zero 0, narrow range of scoreBits. */
  readonly score: Requantiser;
  /** 2^scoreBits unsigned entries; entry 0 is 2^exponentialBits - 1. */
  readonly table: readonly number[];
  /** Dividend of the reciprocal. */
  readonly numerator: number;
  /** k: shift of the context. */
  readonly shift: number;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
}

export interface IntegerResidual {
  readonly kind: "residual";
  /** [addend][feature]. */
  readonly coefficients: readonly (readonly number[])[];
  /** [feature]. */
  readonly constants: readonly number[];
  readonly shift: number;
  readonly lo: number;
  readonly hi: number;
}

export interface IntegerPool {
  readonly kind: "pool";
}

export interface IntegerLast {
  readonly kind: "last";
}

export type IntegerOperator = IntegerLinear | IntegerAttention | IntegerResidual | IntegerPool | IntegerLast;

/** Conversion between one column in its signal's unit and codes: code = value * gain + offset. */
export interface SignalConversion {
  readonly column: string;
  readonly gain: number;
  readonly offset: number;
}

/** An integer-only model: everything inference needs, and nothing that is not an integer but the conversion at its ends. */
export interface IntegerModel {
  readonly architecture: Architecture;
  readonly precision: Precision;
  /** By operator name of the graph that `buildGraph(architecture, precision)` makes. */
  readonly operators: ReadonlyMap<string, IntegerOperator>;
  /** One per input column. */
  readonly samples: readonly SignalConversion[];
  /** One per target. */
  readonly forecast: readonly SignalConversion[];
  /** Scale and zero point of every code tensor: for reports; inference does not read it. */
  readonly quantisers: ReadonlyMap<string, { readonly scale: number; readonly zeroPoint: number }>;
}
