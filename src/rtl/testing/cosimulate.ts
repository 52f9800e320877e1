import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModuleGraph, Port } from "../core/graph.js";
import { lowBits } from "../core/types.js";
import { emitVerilog, emitVhdl, type Module, reference, type SourceFile } from "../index.js";
import { pokeablePorts } from "../simulation/simulation.js";
import { shapeOf } from "../text/tree.js";
import { verilogRange } from "../text/verilog-expression.js";
import { vhdlType } from "../text/vhdl-expression.js";
import type { Vector } from "./stimulus.js";
import { inTemporaryFolder, runTool } from "./tools.js";

/** A module with inputs for some cycles. */
export interface Trial {
  readonly module: Pick<Module, "graph">;
  readonly vectors: readonly Vector[];
}

/** Cycles in which an output differed from the reference, in any bit, or was not 0 or 1; by module name. */
export type Mismatches = Record<string, number>;

export interface CosimulateOptions {
  /** Changes the generated text: a mutant, which must be caught. */
  readonly mutate?: (text: string) => string;
}

const outputsOf = (graph: ModuleGraph): Port[] => graph.ports.filter((port) => port.direction === "out");

const pattern = (port: Port, value: bigint): string =>
  lowBits(value, port.type.width, false).toString(2).padStart(port.type.width, "0");

/** One line for each cycle: the bits of all inputs, then of all outputs that the reference gives. */
function expectedLines({ module, vectors }: Trial): string[] {
  const sim = reference(module, { checks: false });
  const [inputs, outputs] = [pokeablePorts(module.graph), outputsOf(module.graph)];
  return vectors.map((vector) => {
    sim.poke(vector);
    const seen = sim.peek();
    const line = [
      ...inputs.map((port) => pattern(port, vector[port.name] ?? 0n)),
      ...outputs.map((port) => pattern(port, seen[port.name] ?? 0n)),
    ];
    sim.step();
    return line.join("");
  });
}

interface Field {
  readonly port: Port;
  readonly hi: number;
  readonly lo: number;
}

/** Where each port lies in a line; the first input is highest. */
function fieldsOf(graph: ModuleGraph): { inputs: Field[]; outputs: Field[]; width: number } {
  const [inputs, outputs] = [pokeablePorts(graph), outputsOf(graph)];
  const width = [...inputs, ...outputs].reduce((sum, port) => sum + port.type.width, 0);
  let at = width;
  const place = (port: Port): Field => {
    at -= port.type.width;
    return { port, hi: at + port.type.width - 1, lo: at };
  };
  return { inputs: inputs.map(place), outputs: outputs.map(place), width };
}

function write(folder: string, files: readonly SourceFile[], mutate: CosimulateOptions["mutate"]): string[] {
  for (const { fileName, text } of files)
    writeFileSync(join(folder, fileName), mutate === undefined ? text : mutate(text));
  return files.map((file) => file.fileName);
}

function readMismatches(output: string, trials: readonly Trial[]): Mismatches {
  const found = new Map([...output.matchAll(/RESULT (\w+) (\d+)/g)].map((m) => [m[1] ?? "", Number(m[2])]));
  return Object.fromEntries(
    trials.map(({ module }) => {
      const count = found.get(module.graph.name);
      if (count === undefined) throw new Error(`no result of ${module.graph.name}:\n${output.slice(0, 2000)}`);
      return [module.graph.name, count];
    }),
  );
}

/** Simulates the VHDL of all trials in one run of GHDL. */
export function cosimulateVhdl(trials: readonly Trial[], options: CosimulateOptions = {}): Mismatches {
  return inTemporaryFolder((folder) => {
    const files = new Set<string>();
    for (const trial of trials) {
      for (const name of write(folder, emitVhdl(trial.module), options.mutate)) files.add(name);
      const { name } = trial.module.graph;
      writeFileSync(join(folder, `${name}.txt`), `${expectedLines(trial).join("\n")}\n`);
      writeFileSync(join(folder, `tb_${name}.vhd`), vhdlBench(trial.module.graph));
      files.add(`tb_${name}.vhd`);
    }
    const benches = trials.map(({ module }, i) => `  t${i} : entity work.tb_${module.graph.name};`);
    writeFileSync(
      join(folder, "all_benches.vhd"),
      ["entity all_benches is end entity;", "architecture sim of all_benches is begin", ...benches, "end;", ""].join(
        "\n",
      ),
    );
    runTool(folder, "ghdl", ["-a", "--std=08", ...files, "all_benches.vhd"]);
    runTool(folder, "ghdl", ["-e", "--std=08", "all_benches"]);
    return readMismatches(
      runTool(folder, "ghdl", ["-r", "--std=08", "all_benches", "--ieee-asserts=disable-at-0"]),
      trials,
    );
  });
}

function vhdlBench(graph: ModuleGraph): string {
  const { inputs, outputs, width } = fieldsOf(graph);
  const part = ({ port, hi, lo }: Field): string => {
    const shape = shapeOf(port.type);
    return shape.kind === "bit" ? `row(${hi})` : `${shape.kind}(row(${hi} downto ${lo}))`;
  };
  const ports = [...inputs, ...outputs].map(({ port }) => port);
  const map = [...(graph.clocked ? ["clock => clock"] : []), ...ports.map((port) => `${port.name} => ${port.name}`)];
  return [
    "library ieee;",
    "use ieee.std_logic_1164.all;",
    "use ieee.numeric_std.all;",
    "use std.textio.all;",
    `entity tb_${graph.name} is end entity;`,
    `architecture sim of tb_${graph.name} is`,
    "  signal clock : std_logic := '0';",
    ...ports.map((port) => `  signal ${port.name} : ${vhdlType(shapeOf(port.type))};`),
    "begin",
    `  dut : entity work.${graph.name} port map (${map.join(", ")});`,
    "  process",
    `    file vectors : text open read_mode is "${graph.name}.txt";`,
    "    variable l, report_line : line;",
    `    variable row : std_logic_vector(${width - 1} downto 0);`,
    "    variable wrong : natural := 0;",
    "    variable bad : boolean;",
    "  begin",
    "    while not endfile(vectors) loop",
    "      readline(vectors, l);",
    "      read(l, row);",
    ...inputs.map((field) => `      ${field.port.name} <= ${part(field)};`),
    "      wait for 4 ns;",
    "      bad := false;",
    // Plain equality of the literals: 'U' and 'X' differ from everything expected.
    ...outputs.map((field) => `      bad := bad or ${field.port.name} /= ${part(field)} or is_x(${field.port.name});`),
    "      if bad then wrong := wrong + 1; end if;",
    "      wait for 1 ns;",
    "      clock <= '1';",
    "      wait for 5 ns;",
    "      clock <= '0';",
    "    end loop;",
    `    write(report_line, string'("RESULT ${graph.name} "));`,
    "    write(report_line, wrong);",
    "    writeline(output, report_line);",
    "    wait;",
    "  end process;",
    "end architecture;",
    "",
  ].join("\n");
}

/** Simulates the Verilog of all trials in one run of Icarus. */
export function cosimulateVerilog(trials: readonly Trial[], options: CosimulateOptions = {}): Mismatches {
  return inTemporaryFolder((folder) => {
    const files = new Set<string>();
    for (const trial of trials) {
      for (const name of write(folder, emitVerilog(trial.module), options.mutate)) files.add(name);
      const { name } = trial.module.graph;
      writeFileSync(join(folder, `${name}.txt`), `${expectedLines(trial).join("\n")}\n`);
      writeFileSync(join(folder, `tb_${name}.v`), verilogBench(trial.module.graph, trial.vectors.length));
      files.add(`tb_${name}.v`);
    }
    const roots = trials.flatMap(({ module }) => ["-s", `tb_${module.graph.name}`]);
    runTool(folder, "iverilog", ["-g2005", "-Wall", "-Wno-timescale", "-o", "all", ...roots, ...files]);
    return readMismatches(runTool(folder, "vvp", ["all"]), trials);
  });
}

function verilogBench(graph: ModuleGraph, cycles: number): string {
  const { inputs, outputs, width } = fieldsOf(graph);
  const range = (port: Port): string => verilogRange(shapeOf(port.type));
  const ports = [...inputs, ...outputs].map(({ port }) => port);
  const map = [...(graph.clocked ? [".clock(clock)"] : []), ...ports.map((port) => `.${port.name}(${port.name})`)];
  return [
    `module tb_${graph.name};`,
    "  reg clock = 1'b0;",
    ...inputs.map(({ port }) => `  reg ${range(port)}${port.name};`),
    ...outputs.map(({ port }) => `  wire ${range(port)}${port.name};`),
    `  ${graph.name} dut (${map.join(", ")});`,
    `  reg [${width - 1}:0] vectors [0:${cycles - 1}];`,
    `  reg [${width - 1}:0] row;`,
    "  integer i, wrong;",
    "  initial begin",
    `    $readmemb("${graph.name}.txt", vectors);`,
    "    wrong = 0;",
    `    for (i = 0; i < ${cycles}; i = i + 1) begin`,
    "      row = vectors[i];",
    ...inputs.map(({ port, hi, lo }) => `      ${port.name} = row[${hi}:${lo}];`),
    "      #4;",
    `      if (${outputs.map(({ port, hi, lo }) => `$unsigned(${port.name}) !== row[${hi}:${lo}]`).join(" || ") || "0"})`,
    "        wrong = wrong + 1;",
    "      #1 clock = 1'b1;",
    "      #5 clock = 1'b0;",
    "    end",
    `    $display("RESULT ${graph.name} %0d", wrong);`,
    "  end",
    "endmodule",
    "",
  ].join("\n");
}
