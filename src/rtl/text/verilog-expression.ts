import { lowBits } from "../core/types.js";
import { type Condition, type Expr, type NameExpr, type Shape, styleAttribute } from "./tree.js";

/** `signed [7:0] `, `[7:0] ` or nothing, with a space after it. */
export function verilogRange(shape: Shape): string {
  if (shape.kind === "bit") return "";
  return `${shape.kind === "signed" ? "signed " : ""}[${shape.width - 1}:0] `;
}

export function verilogLiteral(value: bigint, shape: Shape): string {
  const { width } = shape;
  if (shape.kind === "bit") return `1'b${value}`;
  if (shape.kind === "unsigned") {
    return width <= 31 ? `${width}'d${value}` : `${width}'h${lowBits(value, width, false).toString(16).toUpperCase()}`;
  }
  // The most negative value has no positive partner of its width; a bit pattern is exact for all.
  const lowest = -(1n << BigInt(width - 1));
  if (width > 31 || value === lowest) {
    return `${width}'sh${lowBits(value, width, false).toString(16).toUpperCase()}`;
  }
  return value < 0n ? `-${width}'sd${-value}` : `${width}'sd${value}`;
}

/** An element of a repeated signal has a wire of its own. */
export function verilogName(expr: NameExpr): string {
  return expr.index === undefined ? expr.name : `${expr.name}_${expr.index}`;
}

/** Where an expression stands: extended by its surroundings to their width, or with a width of its own. */
export type Surroundings = "extends" | "alone";

export function verilog(expr: Expr, around: Surroundings, operand = false): string {
  const inner = (text: string): string => (operand ? `(${text})` : text);
  switch (expr.is) {
    case "name":
      return verilogName(expr);
    case "literal":
      return operand && expr.value < 0n
        ? inner(verilogLiteral(expr.value, expr.shape))
        : verilogLiteral(expr.value, expr.shape);
    case "binary": {
      if (around === "alone") throw new Error("arithmetic without a declared width reached the text");
      if (expr.op === "-" && expr.a.is === "literal" && expr.a.value === 0n) {
        return inner(`-${verilog(expr.b, "extends", true)}`);
      }
      const left =
        expr.a.is === "binary" && expr.a.op !== "*" ? verilog(expr.a, "extends") : verilog(expr.a, "extends", true);
      return inner(`${left} ${expr.op} ${verilog(expr.b, "extends", true)}`);
    }
    case "resize":
      return around === "extends" ? verilog(expr.a, "extends", operand) : extended(expr);
    case "cast": {
      // What is inside keeps its own sign and width; what is around sees the new sign.
      if (expr.a.is === "part" && expr.shape.kind === "unsigned")
        return `${verilogName(expr.a.a)}[${expr.a.hi}:${expr.a.lo}]`;
      const inside = verilog(expr.a, "alone");
      return expr.shape.kind === "signed" ? `$signed(${inside})` : `$unsigned(${inside})`;
    }
    case "shiftLeft":
      if (around === "alone") throw new Error("a left shift without a declared width reached the text");
      return inner(`${verilog(expr.a, "extends", true)} <<< ${expr.by}`);
    case "part": {
      const text = `${verilogName(expr.a)}[${expr.hi}:${expr.lo}]`;
      return expr.shape.kind === "signed" ? `$signed(${text})` : text;
    }
    case "bit":
      return `${verilogName(expr.a)}[${expr.index}]`;
    case "cat":
      return `{${expr.parts.map((part) => verilog(part, "alone")).join(", ")}}`;
    case "logic": {
      const operands = expr.operands.map((o) => verilog(o, "alone", true));
      if (expr.op === "not") return `~${operands[0] ?? ""}`;
      return inner(operands.join(expr.op === "and" ? " & " : expr.op === "or" ? " | " : " ^ "));
    }
    case "multiply":
      return `${productName(expr.a.shape, expr.b.shape)}(${verilog(expr.a, "alone")}, ${verilog(expr.b, "alone")})`;
    case "word":
      return verilogRead(expr.memory, expr.address);
  }
}

/** A widening that must not depend on what is around it. */
function extended(expr: Expr & { is: "resize" }): string {
  const more = expr.shape.width - expr.a.shape.width;
  const inside = verilog(expr.a, "alone");
  if (expr.shape.kind === "unsigned") return `{${more}'d0, ${inside}}`;
  const sign = signOf(expr.a);
  return `$signed({{${more}{${sign}}}, ${inside}})`;
}

function signOf(expr: Expr): string {
  if (expr.is === "name") return `${verilogName(expr)}[${expr.shape.width - 1}]`;
  if (expr.is === "part") return `${verilogName(expr.a)}[${expr.hi}]`;
  if (expr.is === "cast") return signOf(expr.a);
  if (expr.is === "literal") return `1'b${expr.value < 0n ? 1 : 0}`;
  if (expr.is === "resize" && expr.shape.kind === "signed") return signOf(expr.a);
  if (expr.is === "resize") return "1'b0";
  throw new Error(`the sign of a ${expr.is} has no name`);
}

const letter = (shape: Shape): string => `${shape.kind === "signed" ? "s" : "u"}${shape.width}`;

/** The function that multiplies operands of these shapes in look-up tables. */
export function productName(a: Shape, b: Shape): string {
  return `multiply_${letter(a)}_${letter(b)}`;
}

/** A word of a memory; tables are functions. */
export function verilogRead(memory: (Expr & { is: "word" })["memory"], address: Expr): string {
  const index = verilog(address, "alone");
  return styleAttribute(memory) === null ? `${memory.name}__word(${index})` : `${memory.name}[${index}]`;
}

const comparison = { "=": "==", "/=": "!=", "<": "<", ">=": ">=" } as const;

export function verilogCondition(condition: Condition, operand = false): string {
  if (condition.is === "high") {
    const text = verilog(condition.a, "alone", operand || condition.negated);
    return condition.negated ? `~${text}` : text;
  }
  if (condition.is === "compare") {
    const text = `${verilog(condition.a, "alone", true)} ${comparison[condition.op]} ${verilog(condition.b, "alone", true)}`;
    return operand ? `(${text})` : text;
  }
  const text = condition.of.map((c) => verilogCondition(c, true)).join(condition.is === "all" ? " & " : " | ");
  return operand ? `(${text})` : text;
}
