import type { Memory, ModuleGraph, Node } from "./core/graph.js";
import type { Module } from "./core/ports.js";
import { operandsOf, orderedNodes } from "./core/walk.js";
import { signedDigits } from "./text/arithmetic.js";

/** What something takes on a device, and how many levels of logic a signal passes in it. */
export interface Cost {
  readonly lut: number;
  /** LUTs used as memory. */
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  /** Block memories of 18 kbit. */
  readonly ramb18: number;
  readonly levels: number;
}

/** The cost of an instance, with everything inside it. */
export interface PathCost extends Cost {
  readonly path: string;
}

export type Family = "xc7";

const NOTHING: Cost = { lut: 0, lutram: 0, ff: 0, dsp: 0, ramb18: 0, levels: 0 };

/** Yosys takes a DSP48E1 for `*` from this sum of operand widths on. */
const DSP_FROM = 9;

/**
 * A rough guess of one value's cost on 7-series, before any tool runs: six-input LUTs, carry chains at one LUT for a bit.
 * The coefficients are rules of thumb, not fitted to synthesised samples; what is only wiring costs nothing.
 */
export function nodeCost(node: Node, _family: Family = "xc7"): Cost {
  const { width } = node.type;
  switch (node.kind) {
    case "arith": {
      if (node.op !== "mul") {
        // An operand of zero leaves a negation; a constant shares the LUT of the carry chain.
        return { ...NOTHING, lut: width, levels: 1 };
      }
      return productCost(node.a, node.b, node.multiplier);
    }
    case "logic":
      return node.op === "not"
        ? NOTHING
        : { ...NOTHING, lut: width * Math.ceil((node.operands.length - 1) / 5), levels: 1 };
    case "compare": {
      const bits = Math.max(node.a.type.width, node.b.type.width);
      const constant = node.a.kind === "const" || node.b.kind === "const";
      const perLut = node.op === "eq" ? (constant ? 6 : 3) : constant ? 4 : 2;
      return { ...NOTHING, lut: Math.max(1, Math.ceil(bits / perLut)), levels: 1 };
    }
    case "pick": {
      // One LUT6 chooses among four; constants merge into what is around.
      const ways = node.options.filter((option) => option.kind !== "const").length;
      const perBit = ways <= 1 ? 0.5 : ways === 2 ? 0.5 : Math.ceil((ways - 1) / 3);
      return {
        ...NOTHING,
        lut: Math.ceil(width * perBit),
        levels: Math.max(1, Math.ceil(Math.log2(node.options.length) / 2)),
      };
    }
    case "reg":
      return { ...NOTHING, ff: width };
    case "read":
      return readCost(node.memory);
    default:
      return NOTHING;
  }
}

function productCost(a: Node, b: Node, multiplier: "lut" | "dsp"): Cost {
  const [m, n] = [a.type.width, b.type.width];
  if (multiplier === "dsp" && m + n >= DSP_FROM) {
    return { ...NOTHING, dsp: Math.ceil(Math.max(m, n) / 25) * Math.ceil(Math.min(m, n) / 18), levels: 2 };
  }
  const constant = a.kind === "const" ? a.value : b.kind === "const" ? b.value : undefined;
  if (constant !== undefined) {
    const terms = signedDigits(constant).length;
    const operand = a.kind === "const" ? n : m;
    return {
      ...NOTHING,
      lut: Math.max(0, terms - 1) * (operand + 2),
      levels: Math.ceil(Math.log2(Math.max(1, terms))),
    };
  }
  // Signed 4 x 4 takes about 26, 6 x 6 about 72, 8 x 4 about 55, 8 x 8 about 145.
  return {
    ...NOTHING,
    lut: Math.round(m * n * (m + n < DSP_FROM ? 1.6 : 2.1)),
    levels: Math.ceil(Math.log2(Math.min(m, n))) + 1,
  };
}

function readCost(memory: Memory): Cost {
  const { width } = memory.type;
  const ff = memory.latency === 1 && memory.style !== "block" ? width : 0;
  if (memory.style === "distributed")
    return { ...NOTHING, lutram: Math.ceil(memory.storage / 64) * Math.ceil((width * 4) / 3), ff, levels: 1 };
  if (memory.style === "block") {
    const perBlock = 18 * 1024;
    const byWidth = Math.ceil(width / 36);
    return { ...NOTHING, ramb18: Math.max(byWidth, Math.ceil((memory.storage * width) / perBlock)) };
  }
  const trees = Math.ceil((memory.storage - 1) / 3) * width;
  // A table's logic depends on what is in it; half of a full tree is what random contents take.
  const lut = memory.style === "rom" ? Math.ceil((memory.storage / 64) * width) : trees;
  return { ...NOTHING, lut, ff, levels: Math.max(1, Math.ceil(Math.log2(memory.storage) / 3)) };
}

function plus(a: Cost, b: Cost): Cost {
  return {
    lut: a.lut + b.lut,
    lutram: a.lutram + b.lutram,
    ff: a.ff + b.ff,
    dsp: a.dsp + b.dsp,
    ramb18: a.ramb18 + b.ramb18,
    levels: Math.max(a.levels, b.levels),
  };
}

/** Registers of a memory that is made of them. */
function storageCost(memory: Memory): Cost {
  return memory.style === "registers" ? { ...NOTHING, ff: memory.storage * memory.type.width } : NOTHING;
}

/**
 * The guessed cost of a module and of every instance in it, the whole first. `levels` is the longest path between registers
 * within one module; paths through several modules are not followed.
 */
export function cost(module: Pick<Module, "graph">, family: Family = "xc7"): PathCost[] {
  const list: PathCost[] = [];
  const visit = (graph: ModuleGraph, path: string): Cost => {
    const at = list.length;
    list.push({ path, ...NOTHING });
    let total = NOTHING;
    const depth = new Map<Node, number>();
    for (const node of orderedNodes(graph)) {
      const own = nodeCost(node, family);
      total = plus(total, { ...own, levels: 0 });
      const before = Math.max(0, ...operandsOf(node).map((operand) => depth.get(operand) ?? 0));
      depth.set(node, before + own.levels);
      total = plus(total, { ...NOTHING, levels: before + own.levels });
    }
    for (const memory of graph.memories) total = plus(total, storageCost(memory));
    for (const instance of graph.instances) {
      for (let copy = 0; copy < instance.copies; copy++) {
        total = plus(total, visit(instance.module, `${path}.${instance.label}${instance.repeated ? `[${copy}]` : ""}`));
      }
    }
    list[at] = { path, ...total };
    return total;
  };
  visit(module.graph, module.graph.name);
  return list;
}
