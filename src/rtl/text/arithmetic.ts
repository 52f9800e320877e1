import type { ArithNode } from "../core/graph.js";
import { bitsFor, lowBits } from "../core/types.js";
import { type Expr, type NameExpr, type Shape, vector } from "./tree.js";

/** The expression in more bits, with its own sign. */
export function widen(a: Expr, width: number): Expr {
  if (a.shape.width === width) return a;
  const shape: Shape = { kind: a.shape.kind, width };
  return a.is === "literal" ? { ...a, shape } : { is: "resize", a, shape };
}

/** An operand of signed arithmetic: an unsigned one gets a sign bit. */
export function signedOperand(a: Expr, signed: boolean): Expr {
  if (!signed || a.shape.kind === "signed") return a;
  const shape = vector(true, a.shape.width + 1);
  if (a.is === "literal") return { ...a, shape };
  return { is: "cast", a: widen(a, shape.width), shape };
}

/** The low bits of a name. */
export function narrow(a: NameExpr, to: Shape): Expr {
  const low: Expr =
    a.shape.width === to.width
      ? a
      : { is: "part", a, hi: to.width - 1, lo: 0, shape: { kind: a.shape.kind, width: to.width } };
  return low.shape.kind === to.kind ? low : { is: "cast", a: low, shape: to };
}

/** A sum or difference; at least as wide as the result and its operands, signed if any of them is. */
export function sumOf(op: "+" | "-", x: Expr, y: Expr, to: Shape): Expr {
  // A negative constant is subtracted (or added) as a positive one, which reads better; and GHDL 2.0 translates it right in any width.
  if (y.is === "literal" && y.value < 0n) return sumOf(op === "+" ? "-" : "+", x, negated(y), to);
  if (op === "+" && x.is === "literal" && x.value < 0n && y.is !== "literal") return sumOf("-", y, negated(x), to);
  const signed = [x, y].some((e) => e.shape.kind === "signed") || to.kind === "signed";
  const [a, b] = [operandOf(x, signed, to.width), operandOf(y, signed, to.width)];
  const width = Math.max(to.width, a.shape.width, b.shape.width);
  return { is: "binary", op, a: widen(a, width), b: wholeIfLong(b, width), shape: vector(signed, width) };
}

/** A constant of more than 32 bits in the width of the work: GHDL 2.0 does not synthesise its widening. */
function wholeIfLong(b: Expr, width: number): Expr {
  return b.is === "literal" && b.shape.width > 32 ? widen(b, width) : b;
}

/** The positive constant, with a sign bit. */
function negated(literal: Expr & { is: "literal" }): Expr {
  return { is: "literal", value: -literal.value, shape: vector(true, bitsFor(0n, -literal.value) + 1) };
}

/** As signedOperand, but an unsigned operand is widened at once to the width of the work. */
function operandOf(a: Expr, signed: boolean, width: number): Expr {
  if (!signed || a.shape.kind === "signed" || a.is === "literal") return signedOperand(a, signed);
  const shape = vector(true, Math.max(width, a.shape.width + 1));
  return { is: "cast", a: widen(a, shape.width), shape };
}

/** Yosys and others take a DSP slice for `*` from this sum of widths on. */
const DSP_FROM = 9;

/** A product: `*` where it may become a DSP slice or is too small to, shifts and additions for a constant, else a call. */
export function product(x: Expr, y: Expr, node: ArithNode, use: (a: Shape, b: Shape) => void): Expr {
  const signed = x.shape.kind === "signed" || y.shape.kind === "signed";
  if (node.multiplier === "lut") {
    if (y.is === "literal") return timesConstant(x, y.value, node);
    if (x.is === "literal") return timesConstant(y, x.value, node);
    if (x.shape.width + y.shape.width >= DSP_FROM) {
      const mixed = x.shape.kind !== y.shape.kind;
      // The bits of `b` are taken in turn: the narrower operand, or the unsigned one of two signs.
      const swap = mixed ? x.shape.kind === "unsigned" : y.shape.width > x.shape.width;
      const [a, b] = swap ? [y, x] : [x, y];
      use(a.shape, b.shape);
      return { is: "multiply", a, b, shape: vector(signed, a.shape.width + b.shape.width) };
    }
  }
  const [a, b] = [signedOperand(x, signed), signedOperand(y, signed)];
  return { is: "binary", op: "*", a, b, shape: vector(signed, a.shape.width + b.shape.width) };
}

/** The canonical signed digits of a positive or negative integer: powers of two with their signs, the highest first. */
export function signedDigits(value: bigint): { power: number; negative: boolean }[] {
  const digits: { power: number; negative: boolean }[] = [];
  let rest = value;
  for (let power = 0; rest !== 0n; power++) {
    if ((rest & 1n) === 1n) {
      const negative = (rest & 3n) === 3n;
      digits.push({ power, negative });
      rest += negative ? 1n : -1n;
    }
    rest >>= 1n;
  }
  return digits.reverse();
}

function timesConstant(x: Expr, value: bigint, node: ArithNode): Expr {
  const signed = x.shape.kind === "signed" || node.type.signed;
  const operand = signedOperand(x, signed);
  const width = Math.max(node.type.width, operand.shape.width);
  const shape = vector(signed, width);
  if (operand.is === "literal") {
    return { is: "literal", value: lowBits(operand.value * value, width, signed), shape };
  }
  const zero: Expr = { is: "literal", value: 0n, shape };
  // Positive terms first, so that most products need no leading negation.
  const digits = signedDigits(value).sort((p, q) => Number(p.negative) - Number(q.negative));
  let sum: Expr | undefined;
  for (const { power, negative } of digits) {
    const base = widen(operand, width);
    const term: Expr = power === 0 ? base : { is: "shiftLeft", a: base, by: power, shape };
    if (sum === undefined) sum = negative ? { is: "binary", op: "-", a: zero, b: term, shape } : term;
    else sum = { is: "binary", op: negative ? "-" : "+", a: sum, b: term, shape };
  }
  return sum ?? zero;
}
