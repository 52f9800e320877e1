import type { MemoryStyle, ModuleGraph, Node } from "../core/graph.js";
import type { Type } from "../core/types.js";

/** How a value is written: a single bit, or a vector with or without sign. */
export interface Shape {
  readonly kind: "bit" | "unsigned" | "signed";
  readonly width: number;
}

export const BIT_SHAPE: Shape = { kind: "bit", width: 1 };

export function shapeOf(type: Type): Shape {
  if (type.kind === "bit") return BIT_SHAPE;
  return { kind: type.signed ? "signed" : "unsigned", width: type.width };
}

/** The value that stands for this one in the text: the source of a wire, or of an unnamed change of type that changes no bit. */
export function behind(node: Node): Node {
  let now = node;
  for (;;) {
    if (now.kind === "wire" && now.source !== undefined) now = now.source;
    else if (now.kind === "fit" && now.name === undefined && sameShape(now.type, now.a.type)) now = now.a;
    else return now;
  }
}

function sameShape(a: Type, b: Type): boolean {
  return a.kind === b.kind && a.width === b.width && a.signed === b.signed;
}

export function vector(signed: boolean, width: number): Shape {
  return { kind: signed ? "signed" : "unsigned", width };
}

/** A name: a signal, a port, or (with an index) one element of a repeated signal. */
export interface NameExpr {
  readonly is: "name";
  readonly name: string;
  readonly index: number | undefined;
  readonly shape: Shape;
}

/** Expressions whose printing is the same everywhere: operands already have the widths and signs that the operator needs. */
export type Expr =
  | NameExpr
  | { readonly is: "literal"; readonly value: bigint; readonly shape: Shape }
  /** Operands of one sign; `+` and `-`: `a` has the result's width, `b` that or less; `*`: the widths add up. */
  | { readonly is: "binary"; readonly op: "+" | "-" | "*"; readonly a: Expr; readonly b: Expr; readonly shape: Shape }
  /** Widening with the operand's sign. */
  | { readonly is: "resize"; readonly a: Expr; readonly shape: Shape }
  /** The same bits with the other sign. */
  | { readonly is: "cast"; readonly a: Expr; readonly shape: Shape }
  /** times 2^by within the width; `a` has the result's width. */
  | { readonly is: "shiftLeft"; readonly a: Expr; readonly by: number; readonly shape: Shape }
  /** Bits hi..lo of a name, with its sign. */
  | { readonly is: "part"; readonly a: NameExpr; readonly hi: number; readonly lo: number; readonly shape: Shape }
  | { readonly is: "bit"; readonly a: NameExpr; readonly index: number; readonly shape: Shape }
  /** Bits and unsigned vectors side by side. */
  | { readonly is: "cat"; readonly parts: readonly Expr[]; readonly shape: Shape }
  | {
      readonly is: "logic";
      readonly op: "and" | "or" | "xor" | "not";
      readonly operands: readonly Expr[];
      readonly shape: Shape;
    }
  /** A product in look-up tables: a call of the function `multiply`. `b` is the one whose bits are taken in turn. */
  | { readonly is: "multiply"; readonly a: Expr; readonly b: Expr; readonly shape: Shape }
  | { readonly is: "word"; readonly memory: MemoryText; readonly address: Expr; readonly shape: Shape };

/** What is true or false: not a value of its own in VHDL. */
export type Condition =
  | { readonly is: "high"; readonly a: Expr; readonly negated: boolean }
  | {
      readonly is: "compare";
      readonly op: "=" | "/=" | "<" | ">=";
      readonly a: Expr;
      readonly b: Expr;
    }
  | { readonly is: "all" | "any"; readonly of: readonly Condition[] };

/** What can stand on the right of an assignment. */
export type Source =
  | Expr
  | { readonly is: "truth"; readonly condition: Condition; readonly shape: Shape }
  | {
      /** The option of the index's value. */
      readonly is: "select";
      /** A free name, where a language needs one for the index. */
      readonly word: string;
      readonly index: Expr;
      readonly options: readonly Expr[];
      readonly shape: Shape;
    }
  | {
      readonly is: "choose";
      readonly cases: readonly { readonly when: Condition; readonly value: Expr }[];
      readonly otherwise: Expr;
      readonly shape: Shape;
    };

export interface SignalText {
  readonly name: string;
  readonly shape: Shape;
  /** The register's value at power-on. */
  readonly init: bigint | undefined;
  /** Elements, where it belongs to a repeated instance. */
  readonly count: number | undefined;
  readonly role: "register" | "wire" | "result";
}

export interface MemoryText {
  readonly name: string;
  readonly shape: Shape;
  readonly contents: readonly bigint[];
  readonly style: MemoryStyle;
  readonly note: string | undefined;
  readonly written: boolean;
  /** Type of its words, for the choice of how to write them. */
  readonly type: Type;
}

/** Bits from which on synthesis takes a table for a memory, and puts it into block memory where it is not told otherwise. */
const LARGE_TABLE = 2048;

/** How synthesis is told where a memory's words are to be; null: it is left to logic, as a small table of constants. */
export function styleAttribute({ style, contents, shape }: MemoryText): Exclude<MemoryStyle, "rom"> | null {
  if (style !== "rom") return style;
  return contents.length * shape.width >= LARGE_TABLE ? "distributed" : null;
}

export interface RegisterGroup {
  readonly label: string;
  readonly enable: Condition | undefined;
  readonly reset: boolean;
  readonly registers: readonly { readonly name: NameExpr; readonly reset: bigint; readonly next: Source }[];
}

export interface MemoryAccess {
  readonly label: string;
  readonly memory: MemoryText;
  readonly write: { readonly enable: Condition; readonly address: Expr; readonly data: Expr } | undefined;
  readonly reads: readonly { readonly to: NameExpr; readonly enable: Condition | undefined; readonly address: Expr }[];
}

/** What an instance's port is joined to: an expression, elements by the loop's index, or a field that moves with it. */
export type Actual =
  | { readonly is: "expression"; readonly value: Expr }
  | { readonly is: "element"; readonly name: string; readonly shape: Shape }
  | {
      readonly is: "field";
      readonly word: NameExpr;
      readonly base: number;
      readonly step: number;
      readonly shape: Shape;
    }
  | { readonly is: "open" };

export interface InstanceText {
  readonly label: string;
  readonly module: ModuleGraph;
  /** Number of copies of a repeated instance. */
  readonly count: number | undefined;
  readonly ports: readonly { readonly port: string; readonly actual: Actual }[];
}

export interface AssignText {
  readonly target: NameExpr;
  readonly source: Source;
}

export interface ConstantText {
  readonly name: string;
  readonly shape: Shape;
  readonly value: bigint;
}

/** One entity, ready to be printed in either language. */
export interface EntityText {
  readonly graph: ModuleGraph;
  /** Whether it has the port `clock_enable`, which is in the conditions of all its registers and memories. */
  readonly gated: boolean;
  readonly constants: readonly ConstantText[];
  readonly memories: readonly MemoryText[];
  readonly signals: readonly SignalText[];
  readonly assigns: readonly AssignText[];
  readonly groups: readonly RegisterGroup[];
  readonly accesses: readonly MemoryAccess[];
  readonly instances: readonly InstanceText[];
  /** Operand shapes of the products in look-up tables. */
  readonly products: readonly { readonly a: Shape; readonly b: Shape }[];
}
