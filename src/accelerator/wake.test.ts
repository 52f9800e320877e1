import { describe, expect, it } from "vitest";
import { createInterpreter } from "../integer/index.js";
import { randomIntegerModel, randomWindows } from "../integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { Random } from "../numeric/random.js";
import { simulate } from "../rtl/index.js";
import { type Accelerator, buildAccelerator } from "./assemble.js";
import { device } from "./devices.js";
import { planAccelerator } from "./planner.js";
import { simulateAccelerator } from "./simulate.js";

const architecture = defineArchitecture({ window: 6, dModel: 8, heads: 2, horizon: 3 });
const model = randomIntegerModel(architecture, definePrecision({ bits: 4 }), 21);
const spartan = device("xc7s15");
const plans = {
  window: planAccelerator(model, { device: spartan }),
  sample: planAccelerator(model, { device: spartan, mode: "sample" }),
};
const accelerators = { window: buildAccelerator(model, plans.window), sample: buildAccelerator(model, plans.sample) };
const modes = ["window", "sample"] as const;

type Counted = ReturnType<typeof counted>;
const counted = (accelerator: Accelerator) => simulate(accelerator, { countToggles: true });

/** Bits of registers and memories that have changed. */
const stateToggles = (sim: Counted): number =>
  sim.toggles().reduce((sum, { register, memory }) => sum + register + memory, 0);

/** Sends samples as fast as they are taken; gives the forecast codes after them, and the cycles it took. */
function infer(sim: Counted, samples: ArrayLike<number>, codes: number): { forecast: number[]; cycles: number } {
  const forecast: number[] = [];
  let row = 0;
  let cycles = 0;
  sim.poke({ enable: true, forecast_ready: true, reset: false });
  for (; forecast.length < codes || row < samples.length; cycles++) {
    sim.poke({ sample_valid: row < samples.length, sample_data: samples[row] ?? 0 });
    const seen = sim.peek();
    if (row < samples.length && seen.sample_ready === 1n) row++;
    if (seen.forecast_valid === 1n) forecast.push(Number(seen.forecast_data));
    sim.step();
    if (cycles > 100_000) throw new Error("no forecast");
  }
  sim.poke({ sample_valid: false });
  return { forecast, cycles };
}

describe.each(modes)("an accelerator in mode %s", (mode) => {
  const plan = plans[mode];
  const accelerator = accelerators[mode];

  it("gives the same bits whatever enable does, in the same cycles with enable", () => {
    for (const share of [0.1, 0.5, 0.9]) {
      const random = new Random(Math.round(share * 10));
      const result = simulateAccelerator(model, plan, accelerator, randomWindows(model, 4, 3), {
        enable: () => random.uniform() < share,
        checks: true,
      });
      expect(result.mismatches).toBe(0);
      expect(result.cyclesPerInference).toBe(plan.cyclesPerInference);
    }
  });

  it("changes nothing while enable is low, at any moment of an inference", () => {
    const samples = randomWindows(model, 2, 5);
    const random = new Random(4);
    const sim = counted(accelerator);
    const straight = infer(counted(accelerator), samples, 3).forecast;
    const forecast: number[] = [];
    let row = 0;
    let asleep = 0;
    const restless: number[] = [];
    for (let cycle = 0; forecast.length < straight.length; cycle++) {
      const enable = random.uniform() < 0.5;
      sim.poke({ enable, sample_valid: row < samples.length, sample_data: samples[row] ?? 0, forecast_ready: true });
      const seen = sim.peek();
      if (!enable) sim.clearToggles();
      sim.step();
      if (!enable) {
        asleep++;
        if (stateToggles(sim) > 0 || seen.sample_ready === 1n || seen.forecast_valid === 1n) restless.push(cycle);
      } else {
        if (seen.sample_ready === 1n) row++;
        if (seen.forecast_valid === 1n) forecast.push(Number(seen.forecast_data));
      }
      if (cycle > 20 * plan.cyclesPerInference) throw new Error("no forecast");
    }
    expect(asleep).toBeGreaterThan(plan.cyclesPerInference / 4);
    expect(restless).toEqual([]);
    expect(forecast).toEqual(straight);
  });

  it("changes nothing while it is idle, whatever its inputs do, and is idle when its work is done", () => {
    const sim = counted(accelerator);
    const samples = randomWindows(model, 3, 6);
    const random = new Random(8);
    sim.poke({ enable: true });
    expect(sim.peek().idle).toBe(1n);
    for (let inference = 0; inference < 3; inference++) {
      infer(sim, samples.subarray(6 * inference, 6 * inference + 6), mode === "window" ? 3 : inference === 0 ? 3 : 18);
      expect(sim.peek().idle).toBe(1n);
      sim.clearToggles();
      let idle = 0;
      for (let cycle = 0; cycle < 1000; cycle++) {
        sim.poke({
          sample_valid: false,
          sample_data: random.integer(16),
          forecast_ready: random.integer(2) === 1,
          enable: random.integer(4) > 0,
        });
        if (sim.peek().idle === 1n) idle++;
        sim.step();
      }
      expect([idle, stateToggles(sim)]).toEqual([1000, 0]);
    }
  });

  it("is not idle from the first sample of an inference to the last code of its forecast", () => {
    const sim = simulate(accelerator);
    const samples = randomWindows(model, 1, 6);
    sim.poke({ enable: true, forecast_ready: true });
    let row = 0;
    let codes = 0;
    for (let cycle = 0; codes < 3; cycle++) {
      sim.poke({ sample_valid: row < samples.length, sample_data: samples[row] ?? 0 });
      const seen = sim.peek();
      const begun = mode === "window" ? row > 0 : row === samples.length;
      expect([cycle, seen.idle]).toEqual([cycle, begun ? 0n : 1n]);
      if (row < samples.length && seen.sample_ready === 1n) row++;
      if (seen.forecast_valid === 1n) codes++;
      sim.step();
    }
    expect(sim.peek().idle).toBe(1n);
  });

  it("recovers from a reset at any moment, also with enable low", () => {
    const sim = simulate(accelerator);
    const samples = randomWindows(model, 2, 9);
    const [window, rubbish] = [samples.subarray(0, 6), samples.subarray(6)];
    const expected = [...createInterpreter(model).run(window)];
    const random = new Random(12);
    for (let attempt = 0; attempt < 10; attempt++) {
      const cut = random.integer(plan.cyclesPerInference);
      sim.poke({ enable: true, reset: false, sample_valid: true });
      for (let cycle = 0; cycle < cut; cycle++) {
        const offered = sim.peek().sample_ready === 1n;
        sim.step();
        if (offered) sim.poke({ sample_data: rubbish[cycle % 6] ?? 0 });
      }
      const asleep = attempt % 2 === 1;
      sim.poke({ sample_valid: false, enable: !asleep, reset: true });
      sim.step(1 + random.integer(3));
      sim.poke({ reset: false });
      sim.step(random.integer(3));
      expect(sim.peek().idle).toBe(1n);
      sim.poke({ enable: true, forecast_ready: true });
      const forecast: number[] = [];
      for (let row = 0; forecast.length < 3; ) {
        sim.poke({ sample_valid: row < 6, sample_data: window[row] ?? 0 });
        const seen = sim.peek();
        if (row < 6 && seen.sample_ready === 1n) row++;
        if (seen.forecast_valid === 1n) forecast.push(Number(seen.forecast_data));
        sim.step();
      }
      expect(forecast).toEqual(expected);
    }
  });
});

describe("a stream that stalls for ever", () => {
  const plan = plans.window;
  const run = (options: Parameters<typeof simulateAccelerator>[4]) => () =>
    simulateAccelerator(model, plan, accelerators.window, randomWindows(model, 2, 3), options);

  it("is told by its name, and since when", () => {
    const sim = simulate(accelerators.window);
    const samples = randomWindows(model, 1, 3);
    let offered = 0;
    sim.poke({ enable: true, sample_valid: true });
    for (let row = 0; sim.peek().forecast_valid !== 1n; offered++) {
      sim.poke({ sample_valid: row < 6, sample_data: samples[row] ?? 0 });
      if (sim.peek().sample_ready === 1n) row++;
      sim.step();
    }
    expect(run({ stall: (stream) => stream === "forecast" })).toThrow(
      `in inference 0: stream forecast: offered since cycle ${offered}, but its sink has not been ready; 0 moved before.`,
    );
    expect(run({ stall: (stream, cycle) => stream === "sample" && cycle >= 3 })).toThrow(
      /stream sample: its source has offered nothing since cycle \d+; [1-5] moved before; stream forecast: nothing has been offered/,
    );
    expect(run({ enable: (cycle) => cycle < 50 })).toThrow(/enable has been low since cycle 50\./);
  });

  it("has a remedy that tells whose fault it is", () => {
    expect(run({ stall: () => true })).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("a pause that was asked for has no end") }),
    );
  });
});
