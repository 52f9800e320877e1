import type { Multiplier, Node } from "./graph.js";
import {
  BIT,
  describe,
  makeArith,
  makeCat,
  makeCompare,
  makeConst,
  makeFit,
  makeLogic,
  makePick,
  makeShift,
  makeSlice,
  unsigned,
} from "./make.js";
import { fail } from "./place.js";
import { type Kind, Type } from "./types.js";

/** What is taken for a number: a value, or a whole constant. */
export type NumLike = Num | number | bigint;
/** What is taken for a bit: a value, or a constant. */
export type BitLike = Bit | boolean;

/** A constant given as a JavaScript number must be whole and exact. */
export function wholeNumber(value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    fail(`${value} is not a whole number below 2^53`, "give an integer, or a bigint for large ones");
  }
  return BigInt(value);
}

/** The node of a number or of a constant (whose type is the one value). */
export function numNode(value: NumLike): Node {
  return value instanceof Num ? value.node : makeConst(wholeNumber(value));
}

/** The node of a bit. */
export function bitNode(value: BitLike): Node {
  return value instanceof Bit ? value.node : makeConst(value ? 1n : 0n, BIT);
}

/** One bit: a condition, a valid, an enable. */
export class Bit {
  declare protected readonly brand: "bit";
  constructor(readonly node: Node) {}

  and(...others: BitLike[]): Bit {
    return others.length === 0 ? this : new Bit(makeLogic("and", [this.node, ...others.map(bitNode)]));
  }
  or(...others: BitLike[]): Bit {
    return others.length === 0 ? this : new Bit(makeLogic("or", [this.node, ...others.map(bitNode)]));
  }
  xor(...others: BitLike[]): Bit {
    return others.length === 0 ? this : new Bit(makeLogic("xor", [this.node, ...others.map(bitNode)]));
  }
  not(): Bit {
    return new Bit(makeLogic("not", [this.node]));
  }
  /** The bit as a number of type uint(1). */
  number(): Num {
    return new Num(makeCat([this.node]));
  }
}

/** An integer of an interval. Arithmetic is exact: the result's interval holds every result. */
export class Num {
  declare protected readonly brand: "number";
  constructor(readonly node: Node) {}

  get type(): Type {
    return this.node.type;
  }
  /** Width in bits. */
  get width(): number {
    return this.node.type.width;
  }

  add(other: NumLike): Num {
    return new Num(makeArith("add", this.node, numNode(other), "lut"));
  }
  sub(other: NumLike): Num {
    return new Num(makeArith("sub", this.node, numNode(other), "lut"));
  }
  /** Exact product; `"lut"` (the default) never becomes a DSP slice, `"dsp"` does from 9 operand bits in sum. */
  mul(other: NumLike, multiplier: Multiplier = "lut"): Num {
    return new Num(makeArith("mul", this.node, numNode(other), multiplier));
  }
  neg(): Num {
    return new Num(makeArith("sub", makeConst(0n), this.node, "lut"));
  }
  /** times 2^by. */
  shl(by: number): Num {
    return new Num(makeShift(this.node, by));
  }
  /** Floor division by 2^by (arithmetic shift). */
  shr(by: number): Num {
    return new Num(makeShift(this.node, -by));
  }

  eq(other: NumLike): Bit {
    return new Bit(makeCompare("eq", this.node, numNode(other)));
  }
  ne(other: NumLike): Bit {
    return this.eq(other).not();
  }
  lt(other: NumLike): Bit {
    return new Bit(makeCompare("lt", this.node, numNode(other)));
  }
  gt(other: NumLike): Bit {
    return new Bit(makeCompare("lt", numNode(other), this.node));
  }
  le(other: NumLike): Bit {
    return this.gt(other).not();
  }
  ge(other: NumLike): Bit {
    return this.lt(other).not();
  }

  /** Bitwise, on unsigned numbers of equal width. */
  and(other: NumLike): Num {
    return new Num(makeLogic("and", [this.node, sameWidth(other, this)]));
  }
  or(other: NumLike): Num {
    return new Num(makeLogic("or", [this.node, sameWidth(other, this)]));
  }
  xor(other: NumLike): Num {
    return new Num(makeLogic("xor", [this.node, sameWidth(other, this)]));
  }
  not(): Num {
    return new Num(makeLogic("not", [this.node]));
  }

  /** Bits hi..lo of the two's complement pattern, as an unsigned number. */
  slice(hi: number, lo: number): Num {
    return new Num(makeSlice(this.node, hi, lo));
  }
  /** One bit of the pattern. */
  bit(index: number): Bit {
    return new Bit(makeSlice(this.node, index, index, true));
  }
  /** The sign: true if negative. */
  negative(): Bit {
    return this.type.signed ? this.bit(this.width - 1) : new Bit(makeConst(0n, BIT));
  }
  /**
   * The same value as another type. Widening is proved; otherwise it is a claim, asserted at each clock edge in
   * simulation (where `when` holds); hardware keeps the low bits.
   */
  fit(type: Type<"number">, options: { when?: Bit } = {}): Num {
    return new Num(makeFit("fit", this.node, type, options.when?.node));
  }
  /** The low bits, as uint(n) or sint(n): modulo 2^n. With equal widths it reinterprets the pattern. */
  wrap(type: Type<"number">): Num {
    return new Num(makeFit("wrap", this.node, type));
  }
}

function sameWidth(value: NumLike, partner: Num): Node {
  return value instanceof Num ? value.node : makeConst(wholeNumber(value), unsigned(partner.width));
}

/** The value class of a type. */
export type ValueOf<T> = T extends Type<"bit"> ? Bit : T extends Type<"number"> ? Num : never;
/** What is taken for a value of a type. */
export type LikeOf<T> = T extends Type<"bit"> ? BitLike : T extends Type<"number"> ? NumLike : never;

/** Wraps a node in the class of its kind. */
export function valueFor<T extends Type>(node: Node): ValueOf<T> {
  return (node.type.kind === "bit" ? new Bit(node) : new Num(node)) as ValueOf<T>;
}

/** The node of anything taken for a value of the type. */
export function nodeFor(value: unknown, type: Type, what: string): Node {
  if (value instanceof Bit || value instanceof Num) return value.node;
  if (type.kind === "bit" && typeof value === "boolean") return bitNode(value);
  if (type.kind === "number" && (typeof value === "number" || typeof value === "bigint")) {
    return makeConst(wholeNumber(value));
  }
  return fail(`${what} is ${type}, but is given ${value === undefined ? "nothing" : String(value)}`, "give a value");
}

/** The type of bits. */
export class BitType extends Type<"bit"> {
  constructor(note?: string) {
    super("bit", 0n, 1n, note);
  }
  /** A constant. */
  of(value: boolean | 0 | 1): Bit {
    return new Bit(makeConst(value === true || value === 1 ? 1n : 0n, BIT));
  }
  /** The same type with a remark for the port list of the generated text. */
  about(note: string): BitType {
    return new BitType(note);
  }
}

/** A type of numbers. */
export class NumType extends Type<"number"> {
  constructor(lo: bigint, hi: bigint, note?: string) {
    super("number", lo, hi, note);
  }
  /** A constant of this type. */
  of(value: number | bigint): Num {
    return new Num(makeConst(wholeNumber(value), this));
  }
  /** The same type with a remark for the port list of the generated text. */
  about(note: string): NumType {
    return new NumType(this.lo, this.hi, note);
  }
}

/** One bit. */
export function bit(): BitType {
  return new BitType();
}
function checkedWidth(width: number): bigint {
  if (!Number.isInteger(width) || width < 1) fail(`a width of ${width} bits`, "give a whole number of at least 1");
  return BigInt(width);
}
/** Unsigned numbers of `width` bits. */
export function uint(width: number): NumType {
  return new NumType(0n, (1n << checkedWidth(width)) - 1n);
}
/** Two's complement numbers of `width` bits. */
export function sint(width: number): NumType {
  const half = 1n << (checkedWidth(width) - 1n);
  return new NumType(-half, half - 1n);
}
/** The integers lo..hi, both included. */
export function range(lo: number | bigint, hi: number | bigint): NumType {
  const [from, to] = [wholeNumber(lo), wholeNumber(hi)];
  if (to < from) fail(`the interval ${lo}..${hi} is empty`, "give lo <= hi");
  return new NumType(from, to);
}
/** The type of a value. */
export function typeOf(value: Num): NumType {
  return new NumType(value.type.lo, value.type.hi);
}

/** Bit patterns side by side, the first one highest, as an unsigned number. */
export function cat(...parts: (Bit | Num)[]): Num {
  return new Num(makeCat(parts.map((part) => part.node)));
}
/** Bit patterns side by side, the first one LOWEST (element 0 in the low bits): a packed word. */
export function pack(parts: readonly (Bit | Num)[]): Num {
  return cat(...[...parts].reverse());
}
/** The elements of a packed word (element 0 in the low bits), each of the given type. */
export function unpack(word: Num, type: Type<"number">): Num[] {
  if (word.width % type.width !== 0) {
    fail(`${describe(word.node)} does not hold whole words of ${type}`, "make its width a multiple");
  }
  return Array.from({ length: word.width / type.width }, (_, i) => {
    const part = word.slice((i + 1) * type.width - 1, i * type.width);
    const full = type.signed ? sint(type.width) : uint(type.width);
    return part.wrap(full).fit(type);
  });
}

/** `whenTrue` where the condition holds, else `whenFalse`; or the option of a number's value. */
export function pick(condition: Bit, whenTrue: NumLike, whenFalse: NumLike): Num;
export function pick(condition: Bit, whenTrue: BitLike, whenFalse: BitLike): Bit;
export function pick(index: Num, options: readonly NumLike[]): Num;
export function pick(index: Num, options: readonly BitLike[]): Bit;
export function pick(
  select: Bit | Num,
  first: NumLike | BitLike | readonly (NumLike | BitLike)[],
  second?: NumLike | BitLike,
): Num | Bit {
  const options = Array.isArray(first) ? first : [second, first];
  const nodes = options.map((o: NumLike | BitLike) => {
    return o instanceof Bit || typeof o === "boolean" ? bitNode(o) : numNode(o);
  });
  const kinds = new Set<Kind>(nodes.map((n) => n.type.kind));
  if (kinds.size > 1) fail("pick mixes bits and numbers", "use .number() on the bits");
  return valueFor<Type>(makePick(select.node, nodes)) as Num | Bit;
}

/** The value of the first condition that holds, else `otherwise`: a priority of picks. */
export function firstOf(cases: readonly (readonly [Bit, NumLike])[], otherwise: NumLike): Num {
  let result = new Num(numNode(otherwise));
  for (const [condition, value] of [...cases].reverse()) result = pick(condition, value, result);
  return result;
}
