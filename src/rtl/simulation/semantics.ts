import type {
  ArithNode,
  CatNode,
  CompareNode,
  FitNode,
  LogicNode,
  Node,
  PickNode,
  ShiftNode,
  SliceNode,
} from "../core/graph.js";
import { lowBits } from "../core/types.js";

/** The nodes whose value is a function of their operands alone. */
export type PureNode = ArithNode | LogicNode | CompareNode | PickNode | SliceNode | CatNode | ShiftNode | FitNode;

/** The value of a node from its operands': what each kind means. */
export function evaluate(node: PureNode, value: (operand: Node) => bigint): bigint {
  switch (node.kind) {
    case "arith": {
      const [a, b] = [value(node.a), value(node.b)];
      return node.op === "add" ? a + b : node.op === "sub" ? a - b : a * b;
    }
    case "logic":
      if (node.op === "not") return node.type.hi - node.operands.reduce((_, operand) => value(operand), 0n);
      return node.operands.map(value).reduce((x, y) => (node.op === "and" ? x & y : node.op === "or" ? x | y : x ^ y));
    case "compare": {
      const [a, b] = [value(node.a), value(node.b)];
      return (node.op === "eq" ? a === b : a < b) ? 1n : 0n;
    }
    case "pick": {
      const chosen = node.options[Number(value(node.select))];
      if (chosen === undefined) throw new Error("a selector outside its options");
      return value(chosen);
    }
    case "slice":
      return BigInt.asUintN(node.hi - node.lo + 1, value(node.a) >> BigInt(node.lo));
    case "cat":
      return node.parts.reduce(
        (word, part) => (word << BigInt(part.type.width)) | BigInt.asUintN(part.type.width, value(part)),
        0n,
      );
    case "shift":
      return node.by > 0 ? value(node.a) << BigInt(node.by) : value(node.a) >> BigInt(-node.by);
    case "fit": {
      const before = value(node.a);
      return node.type.has(before) ? before : lowBits(before, node.type.width, node.type.signed);
    }
  }
}
