/** What a value is: a single bit (a condition), or an integer. */
export type Kind = "bit" | "number";

/** Number of bits that hold every integer of lo..hi: unsigned if lo >= 0, otherwise two's complement; at least 1. */
export function bitsFor(lo: bigint, hi: bigint): number {
  if (lo >= 0n) return Math.max(1, bitLength(hi));
  const low = bitLength(-lo - 1n) + 1;
  return hi < 0n ? low : Math.max(low, bitLength(hi) + 1);
}

/** Number of bits of a non-negative integer; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The low `width` bits of an integer, read as an unsigned or a two's complement number. */
export function lowBits(value: bigint, width: number, signed: boolean): bigint {
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/**
 * The type of a value is the interval of integers it may take. Width (at least 1 bit) and sign follow from the interval:
 * it is signed when `lo` is negative. A bit is the interval 0..1 of its own kind.
 */
export class Type<K extends Kind = Kind> {
  /** Number of bits that hold the interval. */
  readonly width: number;
  /** Two's complement (true) or unsigned (false). */
  readonly signed: boolean;

  constructor(
    readonly kind: K,
    readonly lo: bigint,
    readonly hi: bigint,
    /** What the port or value means, for the generated text. */
    readonly note: string | undefined = undefined,
  ) {
    this.width = bitsFor(lo, hi);
    this.signed = lo < 0n;
  }

  /** Whether every value of `other` is a value of this type. */
  contains(other: Type): boolean {
    return this.kind === other.kind && this.lo <= other.lo && other.hi <= this.hi;
  }

  /** Whether the value is one of this type. */
  has(value: bigint): boolean {
    return this.lo <= value && value <= this.hi;
  }

  /** Same kind and same interval. */
  equals(other: Type): boolean {
    return this.kind === other.kind && this.lo === other.lo && this.hi === other.hi;
  }

  /** Whether the interval is all of its bit patterns. */
  get full(): boolean {
    const span = 1n << BigInt(this.width);
    return this.hi - this.lo === span - 1n;
  }

  toString(): string {
    if (this.kind === "bit") return "bit";
    if (this.full) return `${this.signed ? "sint" : "uint"}(${this.width})`;
    return `range(${this.lo}, ${this.hi})`;
  }
}

/** The smallest number type that contains all the given ones. */
export function hull(types: readonly Type[]): Type {
  const [first, ...rest] = types;
  if (first === undefined) throw new Error("hull of no types");
  let { lo, hi } = first;
  for (const type of rest) {
    if (type.lo < lo) lo = type.lo;
    if (type.hi > hi) hi = type.hi;
  }
  return new Type(first.kind, lo, hi);
}
