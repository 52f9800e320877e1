import type { Place } from "./place.js";
import type { Type } from "./types.js";

/** Identity of the module a value belongs to; values of two modules never meet except through ports. */
export interface Owner {
  readonly name: string;
}

/** How a product is built: written out in look-up tables, or as one `*` that becomes a DSP slice. */
export type Multiplier = "lut" | "dsp";

interface Base {
  readonly type: Type;
  /** Undefined for constants, which belong to every module. */
  readonly owner: Owner | undefined;
  /** Name for the text, from `m.name`, or of the register. */
  name: string | undefined;
}

export interface ConstNode extends Base {
  readonly kind: "const";
  readonly value: bigint;
}
export interface InputNode extends Base {
  readonly kind: "input";
  readonly port: string;
}
/** A value that is declared before its source is known. */
export interface WireNode extends Base {
  readonly kind: "wire";
  source: Node | undefined;
  readonly place: Place | undefined;
}
/** Exact integer arithmetic: the type holds every result. */
export interface ArithNode extends Base {
  readonly kind: "arith";
  readonly op: "add" | "sub" | "mul";
  readonly a: Node;
  readonly b: Node;
  readonly multiplier: Multiplier;
}
/** Bitwise on bits, or on unsigned numbers of equal width. `not` has one operand. */
export interface LogicNode extends Base {
  readonly kind: "logic";
  readonly op: "and" | "or" | "xor" | "not";
  readonly operands: readonly Node[];
}
export interface CompareNode extends Base {
  readonly kind: "compare";
  readonly op: "eq" | "lt";
  readonly a: Node;
  readonly b: Node;
}
/** `options[select]`; all options have the type of the node, and every value of `select` has an option. */
export interface PickNode extends Base {
  readonly kind: "pick";
  readonly select: Node;
  readonly options: readonly Node[];
}
/** Bits hi..lo of the two's complement pattern, as an unsigned number or (one bit) as a bit. */
export interface SliceNode extends Base {
  readonly kind: "slice";
  readonly a: Node;
  readonly hi: number;
  readonly lo: number;
}
/** Bit patterns side by side, the first one highest. */
export interface CatNode extends Base {
  readonly kind: "cat";
  readonly parts: readonly Node[];
}
/** times 2^by (by > 0), or floor division by 2^-by (by < 0). */
export interface ShiftNode extends Base {
  readonly kind: "shift";
  readonly a: Node;
  readonly by: number;
}
/**
 * A change of type. `fit` keeps the value and claims that it lies in the type (where `when` is true or absent): proved
 * from the interval, or asserted in simulation. `wrap` keeps the low bits.
 */
export interface FitNode extends Base {
  readonly kind: "fit";
  readonly mode: "fit" | "wrap";
  readonly a: Node;
  readonly when: Node | undefined;
  readonly place: Place | undefined;
}
/** A register: at the clock edge `reset` wins over `enable`. */
export interface RegNode extends Base {
  readonly kind: "reg";
  readonly label: string;
  readonly init: bigint;
  /** Value taken while the module's reset is high; undefined for a register that is not reset. */
  readonly reset: bigint | undefined;
  readonly enable: Node | undefined;
  next: Node | undefined;
  readonly place: Place | undefined;
}
/** A word of a memory: combinational (latency 0), or registered at the clock edge where `enable` (latency 1, 0 at first). */
export interface ReadNode extends Base {
  readonly kind: "read";
  readonly label: string;
  readonly memory: Memory;
  readonly address: Node;
  readonly enable: Node | undefined;
}
/** An output of an instance; `copy` counts the copies of a repeated one. */
export interface ResultNode extends Base {
  readonly kind: "result";
  readonly instance: Instance;
  readonly port: string;
  readonly copy: number;
}

export type Node =
  | ConstNode
  | InputNode
  | WireNode
  | ArithNode
  | LogicNode
  | CompareNode
  | PickNode
  | SliceNode
  | CatNode
  | ShiftNode
  | FitNode
  | RegNode
  | ReadNode
  | ResultNode;

/** `rom`: logic, never written. `block` demands latency 1 and, without a write port, is a ROM in block RAM. */
export type MemoryStyle = "block" | "distributed" | "registers" | "rom";

export interface Memory {
  readonly label: string;
  readonly type: Type;
  /** Words asked for. */
  readonly depth: number;
  /** Words there are: the next power of two (at least 2), so that no address can fall outside. */
  readonly storage: number;
  /** Initial words, `storage` of them. */
  readonly contents: readonly bigint[];
  readonly style: MemoryStyle;
  readonly latency: 0 | 1;
  readonly note: string | undefined;
  readonly owner: Owner;
  readonly place: Place | undefined;
  readonly reads: ReadNode[];
  write: { readonly enable: Node; readonly address: Node; readonly data: Node } | undefined;
}

/** A module inside a module, `copies` times where repeated. Each input has one node, or one for each copy. */
export interface Instance {
  readonly label: string;
  readonly module: ModuleGraph;
  readonly copies: number;
  /** True if it was made by `repeat` and becomes a `for ... generate`, even with one copy. */
  readonly repeated: boolean;
  readonly inputs: Map<string, readonly Node[]>;
  /** Where it is low, no register and no memory inside changes, at any depth; a reset acts nevertheless. */
  readonly clockEnable: Node | undefined;
  readonly results: ResultNode[];
  readonly place: Place | undefined;
}

export interface Port {
  readonly name: string;
  readonly direction: "in" | "out";
  readonly type: Type;
  /** The stream it is part of. */
  readonly stream:
    | {
        readonly name: string;
        readonly role: "valid" | "ready" | "data";
        /** The input that stops it while low. */
        readonly pausedBy: string | undefined;
      }
    | undefined;
}

/** A finished module: what the back ends read. */
export interface ModuleGraph {
  readonly name: string;
  readonly doc: string | undefined;
  /** Ports in the order of the description, without clock and reset. */
  readonly ports: readonly Port[];
  /** The value of each output port; its type is the port's. */
  readonly outputs: ReadonlyMap<string, Node>;
  readonly inputs: ReadonlyMap<string, InputNode>;
  readonly registers: readonly RegNode[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  /** For each output port the input ports it depends on combinationally. */
  readonly depends: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether it needs a clock, and a reset, itself or in its instances. */
  readonly clocked: boolean;
  readonly resettable: boolean;
}
