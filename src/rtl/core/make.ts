import type { ConstNode, LogicNode, Multiplier, Node, Owner } from "./graph.js";
import { callerPlace, fail } from "./place.js";
import { hull, lowBits, Type } from "./types.js";

/** The type of one bit. */
export const BIT = new Type("bit", 0n, 1n);

/** How a node is called in an error. */
export function describe(node: Node): string {
  const name = node.name ?? (node.kind === "const" ? String(node.value) : `an unnamed ${node.kind}`);
  return `${name}: ${node.type}`;
}

/** The module that the operands share; an error if they are of two modules. */
function ownerOf(operands: readonly Node[]): Owner | undefined {
  let owner: Owner | undefined;
  for (const node of operands) {
    if (node.owner === undefined || node.owner === owner) continue;
    if (owner !== undefined) {
      fail(
        `${describe(node)} belongs to module ${node.owner.name}, but its partner to module ${owner.name}`,
        "pass values between modules through ports",
      );
    }
    owner = node.owner;
  }
  return owner;
}

function number(lo: bigint, hi: bigint): Type {
  return new Type("number", lo, hi);
}

/** The unsigned number type of a width. */
export function unsigned(width: number): Type<"number"> {
  return new Type("number", 0n, (1n << BigInt(width)) - 1n);
}

/** A constant of a type that has the value. */
export function makeConst(value: bigint, type: Type = number(value, value)): ConstNode {
  if (!type.has(value)) fail(`${value} is not a value of ${type}`, "choose a value or a type that contains it");
  return { kind: "const", type, owner: undefined, name: undefined, value };
}

export function makeArith(op: "add" | "sub" | "mul", a: Node, b: Node, multiplier: Multiplier): Node {
  const [x, y] = [a.type, b.type];
  let type: Type;
  if (op === "add") type = number(x.lo + y.lo, x.hi + y.hi);
  else if (op === "sub") type = number(x.lo - y.hi, x.hi - y.lo);
  else {
    const corners = [x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi];
    type = hull(corners.map((v) => number(v, v)));
  }
  return { kind: "arith", type, owner: ownerOf([a, b]), name: undefined, op, a, b, multiplier };
}

export function makeLogic(op: LogicNode["op"], operands: readonly Node[]): Node {
  const first = operands[0];
  if (first === undefined) return fail(`${op} of nothing`, "give at least one operand");
  const owner = ownerOf(operands);
  if (first.type.kind === "bit") return { kind: "logic", type: BIT, owner, name: undefined, op, operands };
  for (const node of operands) {
    if (node.type.signed || node.type.width !== first.type.width) {
      fail(
        `${op} works on unsigned numbers of equal width, but got ${operands.map(describe).join(" and ")}`,
        "bring the operands to one uint(n) with .wrap or .fit first",
      );
    }
  }
  return { kind: "logic", type: unsigned(first.type.width), owner, name: undefined, op, operands };
}

export function makeCompare(op: "eq" | "lt", a: Node, b: Node): Node {
  return { kind: "compare", type: BIT, owner: ownerOf([a, b]), name: undefined, op, a, b };
}

/** `options[select]`; the result's type is the hull of the options'. */
export function makePick(select: Node, options: readonly Node[]): Node {
  if (options.length === 0) return fail("pick has no options", "give one option for each value of the selector");
  if (select.type.lo < 0n || select.type.hi >= BigInt(options.length)) {
    fail(
      `pick has ${options.length} options, but its selector is ${describe(select)}`,
      "give an option for each value, or narrow the selector with .fit",
    );
  }
  const type = options.every((o) => o.type.kind === "bit") ? BIT : hull(options.map((o) => o.type));
  const widened = options.map((o) => makeFit("fit", o, type));
  return { kind: "pick", type, owner: ownerOf([select, ...options]), name: undefined, select, options: widened };
}

/** Bits hi..lo; `asBit` gives a bit instead of a one-bit number. */
export function makeSlice(a: Node, hi: number, lo: number, asBit = false): Node {
  if (!Number.isInteger(hi) || !Number.isInteger(lo) || lo < 0 || hi < lo || hi >= a.type.width) {
    fail(`bits ${hi}..${lo} are not within ${describe(a)} of ${a.type.width} bits`, "slice within the width");
  }
  const type = asBit ? BIT : unsigned(hi - lo + 1);
  return { kind: "slice", type, owner: a.owner, name: undefined, a, hi, lo };
}

export function makeCat(parts: readonly Node[]): Node {
  const width = parts.reduce((sum, part) => sum + part.type.width, 0);
  if (width === 0) fail("cat of nothing", "give at least one part");
  return { kind: "cat", type: unsigned(width), owner: ownerOf(parts), name: undefined, parts };
}

export function makeShift(a: Node, by: number): Node {
  if (!Number.isInteger(by)) fail(`a shift by ${by}`, "shift by a whole constant");
  if (by === 0) return a;
  const n = BigInt(Math.abs(by));
  const type = by > 0 ? number(a.type.lo << n, a.type.hi << n) : number(a.type.lo >> n, a.type.hi >> n);
  return { kind: "shift", type, owner: a.owner, name: undefined, a, by };
}

export function makeFit(mode: "fit" | "wrap", a: Node, type: Type, when?: Node): Node {
  if (a.type.equals(type)) return a;
  if (type.kind !== a.type.kind) fail(`${describe(a)} cannot become ${type}`, "use .number() or .bit(i) between kinds");
  if (mode === "wrap" && !type.full) {
    fail(`wrap needs a type that uses all its bit patterns, not ${type}`, "wrap into uint(n) or sint(n), then .fit");
  }
  const proved = type.contains(a.type);
  if (mode === "fit" && !proved && (a.type.hi < type.lo || type.hi < a.type.lo)) {
    fail(`${describe(a)} can never be a value of ${type}`, "choose a type that the value can take");
  }
  if (a.kind === "const") return makeConst(mode === "fit" ? a.value : lowBits(a.value, type.width, type.signed), type);
  const claim = mode === "fit" && !proved;
  return {
    kind: "fit",
    type,
    owner: claim ? ownerOf(when === undefined ? [a] : [a, when]) : a.owner,
    name: undefined,
    mode: proved ? "fit" : mode,
    a,
    when: claim ? when : undefined,
    place: claim ? callerPlace() : undefined,
  };
}

/** The node as a value of exactly the type, for a port, register or memory; an error if its interval does not fit. */
export function coerce(node: Node, type: Type, what: string): Node {
  if (!type.contains(node.type)) {
    fail(
      `${what} is ${type}, but is given ${describe(node)}`,
      node.type.kind === type.kind
        ? "nothing is truncated silently: .fit claims that it fits, .wrap drops high bits, clamp() saturates"
        : "use .number() or .bit(i) between bits and numbers",
    );
  }
  return makeFit("fit", node, type);
}
