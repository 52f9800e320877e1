import type { Memory, Node } from "../core/graph.js";
import type { Type } from "../core/types.js";

/** The classes of what toggles, in the order in which they are shown. */
export const toggleClasses = ["register", "memory", "block", "dsp", "other"] as const;

/**
 * What toggles: bits of registers; bits of registered memory words as they are read, and of stored words as they are written, in block
 * memories (`block`) and in all others (`memory`); results of products that are to be DSP slices (`dsp`); and the bits of all other
 * combinational values (sums, products, logic, comparisons, choices, words read combinationally), which are wires.
 */
export type ToggleClass = (typeof toggleClasses)[number];

/** How many bits of an instance have changed, without what is inside its own instances. */
export interface InstanceToggles {
  /** `top.lane`, `top.lanes[3]`. */
  readonly path: string;
  /** Name of its module. */
  readonly module: string;
  readonly register: number;
  readonly memory: number;
  readonly block: number;
  readonly dsp: number;
  readonly other: number;
  /** Bits that can toggle, by class; of memories those of the registered words that are read. */
  readonly bits: Readonly<Record<ToggleClass, number>>;
}

export function noToggles(): Record<ToggleClass, number> {
  return { register: 0, memory: 0, block: 0, dsp: 0, other: 0 };
}

/** The class of a memory's words. */
export function wordClass({ style }: Memory): ToggleClass {
  return style === "block" ? "block" : "memory";
}

/** The class of an operation's result. */
export function resultClass(node: Node): ToggleClass {
  return node.kind === "arith" && node.op === "mul" && node.multiplier === "dsp" ? "dsp" : "other";
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
