import type { Node } from "../core/graph.js";
import type { Type } from "../core/types.js";

/**
 * What toggles: bits of registers; bits of registered memory words as they are read, and of stored words as they are written;
 * bits of combinational values (sums, products, logic, comparisons, choices, words read combinationally), which are wires.
 */
export type ToggleClass = "register" | "memory" | "other";

/** How many bits of an instance have changed, without what is inside its own instances. */
export interface InstanceToggles {
  /** `top.lane`, `top.lanes[3]`. */
  readonly path: string;
  /** Name of its module. */
  readonly module: string;
  readonly register: number;
  readonly memory: number;
  readonly other: number;
  /** Bits that can toggle, by class; of memories those of the registered words that are read. */
  readonly bits: Readonly<Record<ToggleClass, number>>;
}

/** Whether a node is an operation, whose result is a wire that can toggle; the others are state, names or mere wiring. */
export function isOperation(node: Node): boolean {
  switch (node.kind) {
    case "arith":
    case "logic":
    case "compare":
    case "pick":
      return true;
    case "read":
      return node.memory.latency === 0;
    default:
      return false;
  }
}

/** Bits that differ between two values of a type. */
export function changedBits(type: Type, a: bigint, b: bigint): number {
  let rest = BigInt.asUintN(type.width, a ^ b);
  let count = 0;
  for (; rest !== 0n; rest &= rest - 1n) count += 1;
  return count;
}
