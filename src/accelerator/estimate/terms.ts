/**
 * What designs are made of, as far as resources go. Each term has amounts of look-up tables and of flip-flops, in units that come from
 * its structure (bits of an adder, ways of a selector ...); what a family makes of them are its coefficients.
 */
export const terms = [
  "design",
  "wraps",
  // Arithmetic.
  "product",
  "narrow product",
  "multiples",
  "tree",
  "accumulator",
  "block accumulator",
  "requantiser",
  "requantiser bits",
  "requantiser product",
  // Streams.
  "fork",
  "widen",
  "narrow",
  "narrow select",
  "queue",
  "queue counters",
  "buffer",
  "buffer counters",
  // Memories that are logic.
  "memory select",
  "memory word",
  "registers",
  "constants",
  "few constants",
  // Matrix units.
  "unit",
  "unit jobs",
  "unit counters",
  "unit select",
  "unit packing",
  "unit serialise",
  "unit tasks",
  "unit shifts",
  // Operators.
  "linear",
  "linear counters",
  "attention",
  "attention counters",
  "attention rows",
  "attention reciprocal",
  "residual",
  "residual operands",
  "residual sum",
  "pool",
  "pool sums",
  "last",
] as const;

export type Term = (typeof terms)[number];

const indexOf = new Map<Term, number>(terms.map((term, index) => [term, index]));

/** Place of a term in the arrays of amounts and coefficients. */
export function termIndex(term: Term): number {
  return indexOf.get(term) ?? -1;
}

/** What is estimated of the coefficients of a device family. */
export interface Coefficients {
  /** The synthesis that they are fitted to: its name and version. */
  readonly tool: string;
  /** Designs that they are fitted to; 0: set by hand. */
  readonly designs: number;
  /** LUTs for each unit of a term. */
  readonly lut: Readonly<Record<Term, number>>;
  /** Flip-flops for each unit of a term. */
  readonly ff: Readonly<Record<Term, number>>;
}
