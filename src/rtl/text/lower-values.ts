import type {
  ArithNode,
  CompareNode,
  ConstNode,
  FitNode,
  LogicNode,
  Memory,
  Node,
  PickNode,
  ResultNode,
} from "../core/graph.js";
import { lowBits } from "../core/types.js";
import { narrow, product, signedOperand, sumOf, widen } from "./arithmetic.js";
import type { Namer } from "./names.js";
import {
  type AssignText,
  BIT_SHAPE,
  behind,
  type Condition,
  type ConstantText,
  type Expr,
  type MemoryText,
  type NameExpr,
  type Shape,
  type SignalText,
  type Source,
  shapeOf,
  vector,
} from "./tree.js";

/** What the lowering of values needs to know of its entity. */
export interface EntityNames {
  readonly namer: Namer;
  /** Names that were given, by value: ports, registers, `m.name`. */
  readonly given: Map<Node, NameExpr>;
  /** How often each value is read. */
  readonly uses: ReadonlyMap<Node, number>;
  memory(memory: Memory): MemoryText;
  result(node: ResultNode): NameExpr;
  /** Whether the name is that of an output port, which needs no signal. */
  isPort(name: string): boolean;
}

/** Turns the values of a module into assignments, and gives expressions for where they are read. */
export class ValueLowering {
  readonly assigns: AssignText[] = [];
  readonly signals: SignalText[] = [];
  readonly constants: ConstantText[] = [];
  readonly products: { a: Shape; b: Shape }[] = [];
  readonly #done = new Map<Node, NameExpr>();

  constructor(readonly names: EntityNames) {}

  /** The value as an expression without arithmetic: a name, a literal, a part of a name, logic of bits. */
  ref(reader: Node, anchor: string, role: string): Expr {
    const node = behind(reader);
    const known = this.#known(node);
    if (known !== undefined) return known;
    switch (node.kind) {
      case "const":
        return { is: "literal", value: node.value, shape: shapeOf(node.type) };
      case "slice":
        return this.#rewired(node, anchor);
      case "fit":
        return this.#reduced(node) === undefined ? this.#rewired(node, anchor) : this.name(node, anchor, role);
      case "shift":
        return node.by < 0 ? this.#rewired(node, anchor) : this.name(node, anchor, role);
      case "cat": {
        const [only, second] = node.parts;
        if (only?.type.kind === "bit" && second === undefined) return this.#value(node, anchor);
        return this.name(node, anchor, role);
      }
      case "logic":
        if (node.type.kind === "bit" && (this.#single(node) || node.op === "not") && !this.#compares(node)) {
          return this.#logic(node, anchor);
        }
        return this.name(node, anchor, role);
      default:
        return this.name(node, anchor, role);
    }
  }

  /** The value as a name, with a signal of its own where it has none yet. */
  name(reader: Node, anchor: string, role: string): NameExpr {
    const node = behind(reader);
    const known = this.#known(node);
    if (known !== undefined) return known;
    if (node.kind === "const") return this.#constant(node, `${anchor}_${role}`);
    const wish = `${anchor}_${role}`;
    return this.define(node, this.names.namer.number(wish.length > 40 ? role : wish), anchor);
  }

  /** Declares a signal for a value and assigns it; what it needs is named after the anchor, the nearest given name. */
  define(node: Node, name: string, anchor = name): NameExpr {
    const target: NameExpr = { is: "name", name, index: undefined, shape: shapeOf(node.type) };
    // Known before its operands are lowered: a value may read itself through a register of the same name.
    this.#done.set(node, target);
    const source = this.source(node, anchor);
    if (!this.names.isPort(name)) this.declare(target);
    this.assigns.push({ target, source });
    return target;
  }

  /** Assigns a value to an output port, unless the value bears the port's name. */
  output(node: Node, port: string): void {
    const target: NameExpr = { is: "name", name: port, index: undefined, shape: shapeOf(node.type) };
    const source = this.sourceFor(node, port, "value");
    if (source.is !== "name" || source.name !== port) this.assigns.push({ target, source });
  }

  declare(target: NameExpr): void {
    this.signals.push({
      name: target.name,
      shape: target.shape,
      init: undefined,
      count: undefined,
      role: "wire",
    });
  }

  /** What defines the value, for the right of an assignment. */
  source(reader: Node, anchor: string): Source {
    const node = behind(reader);
    switch (node.kind) {
      case "compare":
        return { is: "truth", condition: this.#compare(node, anchor, false), shape: BIT_SHAPE };
      case "logic":
        if (node.type.kind === "bit" && this.#compares(node)) {
          return { is: "truth", condition: this.#truth(node, anchor), shape: BIT_SHAPE };
        }
        return this.#logic(node, anchor);
      case "pick":
        return this.#pick(node, anchor);
      default:
        return this.#value(node, anchor);
    }
  }

  /** As `source`, for a reader: in place if nobody else reads it. */
  sourceFor(reader: Node, anchor: string, role: string): Source {
    const node = behind(reader);
    // A selection is always a signal of its own: Verilog needs another one beside it.
    const selects = node.kind === "pick" && node.select.type.kind === "number";
    if (this.#known(node) !== undefined || node.kind === "const" || selects || !this.#single(node)) {
      return this.ref(node, anchor, role);
    }
    return this.source(node, anchor);
  }

  /** The value as something true or false. */
  condition(reader: Node, anchor: string): Condition {
    const node = behind(reader);
    if (this.#known(node) !== undefined || node.kind === "const") {
      return high(this.ref(node, anchor, "condition"), false);
    }
    if (node.kind === "compare" && this.#single(node)) return this.#compare(node, anchor, false);
    if (node.kind === "logic" && (this.#single(node) || node.op === "not")) return this.#truth(node, anchor);
    return high(this.ref(node, anchor, "condition"), false);
  }

  #truth(node: LogicNode, anchor: string): Condition {
    const [operand] = node.operands;
    const first = operand === undefined ? undefined : behind(operand);
    if (node.op === "not" && first !== undefined) {
      if (first.kind === "compare" && this.#known(first) === undefined && this.#single(first)) {
        return this.#compare(first, anchor, true);
      }
      return high(this.ref(first, anchor, "condition"), true);
    }
    if (node.op === "xor") return high(this.#logic(node, anchor), false);
    return {
      is: node.op === "and" ? "all" : "any",
      of: node.operands.map((operand) => this.condition(operand, anchor)),
    };
  }

  #known(node: Node): NameExpr | undefined {
    const now = behind(node);
    const done = this.#done.get(now);
    if (done !== undefined) return done;
    if (now.kind === "result") return this.names.result(now);
    const given = this.names.given.get(now);
    if (given === undefined) return undefined;
    if (now.kind === "const") return this.#constant(now, given.name);
    if (now.kind === "input" || now.kind === "reg" || (now.kind === "read" && now.memory.latency === 1)) return given;
    return this.define(now, given.name);
  }

  #constant(node: ConstNode, name: string): NameExpr {
    const given = this.names.given.get(node);
    const unique = given?.name ?? this.names.namer.number(name);
    const expr: NameExpr = { is: "name", name: unique, index: undefined, shape: shapeOf(node.type) };
    this.#done.set(node, expr);
    this.constants.push({ name: unique, shape: expr.shape, value: node.value });
    return expr;
  }

  #single(node: Node): boolean {
    return (this.names.uses.get(node) ?? 0) <= 1;
  }

  /** Whether unnamed logic of bits has a comparison in it, which VHDL can only write as a condition. */
  #compares(reader: Node): boolean {
    const node = behind(reader);
    if (this.names.given.has(node) || this.#done.has(node) || !this.#single(node)) return false;
    if (node.kind === "compare") return true;
    return node.kind === "logic" && node.op !== "xor" && node.operands.some((operand) => this.#compares(operand));
  }

  #logic(node: LogicNode, anchor: string): Expr {
    const operands = node.operands.map((operand) => this.ref(operand, anchor, "operand"));
    const [first] = operands;
    if (node.op === "not" && first?.is === "logic" && first.op === "not") return first.operands[0] ?? first;
    return { is: "logic", op: node.op, operands, shape: shapeOf(node.type) };
  }

  #compare(node: CompareNode, anchor: string, negated: boolean): Condition {
    const signed = node.a.type.signed || node.b.type.signed;
    let [a, b] = [node.a, node.b].map((x) => signedOperand(this.ref(x, anchor, "operand"), signed));
    if (a === undefined || b === undefined) throw new Error("a comparison has two operands");
    const op = node.op === "eq" ? (negated ? "/=" : "=") : negated ? ">=" : "<";
    // A literal stands on the right where the operator is symmetric.
    if (node.op === "eq" && a.is === "literal") [a, b] = [b, a];
    if (a.is === "literal" && b.is === "literal") {
      const truth = node.op === "eq" ? a.value === b.value : a.value < b.value;
      return {
        is: "high",
        a: { is: "literal", value: truth !== negated ? 1n : 0n, shape: BIT_SHAPE },
        negated: false,
      };
    }
    return { is: "compare", op, a, b };
  }

  #pick(node: PickNode, anchor: string): Source {
    const shape = shapeOf(node.type);
    if (node.select.type.kind === "number") {
      // Options beyond the selector's range exist only in the list.
      const options = node.options.slice(0, Number(node.select.type.hi) + 1).map((o) => this.ref(o, anchor, "option"));
      const [only, second] = options;
      if (only !== undefined && second === undefined) return only;
      const word = this.names.namer.number(`${anchor}_select`);
      return { is: "select", word, index: this.ref(node.select, anchor, "select"), options, shape };
    }
    const cases: { when: Condition; value: Expr }[] = [];
    let now: Node = node;
    const continues = (next: Node): next is PickNode =>
      next.kind === "pick" && next.select.type.kind === "bit" && this.#known(next) === undefined && this.#single(next);
    while (now === node || continues(now)) {
      const { select, options }: PickNode = now === node ? node : (now as PickNode);
      const [whenFalse, whenTrue] = options;
      if (whenFalse === undefined || whenTrue === undefined) throw new Error("a pick of a bit has two options");
      cases.push({ when: this.condition(select, anchor), value: this.#option(whenTrue, anchor) });
      now = behind(whenFalse);
    }
    return { is: "choose", cases, otherwise: this.#option(now, anchor), shape };
  }

  #option(reader: Node, anchor: string): Expr {
    const node = behind(reader);
    const inPlace =
      node.kind === "arith" ||
      (node.kind === "fit" && this.#reduced(node) !== undefined) ||
      (node.kind === "logic" && node.type.kind === "number");
    if (inPlace && this.#known(node) === undefined && this.#single(node)) return this.#value(node, anchor);
    return this.ref(node, anchor, "option");
  }

  /** Slices, right shifts and changes of type: bits of a name, with another sign or more of them. */
  #rewired(node: Node, anchor: string): Expr {
    const to = shapeOf(node.type);
    if (node.kind === "fit") {
      const from = shapeOf(node.a.type);
      if (to.width < from.width) return narrow(this.name(node.a, anchor, "full"), to);
      const a = this.ref(node.a, anchor, "narrow");
      if (a.is === "literal") return { ...a, shape: to };
      return signAs(widen(a, to.width), to);
    }
    if (node.kind === "slice") {
      const { hi, lo } = node;
      const a = behind(node.a);
      if (a.kind === "const") {
        return { is: "literal", value: BigInt.asUintN(hi - lo + 1, a.value >> BigInt(lo)), shape: to };
      }
      const word = this.name(a, anchor, "word");
      if (word.shape.kind === "bit") throw new Error("a slice of a bit");
      if (to.kind === "bit") return { is: "bit", a: word, index: lo, shape: to };
      const whole = hi === word.shape.width - 1 && lo === 0;
      const part: Expr = whole
        ? word
        : { is: "part", a: word, hi, lo, shape: vector(word.shape.kind === "signed", hi - lo + 1) };
      return signAs(part, to);
    }
    if (node.kind === "shift") {
      const { by } = node;
      const a = behind(node.a);
      if (a.kind === "const") return { is: "literal", value: a.value >> BigInt(-by), shape: to };
      const word = this.name(a, anchor, "word");
      const signed = word.shape.kind === "signed";
      const top = word.shape.width - 1;
      if (-by > top && !signed) return { is: "literal", value: 0n, shape: to };
      const lo = Math.min(-by, top);
      const part: Expr = { is: "part", a: word, hi: top, lo, shape: vector(signed, top - lo + 1) };
      return signAs(widen(part, to.width), to);
    }
    throw new Error(`a ${node.kind} is not rewired`);
  }

  #value(node: Node, anchor: string): Expr {
    switch (node.kind) {
      case "arith":
        return this.#arith(node, anchor);
      case "logic":
        return this.#logic(node, anchor);
      case "cat": {
        const parts = node.parts.map((part): Expr => {
          const expr = this.ref(part, anchor, "part");
          if (expr.shape.kind !== "signed") return expr;
          if (expr.is !== "literal") return signAs(expr, vector(false, expr.shape.width));
          return {
            is: "literal",
            value: BigInt.asUintN(expr.shape.width, expr.value),
            shape: vector(false, expr.shape.width),
          };
        });
        return { is: "cat", parts, shape: shapeOf(node.type) };
      }
      case "shift": {
        if (node.by < 0) return this.#rewired(node, anchor);
        const to = shapeOf(node.type);
        const a = widen(this.ref(node.a, anchor, "word"), to.width);
        if (a.is === "literal") return { ...a, value: a.value << BigInt(node.by), shape: to };
        return { is: "shiftLeft", a, by: node.by, shape: to };
      }
      case "read": {
        const memory = this.names.memory(node.memory);
        return { is: "word", memory, address: this.ref(node.address, anchor, "address"), shape: memory.shape };
      }
      case "fit": {
        const sum = this.#reduced(node);
        return sum === undefined ? this.#rewired(node, anchor) : this.#lowSum(sum, shapeOf(node.type), anchor);
      }
      case "slice":
        return this.#rewired(node, anchor);
      default:
        return this.ref(node, anchor, "value");
    }
  }

  /** The sum that a change of type takes the low bits of, if nobody else reads it: it is then computed in that width. */
  #reduced(node: FitNode): ArithNode | undefined {
    const { type } = node;
    const a = behind(node.a);
    if (a.kind !== "arith" || a.op === "mul" || type.width >= a.type.width) return undefined;
    return this.#known(a) === undefined && this.#single(a) ? a : undefined;
  }

  /** A sum modulo 2^width. */
  #lowSum(sum: ArithNode, to: Shape, anchor: string): Expr {
    const operand = (reader: Node): Expr => {
      const node = behind(reader);
      const from = shapeOf(node.type);
      if (from.width > to.width) return narrow(this.name(node, anchor, "term"), to);
      const a = this.ref(node, anchor, "term");
      if (a.is === "literal") return { ...a, value: lowBits(a.value, to.width, to.kind === "signed"), shape: to };
      return from.kind === to.kind ? a : { is: "cast", a: widen(a, to.width), shape: to };
    };
    const [a, b] = [operand(sum.a), operand(sum.b)];
    return { is: "binary", op: sum.op === "add" ? "+" : "-", a: widen(a, to.width), b, shape: to };
  }

  #arith(node: ArithNode, anchor: string): Expr {
    const to = shapeOf(node.type);
    const role = node.op === "mul" ? "factor" : "term";
    const [a, b] = [this.ref(node.a, anchor, role), this.ref(node.b, anchor, role)];
    const result =
      node.op === "mul"
        ? product(a, b, node, (pa, pb) => this.products.push({ a: pa, b: pb }))
        : sumOf(node.op === "add" ? "+" : "-", a, b, to);
    if (result.shape.kind === to.kind && result.shape.width === to.width) return result;
    if (result.is === "literal") return { ...result, shape: to };
    const full: NameExpr = {
      is: "name",
      name: this.names.namer.number(`${anchor}_full`),
      index: undefined,
      shape: result.shape,
    };
    this.declare(full);
    this.assigns.push({ target: full, source: result });
    return narrow(full, to);
  }
}

/** Whether a bit is 1, or 0: a `not` becomes the other question. */
function high(a: Expr, negated: boolean): Condition {
  const [inside] = a.is === "logic" && a.op === "not" ? a.operands : [];
  return inside === undefined ? { is: "high", a, negated } : { is: "high", a: inside, negated: !negated };
}

function signAs(a: Expr, to: Shape): Expr {
  return a.shape.kind === to.kind ? a : { is: "cast", a, shape: to };
}
