import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Trained } from "../../bench/accelerator/model.js";
import { simulateRow } from "../../bench/accelerator/simulate.js";
import { Store } from "../../bench/accuracy/store.js";
import { device, generateAccelerator, planAccelerator } from "../../src/accelerator/index.js";
import { serialiseIntegerModel } from "../../src/integer/index.js";
import { mutate, randomIntegerModel, randomWindows } from "../../src/integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../src/model/index.js";

const model = randomIntegerModel(defineArchitecture({ window: 6, dModel: 4 }), definePrecision({ bits: 4 }), 3);
const plan = planAccelerator(model, { device: device("xc7s15") });
const trained: Trained = {
  model,
  file: serialiseIntegerModel(model),
  inputs: 1,
  targets: 1,
  windows: (count) => Int16Array.from(randomWindows(model, count, 1)),
};
const made = { plan, delivery: generateAccelerator(model, plan), design: "some" };

function run(store: Store, what: Partial<typeof made> = {}) {
  const said: string[] = [];
  const progress = (text: string) => said.push(text);
  const done = simulateRow(trained, { ...made, ...what }, store, { windows: 210, progress });
  return done.then((result) => ({ ...result, said }));
}

describe("simulation in the accelerator bench", () => {
  const store = () => new Store(mkdtempSync(join(tmpdir(), "gatecast-bench-")), "v1");

  it("compares windows with and without pauses, and does nothing twice", async () => {
    const kept = store();
    const first = await run(kept);
    expect(first).toMatchObject({
      cycles: { cycles: plan.cyclesPerInference, initiationInterval: plan.initiationInterval },
      checks: [
        { what: "rtl", windows: 160, mismatches: 0 },
        { what: "rtl with pauses", windows: 50, mismatches: 0 },
      ],
      failures: [],
    });
    expect(first.said).toHaveLength(5);
    expect(first.said.join()).not.toContain("kept");
    const second = await run(kept);
    expect({ ...second, said: [] }).toEqual({ ...first, said: [] });
    expect(second.said.every((line) => line.includes("kept"))).toBe(true);
  });

  it("gives no cycles where simulation does not find those of the plan", async () => {
    const { cycles, failures } = await run(store(), { plan: { ...plan, cyclesPerInference: 1 } });
    expect(cycles).toBeNull();
    expect(failures).toEqual([
      `cycles of an inference is counted as 1, and is ${plan.cyclesPerInference} in simulation`,
    ]);
  });

  it("counts the windows that differ", async () => {
    const delivery = generateAccelerator(mutate(model, "bias"), plan);
    const { checks } = await run(store(), { delivery });
    expect(checks.reduce((sum, { mismatches }) => sum + mismatches, 0)).toBeGreaterThan(0);
  });
});
