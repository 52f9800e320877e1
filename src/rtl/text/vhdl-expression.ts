import { lowBits } from "../core/types.js";
import type { Condition, Expr, NameExpr, Shape } from "./tree.js";

/** A VHDL type mark with its range. */
export function vhdlType(shape: Shape): string {
  return shape.kind === "bit" ? "std_logic" : `${shape.kind}(${shape.width - 1} downto 0)`;
}

const INTEGER_LIMIT = 2n ** 31n;

/** Whether the value can be written as a VHDL integer. */
export function isInteger(value: bigint): boolean {
  return -INTEGER_LIMIT < value && value < INTEGER_LIMIT;
}

/** A literal that needs no context to have its type. */
export function vhdlLiteral(value: bigint, shape: Shape): string {
  if (shape.kind === "bit") return value === 1n ? "'1'" : "'0'";
  if (isInteger(value)) return `to_${shape.kind}(${value}, ${shape.width})`;
  return `${shape.kind}'(${bitString(value, shape.width)})`;
}

/** A sized bit string: `40x"00_FFFF_FFFF"` without the grouping. */
export function bitString(value: bigint, width: number): string {
  const hex = lowBits(value, width, false).toString(16).toUpperCase();
  return `${width}x"${hex.padStart(Math.ceil(width / 4), "0")}"`;
}

export function vhdlName(expr: NameExpr): string {
  return expr.index === undefined ? expr.name : `${expr.name}(${expr.index})`;
}

/** An expression; in parentheses where it is an operand and not a primary. */
export function vhdl(expr: Expr, operand = false): string {
  const inner = (text: string): string => (operand ? `(${text})` : text);
  switch (expr.is) {
    case "name":
      return vhdlName(expr);
    case "literal":
      return vhdlLiteral(expr.value, expr.shape);
    case "binary": {
      if (expr.op === "*") return inner(`${vhdl(expr.a, true)} * ${vhdl(expr.b, true)}`);
      if (expr.op === "-" && expr.a.is === "literal" && expr.a.value === 0n && expr.shape.kind === "signed") {
        return inner(`-${vhdl(widened(expr.b, expr.shape.width), true)}`);
      }
      const small = expr.b.is === "literal" && isInteger(expr.b.value) && expr.b.value >= 0n;
      const b = expr.b.is === "literal" && small ? String(expr.b.value) : vhdl(expr.b, true);
      const left = expr.a.is === "binary" && expr.a.op !== "*" ? vhdl(expr.a) : vhdl(expr.a, true);
      return inner(`${left} ${expr.op} ${b}`);
    }
    case "resize":
      return `resize(${vhdl(expr.a)}, ${expr.shape.width})`;
    case "cast":
      return `${expr.shape.kind}(${vhdl(expr.a)})`;
    case "shiftLeft":
      return `shift_left(${vhdl(expr.a)}, ${expr.by})`;
    case "part":
      return `${vhdlName(expr.a)}(${expr.hi} downto ${expr.lo})`;
    case "bit":
      return `${vhdlName(expr.a)}(${expr.index})`;
    case "cat":
      return vhdlCat(expr.parts, operand);
    case "logic": {
      const operands = expr.operands.map((o) => vhdl(o, true));
      return expr.op === "not" ? `not ${operands[0] ?? ""}` : inner(operands.join(` ${expr.op} `));
    }
    case "multiply":
      return `multiply(${vhdl(expr.a)}, ${vhdl(expr.b)})`;
    case "word":
      return vhdlWord(expr);
  }
}

function widened(expr: Expr, width: number): Expr {
  return expr.shape.width === width ? expr : { is: "resize", a: expr, shape: { kind: expr.shape.kind, width } };
}

function vhdlCat(parts: readonly Expr[], nested: boolean): string {
  const texts = parts.map((part) => (part.is === "literal" ? catLiteral(part) : vhdl(part, true)));
  if (parts.length === 1 && parts[0]?.shape.kind === "bit") return `unsigned'("" & ${texts[0]})`;
  const joined = texts.join(" & ");
  return nested ? `unsigned'(${joined})` : joined;
}

function catLiteral(part: Expr & { is: "literal" }): string {
  if (part.shape.kind === "bit") return vhdlLiteral(part.value, part.shape);
  return `unsigned'(${binaryString(part.value, part.shape.width)})`;
}

function binaryString(value: bigint, width: number): string {
  if (width > 16) return bitString(value, width);
  return `"${lowBits(value, width, false).toString(2).padStart(width, "0")}"`;
}

/** Whether a table is written as integers: numbers that VHDL's integers hold. */
export function isIntegerTable(memory: { type: { lo: bigint; hi: bigint; kind: string }; written: boolean }): boolean {
  return !memory.written && memory.type.kind === "number" && isInteger(memory.type.lo) && isInteger(memory.type.hi);
}

function vhdlWord(expr: Expr & { is: "word" }): string {
  return vhdlRead(expr.memory, expr.address);
}

/** A word of a memory; tables of integers are converted where they are read. */
export function vhdlRead(memory: (Expr & { is: "word" })["memory"], address: Expr): string {
  const index = address.is === "literal" ? String(address.value) : `to_integer(${vhdl(address)})`;
  const word = `${memory.name}(${index})`;
  return isIntegerTable(memory) ? `to_${memory.shape.kind}(${word}, ${memory.shape.width})` : word;
}

/** Something true or false. */
export function vhdlCondition(condition: Condition, operand = false): string {
  if (condition.is === "high") {
    const { a } = condition;
    if (a.is === "literal") return (a.value === 1n) !== condition.negated ? "true" : "false";
    return `${vhdl(a, true)} = '${condition.negated ? 0 : 1}'`;
  }
  if (condition.is === "compare") {
    const { a, b, op } = condition;
    const right = b.is === "literal" && isInteger(b.value) ? String(b.value) : vhdl(b, true);
    return `${vhdl(a, true)} ${op} ${right}`;
  }
  const text = condition.of.map((c) => vhdlCondition(c, true)).join(condition.is === "all" ? " and " : " or ");
  return operand ? `(${text})` : text;
}
