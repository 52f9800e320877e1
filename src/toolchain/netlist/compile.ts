import { GatecastError } from "../../errors.js";
import { cellModels } from "./cells/index.js";
import { CellReader, Design, type FlipFlop, type Node, ONE, operand, UNKNOWN, type Values } from "./design.js";
import type { NetBit, Netlist } from "./format.js";

/** A netlist made ready to run. */
export interface Program {
  values: Values;
  /** Computes every net from the inputs and the state. */
  settle(): void;
  /** One rising edge of the clock; needs settled nets. The nets are not settled afterwards. */
  clock(): void;
  /** State as at power-up, inputs 0. */
  reset(): void;
  /** Name of the clock port; none in a design without state. */
  clockPort: string | undefined;
  inputs: ReadonlyMap<string, readonly number[]>;
  outputs: ReadonlyMap<string, readonly number[]>;
  /** Where the value of a bit of the netlist lies. */
  place(bit: NetBit): number;
}

/** Nodes whose text is compiled into one function: enough for speed, few enough for the engine to optimise it well. */
const NODES_PER_FUNCTION = 96;

type Step = (values: Values) => void;

/** @throws GatecastError of kind "tool": a cell without model, a net with no driver or several, a loop, several clocks */
export function compileNetlist(netlist: Netlist, unknown: 0 | 1): Program {
  const design = new Design(netlist, unknown);
  const inputs = new Map<string, number[]>();
  for (const { name, direction, bits } of netlist.ports) {
    if (direction === "input")
      inputs.set(
        name,
        bits.map((bit) => design.net(bit)),
      );
  }
  for (const cell of netlist.cells) {
    // Where newer versions of Yosys note the hierarchy that was flattened: no hardware.
    if (cell.type === "$scopeinfo") continue;
    const model = Object.hasOwn(cellModels, cell.type) ? cellModels[cell.type] : undefined;
    if (model === undefined) {
      throw new GatecastError(
        "tool",
        `The netlist simulator has no model of cell ${cell.name}, of type ${cell.type}.`,
        {
          remedy: `It knows the cells of the 7 series and of iCE40 that Yosys emits for designs of ours: ${Object.keys(cellModels).join(", ")}.`,
          where: { cell: cell.name, type: cell.type },
        },
      );
    }
    model(new CellReader(cell, design));
  }
  const outputs = new Map<string, number[]>();
  for (const { name, direction, bits } of netlist.ports) {
    if (direction === "output")
      outputs.set(
        name,
        bits.map((bit) => design.net(bit)),
      );
  }

  const drivers = findDrivers(design, [...inputs.values()].flat(), [...outputs.values()].flat());
  const clockPort = findClock(design, drivers, inputs);
  const steps = compileNodes(sortNodes(design, drivers));
  const flipFlops = compileFlipFlops(design.flipFlops);
  const values = new Int32Array(design.netCount);
  const next = new Int32Array(design.flipFlops.length);
  const reset = () => {
    values.fill(0);
    values[ONE] = -1;
    values[UNKNOWN] = unknown === 1 ? -1 : 0;
    for (const { q, initial } of design.flipFlops) {
      values[q] = initial === "1" || (initial === "x" && unknown === 1) ? -1 : 0;
    }
    for (const action of design.resets) action();
  };
  reset();
  return {
    values,
    inputs,
    outputs,
    clockPort,
    reset,
    place: (bit) => design.net(bit),
    settle: () => {
      for (const step of steps) step(values);
    },
    clock: () => {
      for (const step of flipFlops.compute) step(values, next);
      for (const action of design.clocked) action(values);
      for (let index = 0; index < next.length; index++) values[flipFlops.outputs[index] ?? 0] = next[index] ?? 0;
    },
  };
}

/** Node that drives each net; -1 for inputs and flip-flops. Every net that is used has exactly one driver. */
function findDrivers(design: Design, inputs: readonly number[], outputs: readonly number[]): Map<number, number> {
  const drivers = new Map<number, number>();
  const drive = (net: number, node: number) => {
    if (drivers.has(net) || net <= UNKNOWN) throw wrong(`${design.nameOf(net)} has more than one driver`, design);
    drivers.set(net, node);
  };
  for (const net of inputs) drive(net, -1);
  for (const { q } of design.flipFlops) drive(q, -1);
  for (const [index, node] of design.nodes.entries()) for (const net of node.outputs) drive(net, index);

  const used = [
    ...outputs,
    ...design.nodes.flatMap((node) => node.inputs),
    ...design.flipFlops.flatMap(({ d, enable, reset }) => [d, enable, reset]),
    ...design.clockPins.map(({ net }) => net),
  ];
  for (const net of used) {
    if (net > UNKNOWN && !drivers.has(net)) throw wrong(`${design.nameOf(net)} is used but has no driver`, design);
  }
  return drivers;
}

/** All clock pins must lead, through buffers, to one input. */
function findClock(design: Design, drivers: Map<number, number>, inputs: Map<string, number[]>): string | undefined {
  let clock: number | undefined;
  for (const { cell, net } of design.clockPins) {
    let source = net;
    for (
      let node = design.nodes[drivers.get(source) ?? -1];
      node !== undefined;
      node = design.nodes[drivers.get(source) ?? -1]
    ) {
      const [input] = node.inputs;
      const isBuffer = input !== undefined && node.action === `v[${source}]=${operand(input)};`;
      if (!isBuffer) throw wrong(`the clock of cell ${cell} comes out of logic (${node.cell})`, design);
      source = input;
    }
    clock ??= source;
    if (source !== clock)
      throw wrong(`it has several clocks (${design.nameOf(clock)}, ${design.nameOf(source)})`, design);
  }
  if (clock === undefined) return undefined;
  for (const [name, nets] of inputs) if (nets.length === 1 && nets[0] === clock) return name;
  throw wrong(`its clock (${design.nameOf(clock)}) is not an input of one bit`, design);
}

/** The nodes in an order in which each comes after those it depends on. */
function sortNodes(design: Design, drivers: Map<number, number>): Node[] {
  const { nodes } = design;
  const waiting = new Int32Array(nodes.length);
  const followers: number[][] = nodes.map(() => []);
  for (const [index, node] of nodes.entries()) {
    for (const net of node.inputs) {
      const driver = drivers.get(net) ?? -1;
      if (driver < 0) continue;
      waiting[index] = (waiting[index] ?? 0) + 1;
      followers[driver]?.push(index);
    }
  }
  // Level by level, and within a level text before functions, so that as much text as possible stays together.
  const order: Node[] = [];
  let level = [...nodes.keys()].filter((index) => waiting[index] === 0);
  while (level.length > 0) {
    const isText = (index: number) => typeof nodes[index]?.action === "string";
    const following: number[] = [];
    for (const index of [...level.filter(isText), ...level.filter((other) => !isText(other))]) {
      const node = nodes[index];
      if (node !== undefined) order.push(node);
      for (const follower of followers[index] ?? []) {
        waiting[follower] = (waiting[follower] ?? 0) - 1;
        if (waiting[follower] === 0) following.push(follower);
      }
    }
    level = following;
  }
  if (order.length < nodes.length) {
    const inLoop = nodes.filter((_, index) => (waiting[index] ?? 0) > 0).slice(0, 5);
    throw wrong(`it has a combinational loop near the cells ${inLoop.map(({ cell }) => cell).join(", ")}`, design);
  }
  return order;
}

function compileNodes(order: readonly Node[]): Step[] {
  const steps: Step[] = [];
  let texts: string[] = [];
  const flush = () => {
    if (texts.length > 0) steps.push(new Function("v", texts.join("\n")) as Step);
    texts = [];
  };
  for (const { action } of order) {
    if (typeof action === "string") {
      texts.push(`{${action}}`);
      if (texts.length === NODES_PER_FUNCTION) flush();
    } else {
      flush();
      steps.push(action);
    }
  }
  flush();
  return steps;
}

function compileFlipFlops(flipFlops: readonly FlipFlop[]): {
  outputs: Int32Array;
  compute: ((values: Values, next: Int32Array) => void)[];
} {
  const compute: ((values: Values, next: Int32Array) => void)[] = [];
  const texts = flipFlops.map(({ d, enable, reset, resetValue, q }, index) => {
    let text = operand(d);
    if (enable !== ONE) text = `(v[${q}]^(${operand(enable)}&(v[${q}]^${text})))`;
    if (reset !== 0) text = resetValue === 0 ? `${text}&~${operand(reset)}` : `${text}|${operand(reset)}`;
    return `n[${index}]=${text};`;
  });
  for (let start = 0; start < texts.length; start += 2 * NODES_PER_FUNCTION) {
    const text = texts.slice(start, start + 2 * NODES_PER_FUNCTION).join("\n");
    compute.push(new Function("v", "n", text) as (values: Values, next: Int32Array) => void);
  }
  return { outputs: Int32Array.from(flipFlops, ({ q }) => q), compute };
}

function wrong(what: string, design: Design): GatecastError {
  return new GatecastError("tool", `The netlist of ${design.netlist.module} cannot be simulated: ${what}.`, {
    remedy: "The design must have one clock and no combinational loop, and be synthesised completely and flattened.",
    where: { module: design.netlist.module },
  });
}
