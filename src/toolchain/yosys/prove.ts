import { GatecastError } from "../../errors.js";
import type { YosysEngine } from "./engine.js";
import type { Design } from "./equivalence.js";
import { checkNames } from "./synthesize.js";

/** An output of one bit is 1 for all inputs for which another one is 1. */
export interface Claim {
  readonly name: string;
  readonly output: string;
  /** An output of one bit, too. */
  readonly assuming: string;
  /** Registers with state of their own (dots for what is inside an instance), each with the value that it has in this claim. */
  readonly state: readonly { readonly register: string; readonly value: number }[];
}

export interface ClaimResult {
  readonly name: string;
  readonly proved: boolean;
  /** Where it was not proved: the inputs that refute it, as Yosys prints them. */
  readonly counterexample: string;
}

export interface ProofOptions {
  design: Design;
  claims: readonly Claim[];
  engine: YosysEngine;
  timeLimitSeconds?: number;
  logFile?: string;
}

/** A register that only delays, taken away. */
const TRANSPARENT_REGISTER = `(* techmap_celltype = "$dff" *)
module transparent_register(CLK, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  input CLK;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  assign Q = D;
endmodule
`;

/**
 * Proves by SAT what a pipeline computes, over all its inputs. The design must be wired so that it never stands still; its
 * registers are then taken for wires, since each only delays, but for those that a claim gives a value. So a claim is about values,
 * not about their timing.
 *
 * @throws GatecastError of kind "tool": Yosys fails or is stopped, does not say how a proof has ended, or finds a loop (a register with
 *   state that no claim mentions)
 */
export async function proveClaims(options: ProofOptions): Promise<ClaimResult[]> {
  const { design, claims, engine } = options;
  checkNames(design);
  const registers = [...new Set(claims.flatMap(({ state }) => state.map(({ register }) => register)))];
  for (const signal of [...claims.flatMap(({ output, assuming }) => [output, assuming]), ...registers]) {
    if (/^[A-Za-z_][\w.]*$/.test(signal)) continue;
    throw new GatecastError("usage", `"${signal}" cannot be the name of a signal in a proof.`, {
      remedy: "Use letters, digits, _ and dots only.",
      where: { signal },
    });
  }
  const run = await engine.run({
    script: [
      ...design.sources.map(({ name }) => `read_verilog ${name}`),
      `hierarchy -check -top ${design.top}`,
      "proc",
      "flatten",
      "memory",
      "dffunmap",
      "opt_expr",
      "opt_clean",
      "setattr -unset init w:*",
      "design -save pipeline",
      ...claims.flatMap(({ output, assuming, state }) => [
        "design -load pipeline",
        `cd ${design.top}`,
        ...state.map(({ register, value }) => `connect -set ${register} ${value}`),
        "cd",
        "techmap -map transparent_register.v t:$dff",
        "scc -expect 0",
        "opt -full",
        "wreduce",
        "opt -full",
        `select -set cone ${design.top}/${output} ${design.top}/${assuming} %u %ci*`,
        `sat -set ${assuming} 1 -prove ${output} 1 -show-inputs @cone`,
      ]),
      "",
    ].join("\n"),
    sources: [...design.sources, { name: "transparent_register.v", text: TRANSPARENT_REGISTER }],
    outputs: [],
    ...(options.timeLimitSeconds === undefined ? {} : { timeLimitSeconds: options.timeLimitSeconds }),
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  });
  const ends = run.log.split(/SAT proof finished - /).slice(1);
  if (ends.length !== claims.length) {
    throw new GatecastError("tool", `Yosys has ended ${ends.length} of ${claims.length} proofs of ${design.top}.`, {
      remedy: "Look into its log; another version of Yosys may work.",
      where: { top: design.top },
    });
  }
  return claims.map(({ name }, index) => {
    const end = ends[index] ?? "";
    const proved = end.startsWith("no model found: SUCCESS!");
    const model = /Signal Name[\s\S]*?(?=\n\n|$)/.exec(end)?.[0] ?? "";
    return { name, proved, counterexample: proved ? "" : model };
  });
}
