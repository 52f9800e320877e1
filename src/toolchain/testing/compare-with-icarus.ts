import { join } from "node:path";
import { runIcarus } from "../icarus.js";
import type { Netlist } from "../netlist/format.js";
import { simulateNetlist } from "../netlist/simulate.js";
import type { SourceFile } from "../yosys/engine.js";

export interface Comparison {
  /** Verilog whose module `top` has the netlist's ports. */
  reference: readonly SourceFile[];
  top: string;
  netlist: Netlist;
  folder: string;
  cycles: number;
  /** Lanes that Icarus simulates too, each with a stimulus of its own. */
  lanes: number;
  /** True: all lanes get the first one's stimulus, so that the netlist simulator takes its short cuts for equal addresses. */
  equalLanes?: boolean;
  unknown?: 0 | 1;
  seed?: number;
  /** Makes a random value rarer: the chance that an input, bit by bit, is 1, where it is not one half. */
  chances?: Readonly<Record<string, number>>;
}

/**
 * Simulates random stimulus with Icarus on Verilog and with our simulator on the netlist, and returns the differences of
 * any output bit in any cycle, and how many different values each output took (a design that stands still proves nothing).
 */
export async function compareWithIcarus(
  comparison: Comparison,
): Promise<{ differences: string[]; alive: Map<string, number> }> {
  const { netlist, cycles, lanes, equalLanes = false, chances = {} } = comparison;
  const simulation = simulateNetlist(netlist, { unknown: comparison.unknown ?? 0 });
  const inputs = netlist.ports.filter(({ direction, name }) => direction === "input" && name !== simulation.clock);
  const outputs = netlist.ports.filter(({ direction }) => direction === "output");
  const random = generator(comparison.seed ?? 1);
  const randomValue = (name: string, width: number) => {
    let value = 0n;
    for (let bit = 0; bit < width; bit++) value = (value << 1n) | (random() < (chances[name] ?? 0.5) ? 1n : 0n);
    return value;
  };
  const stimulus = Array.from({ length: cycles }, () => {
    const perLane = Array.from(
      { length: lanes },
      () => new Map(inputs.map((p) => [p.name, randomValue(p.name, p.bits.length)])),
    );
    return equalLanes ? perLane.map(() => perLane[0] ?? new Map<string, bigint>()) : perLane;
  });
  const result = await runIcarus({
    sources: [
      ...comparison.reference,
      { name: "bench.v", text: bench(comparison.top, simulation.clock, inputs, outputs, comparison) },
    ],
    top: "bench",
    dataFiles: [
      {
        name: "stimulus.hex",
        text: stimulus
          .flat()
          .map((lane) => pack(lane, inputs))
          .join("\n"),
      },
    ],
    folder: join(comparison.folder),
    timeLimitSeconds: 120,
  });

  const differences: string[] = [];
  const seen = new Map(outputs.map(({ name }) => [name, new Set<bigint>()]));
  for (const [cycle, perLane] of stimulus.entries()) {
    for (const { name } of inputs)
      simulation.set(
        name,
        perLane.map((lane) => lane.get(name) ?? 0n),
      );
    for (let lane = 0; lane < lanes; lane++) {
      const line = result.lines[cycle * lanes + lane]?.split(" ") ?? [];
      for (const [index, { name }] of outputs.entries()) {
        const [expected, found] = [line[index] ?? "nothing", simulation.get(name, lane)];
        seen.get(name)?.add(found);
        if (!/^[0-9a-f]+$/.test(expected) || BigInt(`0x${expected}`) !== found) {
          differences.push(`cycle ${cycle}, lane ${lane}, ${name}: Icarus ${expected}, netlist ${found.toString(16)}`);
        }
      }
    }
    simulation.step();
  }
  return { differences, alive: new Map([...seen].map(([name, values]) => [name, values.size])) };
}

type Port = Netlist["ports"][number];

function bench(
  top: string,
  clock: string | undefined,
  inputs: Port[],
  outputs: Port[],
  { cycles, lanes }: Comparison,
): string {
  const width = inputs.reduce((sum, { bits }) => sum + bits.length, 0);
  const connect = (lane: number) => {
    let low = 0;
    const pins = inputs.map(({ name, bits }) => {
      const pin = `.${name}(in${lane}[${low} +: ${bits.length}])`;
      low += bits.length;
      return pin;
    });
    const outs = outputs.map(({ name }) => `.${name}(out${lane}_${name})`);
    return [...(clock === undefined ? [] : [`.${clock}(clk)`]), ...pins, ...outs].join(", ");
  };
  const each = Array.from({ length: lanes }, (_, lane) => lane);
  return [
    "`timescale 1ns/1ps",
    "module bench;",
    `  reg clk = 0; integer cycle; reg [${width - 1}:0] stimulus [0:${cycles * lanes - 1}];`,
    ...each.flatMap((lane) => [
      `  reg [${width - 1}:0] in${lane};`,
      ...outputs.map(({ name, bits }) => `  wire [${bits.length - 1}:0] out${lane}_${name};`),
      `  ${top} dut${lane}(${connect(lane)});`,
    ]),
    "  initial begin",
    '    $readmemh("stimulus.hex", stimulus);',
    `    for (cycle = 0; cycle < ${cycles}; cycle = cycle + 1) begin`,
    ...each.map((lane) => `      in${lane} = stimulus[cycle * ${lanes} + ${lane}];`),
    "      #10;",
    ...each.map(
      (lane) =>
        `      $display("${outputs.map(() => "%h").join(" ")}", ${outputs.map(({ name }) => `out${lane}_${name}`).join(", ")});`,
    ),
    "      clk = 1; #10; clk = 0; #10;",
    "    end",
    "    $finish;",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}

function pack(values: Map<string, bigint>, inputs: Port[]): string {
  let [word, low] = [0n, 0n];
  for (const { name, bits } of inputs) {
    word |= (values.get(name) ?? 0n) << low;
    low += BigInt(bits.length);
  }
  return word.toString(16);
}

/** Uniform numbers in [0, 1): a linear congruential generator, of which the high bits are good enough for stimulus. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 0x1000000;
  };
}
