import { describe, expect, it } from "vitest";
import { requantise } from "../integer/index.js";
import { mutate, mutations, randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision, type ScaleKind } from "../model/index.js";
import { emitVerilog, type Module, range, runStreams, simulate } from "../rtl/index.js";
import { buildAccelerator } from "./assemble.js";
import { countCycles } from "./cycles.js";
import { device } from "./devices.js";
import { deliverModule } from "./operators/matrix-unit/deliver.js";
import { deriveParameters } from "./parameters.js";
import { requantiseLatency, requantiseModule } from "./parts/requantise.js";
import { planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";
import { checkOperators, randomCase } from "./testing/operator-check.js";
import { randomChoices } from "./testing/random-choices.js";

const spartan = device("xc7s15");

/** Products of a module and what is inside it. */
function products(of: Module): number {
  const code = emitVerilog(of).map(({ text }) => text.replace(/\/\/.*$|\(\*.*?\*\)/gm, ""));
  return code.join("\n").match(/\*/g)?.length ?? 0;
}

describe("a requantiser whose multipliers are powers of two", () => {
  const x = range(-3000, 2900);
  const codes = { zero: -3, lo: -8, hi: 7 };
  const moduleOf = (multipliers: readonly number[], shift: number, lanes: number) => {
    const by = { multipliers, shift, ...codes, rows: multipliers.length, multiplier: "dsp" } as const;
    return requantiseModule({ ...by, name: "any", input: { type: x, lanes } });
  };

  it.each([
    ["one shift", [1], 5],
    ["a shift for each row", [1, 4, 2, 8], 9],
    ["shifts beyond the sum's width", [1, 2 ** 11, 1, 2 ** 10], 20],
    ["factors of 1 and more", [2, 8, 1, 4], 1],
  ])("shifts instead of multiplying: %s", (_, multipliers, shift) => {
    const by = { multipliers, shift, ...codes };
    expect(requantiseLatency(by)).toBe(3);
    const rows = multipliers.length;
    const width = range(codes.lo, codes.hi).width;
    for (const lanes of rows === 1 ? [1] : [1, 2, 4]) {
      const module = moduleOf(multipliers, shift, lanes);
      expect(products(module)).toBe(0);
      // All sums around the halves and the clamps, and others from end to end.
      const sums = Array.from({ length: 1200 }, (_, index) =>
        index % 2 === 0 ? (index >> 1) - 300 : Number(x.lo) + ((index * 7919) % Number(x.hi - x.lo + 1n)),
      );
      const words = Array.from({ length: sums.length / lanes }, (_, beat) =>
        lanes === 1
          ? BigInt(sums[beat] ?? 0)
          : sums
              .slice(beat * lanes, (beat + 1) * lanes)
              .reduceRight((word, sum) => (word << BigInt(x.width)) | BigInt.asUintN(x.width, BigInt(sum)), 0n),
      );
      let calls = 0;
      const run = runStreams(simulate(module), {
        inputs: { x: words.map((data) => ({ data })) },
        outputs: { y: words.length },
        stall: () => ++calls % 7 < 3,
        maxCycles: 10 * sums.length,
      });
      const found = (run.outputs.y ?? []).flatMap(({ data }) =>
        Array.from({ length: lanes }, (_, lane) =>
          Number(BigInt.asIntN(width, BigInt(data ?? 0) >> BigInt(lane * width))),
        ),
      );
      expect(found).toEqual(sums.map((sum, index) => requantise(sum, index % rows, by)));
    }
  });

  it("multiplies where one is none", () => {
    expect(requantiseLatency({ multipliers: [1, 3], shift: 5 })).toBe(4);
    expect(products(moduleOf([1, 3], 5, 1))).toBe(1);
  });
});

describe("operators of a network with power-of-two scales", () => {
  it.each([1, 2, 3])("equal the interpreter for random lanes and widths, with pauses (seed %i)", (seed) => {
    for (const kind of ["linear", "attention"] as const) {
      const { compared, different } = checkOperators(kind, seed, {}, "power-of-two");
      expect(compared).toBeGreaterThan(0);
      expect(different).toBe(0);
    }
  });

  it.each([500, 503])(
    "share lanes: equal bits, exactly the counted cycles, no product in what delivers (seed %i)",
    (seed) => {
      const shape = { layers: 1 + (seed % 2), dModel: 8, feedForward: 16, heads: 1 };
      const { model, graph, random } = randomCase(seed, shape, "power-of-two");
      const choices = randomChoices(graph, random, "window", true);
      const parameters = deriveParameters(graph, model, choices, "any");
      const units = parameters.units.map((unit) => ({ ...unit, plan: { ...unit.plan, requantiser: "dsp" } as const }));
      expect(units.length).toBeGreaterThan(0);
      for (const unit of units) expect(products(deliverModule(unit))).toBe(0);
      const cycles = countCycles(graph, parameters, choices);
      const accelerator = buildAccelerator(model, choices, "any");
      const windows = randomWindows(model, 13, seed);
      const plan = { mode: "window", ...cycles } as const;
      const straight = simulateAccelerator(model, plan, accelerator, windows, { checks: true });
      expect(straight).toMatchObject({ mismatches: 0, ...cycles });
      expect(
        simulateAccelerator(model, plan, accelerator, windows, { stalls: 0.5, seed, checks: true }).mismatches,
      ).toBe(0);
    },
  );
});

describe("an accelerator with power-of-two scales", () => {
  const modelOf = (scales: ScaleKind) =>
    randomIntegerModel(defineArchitecture({ window: 12, dModel: 8 }), definePrecision({ scales }), 11);
  const model = modelOf("power-of-two");
  const plan = planAccelerator(model, { device: spartan });
  const windows = randomWindows(model, 64, 3);

  it("equals the interpreter, in exactly the planned cycles, and notices every seeded mistake", () => {
    const accelerator = buildAccelerator(model, plan);
    const result = simulateAccelerator(model, plan, accelerator, windows);
    const { cyclesPerInference, initiationInterval } = plan;
    expect(result).toMatchObject({ inferences: 64, mismatches: 0, cyclesPerInference, initiationInterval });
    for (const mutation of mutations) {
      const wrong = simulateAccelerator(mutate(model, mutation), plan, accelerator, windows);
      expect(wrong.mismatches, mutation).toBeGreaterThan(0);
    }
  });

  it("takes fewer look-up tables where there is no DSP, by estimate", () => {
    const none = { ...spartan, dsp: 0, lut: 1e6, ff: 1e6 };
    const lut = (scales: ScaleKind) => planAccelerator(modelOf(scales), { device: none, goal: "area" }).estimate.lut;
    expect(lut("power-of-two")).toBeLessThan(lut("free"));
  });
});
