import { GatecastError } from "../../errors.js";
import type { SourceFile, YosysEngine } from "./engine.js";
import { cutRegisters } from "./registers.js";
import { checkNames } from "./synthesize.js";

/** A design in Verilog. */
export interface Design {
  sources: readonly SourceFile[];
  top: string;
}

export interface EquivalenceOptions {
  /** Where the left design leaves a bit undefined, the right one is free. */
  left: Design;
  right: Design;
  engine: YosysEngine;
  timeLimitSeconds?: number;
  logFile?: string;
}

export interface Equivalence {
  equal: boolean;
  /** Bits of state that have a partner in the other design. */
  stateBits: number;
  /** What differs: registers without a partner, initial values, outputs and next states. */
  differences: string[];
}

/**
 * Arithmetic of operands that have exact widths and signs, and of those that were widened before, in one form: the same sum or product
 * is then the same cell on both sides, and nothing is left of it for the solver to prove.
 */
const NORMAL_ARITHMETIC = ["add", "sub", "mul"]
  .map(
    (operation) => `(* techmap_celltype = "$${operation}" *)
module normal_${operation}(A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire _TECHMAP_FAIL_ = A_WIDTH == Y_WIDTH && B_WIDTH == Y_WIDTH && A_SIGNED == 0;
  wire [Y_WIDTH-1:0] a, b;
  generate
    if (A_SIGNED && B_SIGNED) begin
      assign a = $signed(A);
      assign b = $signed(B);
    end else begin
      assign a = A;
      assign b = B;
    end
  endgenerate
  \\$${operation} #(
    .A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(Y_WIDTH), .B_WIDTH(Y_WIDTH), .Y_WIDTH(Y_WIDTH)
  ) _TECHMAP_REPLACE_ (.A(a), .B(b), .Y(Y));
endmodule
`,
  )
  .join("\n");

/**
 * Proves that two designs do the same in every cycle, for all inputs: registers (and words of memories) of equal names are taken
 * as partners, their initial values compared, and a SAT solver shows that from any common state and inputs both give the same outputs
 * and the same next state. A wrong pairing can only make the proof fail.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, a design cannot be read or has state other than registers of one clock
 */
export async function proveEquivalent(options: EquivalenceOptions): Promise<Equivalence> {
  const { left, right, engine } = options;
  const sides = [named("left", left), named("right", right)] as const;
  const limits = {
    ...(options.timeLimitSeconds === undefined ? {} : { timeLimitSeconds: options.timeLimitSeconds }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  };
  const prepared = await engine.run({
    script: sides.map(({ side, files, top }) => prepare(side, files, top)).join("design -reset\n"),
    sources: [...sides.flatMap(({ files }) => files), { name: "normal_arithmetic.v", text: NORMAL_ARITHMETIC }],
    outputs: ["left.json", "right.json"],
    ...limits,
  });
  const cut = cutRegisters(
    { json: prepared.files.get("left.json") ?? "", top: left.top },
    { json: prepared.files.get("right.json") ?? "", top: right.top },
  );
  if (cut.differences.length > 0) return { equal: false, stateBits: cut.stateBits, differences: cut.differences };
  // With cuts at wires of equal names a proof is many small ones. Where it fails, names may not mean the same on both sides: once more without.
  const tops = { left: left.top, right: right.top };
  const finer = await proveCut(engine, cut.finer, tops, limits);
  if (finer.equal) return { equal: true, stateBits: cut.stateBits, differences: [] };
  const { equal, outputs } = await proveCut(engine, cut, tops, limits);
  return { equal, stateBits: cut.stateBits, differences: outputs.map((output) => cut.describe(output)) };
}

/** Proves that two designs without registers are equal, or names the outputs that are not in an example. */
async function proveCut(
  engine: YosysEngine,
  { left, right }: { left: string; right: string },
  tops: { left: string; right: string },
  limits: { timeLimitSeconds?: number; logFile?: string },
): Promise<{ equal: boolean; outputs: string[] }> {
  const sides = ["left", "right"] as const;
  const proof = await engine.run({
    script: [
      ...sides.flatMap((side) => [
        `read_json ${side}.json`,
        `rename ${tops[side]} ${side}__side`,
        `design -stash ${side}`,
      ]),
      ...sides.map((side) => `design -copy-from ${side} -as ${side}__side ${side}__side`),
      "miter -equiv -ignore_gold_x -make_outcmp -flatten left__side right__side both",
      "hierarchy -top both",
      // What is alike in structure is joined here; what is left goes to the solver.
      "opt_expr",
      "opt_merge",
      "opt_clean",
      "sat -set-def-inputs -prove trigger 0 -show-outputs both",
      "",
    ].join("\n"),
    sources: [
      { name: "left.json", text: left },
      { name: "right.json", text: right },
    ],
    outputs: [],
    ...limits,
  });
  if (/SAT proof finished - no model found: SUCCESS!/.test(proof.log)) return { equal: true, outputs: [] };
  if (!/SAT proof finished - model found: FAIL!/.test(proof.log)) {
    throw new GatecastError("tool", "Yosys ended its proof of equivalence without a result.", {
      remedy: "Look into its log; another version of Yosys may work.",
      where: { engine: engine.name },
    });
  }
  return { equal: false, outputs: [...proof.log.matchAll(/^\s*\\cmp_(\S+)\s+0\s/gm)].map(([, name = ""]) => name) };
}

/** The design with file names that cannot meet those of the other side. */
function named(side: "left" | "right", { sources, top }: Design) {
  checkNames({ sources, top });
  return { side, top, files: sources.map(({ text }, index) => ({ name: `${side}_${index}.v`, text })) };
}

/** Elaborates, flattens, and turns memories into registers. */
function prepare(side: string, files: readonly SourceFile[], top: string): string {
  return [
    ...files.map(({ name }) => `read_verilog ${name}`),
    `hierarchy -check -top ${top}`,
    "proc",
    "flatten",
    "memory_collect",
    "memory_map",
    "dffunmap",
    "techmap -map normal_arithmetic.v",
    "opt_expr",
    "opt_clean",
    `json -o ${side}.json`,
    "",
  ].join("\n");
}
