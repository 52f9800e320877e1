import { describe, expect, it } from "vitest";
import { scoreSumType } from "../../src/accelerator/operators/attention/scores.js";
import { accumulatorType } from "../../src/accelerator/operators/linear.js";
import { residualModule } from "../../src/accelerator/operators/residual.js";
import type { OperatorParameters } from "../../src/accelerator/parameters.js";
import { requantiseModule } from "../../src/accelerator/parts/requantise.js";
import { emitVerilog, type Module, type NumType } from "../../src/rtl/index.js";
import { findToolIfPresent } from "../../src/toolchain/tools.js";
import { nativeYosys } from "../../src/toolchain/yosys/native.js";
import { proveClaims } from "../../src/toolchain/yosys/prove.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";
import { shifting, shiftingWide, slices, small, wide } from "./catalogue.js";
import { claims, harness, type Specification } from "./specification.js";

interface Case {
  readonly title: string;
  readonly module: Module;
  readonly specification: Specification;
}

/** A requantiser alone, of one lane. */
function requantiser(
  title: string,
  options: { multipliers: readonly number[]; shift: number; zero: number; lo: number; hi: number },
  sum: NumType,
  rows: number,
  multiplier: "lut" | "dsp",
): Case {
  const name = "requantise";
  const { multipliers, shift, zero, lo, hi } = options;
  const module = requantiseModule({ ...options, name, input: { type: sum, lanes: 1 }, rows, multiplier });
  const specification: Specification = {
    module: name,
    inputs: [{ port: "x", lo: sum.lo, hi: sum.hi }],
    output: { port: "y", lo, hi },
    row: multipliers.length > 1 ? "row" : undefined,
    rows: multipliers.map((factor) => ({ factors: [factor], constant: 0 })),
    shift,
    zero,
  };
  return { title, module, specification };
}

/** What an operator rounds and saturates with. */
function caseOf(title: string, parameters: OperatorParameters): Case | undefined {
  if (parameters.kind === "linear" && parameters.requantiser) {
    const { requantiser: options, rows, plan } = parameters;
    return requantiser(title, options, accumulatorType(parameters), rows, plan.requantiser);
  }
  if (parameters.kind === "attention") {
    const { multiplier, shift, lo, hi } = parameters.score;
    const options = { multipliers: [multiplier], shift, zero: 0, lo, hi };
    return requantiser(title, options, scoreSumType(parameters), 1, parameters.plan.requantiser);
  }
  // Constant products in LUTs are sums of shifts, which three at a time are too much for the solver.
  if (parameters.kind === "residual" && !parameters.plan.multipliers.includes("lut")) {
    const { addends, coefficients, constants, shift, lo, hi, features } = parameters;
    const module = residualModule({ ...parameters, name: "residual" });
    const specification: Specification = {
      module: "residual",
      inputs: addends.map(({ type }, index) => ({ port: `x${index}`, lo: type.lo, hi: type.hi })),
      output: { port: "y", lo, hi },
      row: features > 1 ? "beat" : undefined,
      rows: constants.map((constant, row) => ({ factors: coefficients.map((values) => values[row] ?? 0), constant })),
      shift,
      zero: 0,
    };
    return { title, module, specification };
  }
  return undefined;
}

const samples = { "4 bits": small, "8 bits": wide, "6 bits": slices };
/** Requantisers without multipliers, against the same products of the contract. */
const shifts = { "4 bits, shifts": shifting, "8 bits, shifts": shiftingWide };
const cases = [
  ...Object.entries(samples).flatMap(([bits, { operators }]) =>
    [...operators].flatMap(([name, parameters]) => caseOf(`${bits}: ${name}`, parameters) ?? []),
  ),
  ...Object.entries(shifts).flatMap(([bits, { operators }]) =>
    [...operators].flatMap(([name, parameters]) =>
      parameters.kind === "residual" ? [] : (caseOf(`${bits}: ${name}`, parameters) ?? []),
    ),
  ),
];

async function prove({ module, specification }: Case) {
  const { tool } = await findToolIfPresent("yosys");
  const sources = emitVerilog(module).map(({ fileName, text }) => ({ name: fileName, text }));
  return proveClaims({
    design: { sources: [...sources, harness(specification)], top: "proof" },
    claims: claims(specification),
    engine: tool === undefined ? wasmYosys() : await nativeYosys(tool.path),
  });
}

describe("rounding and saturation follow the arithmetic contract for every input, proved by SAT", () => {
  it("covers every operator that has them", () => {
    expect(cases.length).toBe(36);
  });

  it.each(cases)("$title", { timeout: 300_000 }, async (one) => {
    const results = await prove(one);
    expect(results.filter(({ proved }) => !proved)).toEqual([]);
    expect(results.length).toBe(one.specification.rows.length);
  });

  it.each([
    [
      "the rounding constant",
      (s: Specification) => ({ ...s, rows: s.rows.map((r) => ({ ...r, constant: -(2 ** (s.shift - 1)) })) }),
    ],
    ["the zero point", (s: Specification) => ({ ...s, zero: s.zero + 1 })],
    [
      "a factor",
      (s: Specification) => ({ ...s, rows: s.rows.map((r) => ({ ...r, factors: r.factors.map((f) => f + 1) })) }),
    ],
    ["a clamp", (s: Specification) => ({ ...s, output: { ...s.output, hi: s.output.hi - 1 } })],
  ])("and a contract that differs in %s is refuted", { timeout: 60_000 }, async (_, change) => {
    const one = cases.find(({ title }) => title === "4 bits: layers.0.self_attn.q_proj");
    if (!one) throw new Error("no such case");
    const results = await prove({ ...one, specification: change(one.specification) });
    expect(results.some(({ proved }) => !proved)).toBe(true);
    expect(results.find(({ proved }) => !proved)?.counterexample).toContain("x_data");
  });
});
