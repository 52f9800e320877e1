import { describe, expect, it } from "vitest";
import { standInModel } from "../integer/index.js";
import { defineArchitecture, definePrecision } from "../model/index.js";
import { device } from "./devices.js";
import { planAccelerator } from "./planner.js";
import { timelineOf } from "./timeline.js";

describe("the timeline of an inference", () => {
  for (const mode of ["window", "sample"] as const) {
    const model = standInModel(defineArchitecture({ window: 8, dModel: 8 }), definePrecision({ bits: 4 }));
    const plan = planAccelerator(model, { device: device("xc7s15"), mode });
    const { cycles, rows } = timelineOf(model, plan);
    const row = (name: string) => {
      const found = rows.find((one) => one.name === name);
      if (!found) throw new Error(`no row ${name}`);
      return found;
    };
    const first = (name: string) => row(name).busy[0]?.[0] ?? Number.NaN;
    const last = (name: string) => row(name).busy.at(-1)?.[1] ?? Number.NaN;

    it(`has the plan's cycles and all operators of the graph (mode ${mode})`, () => {
      expect(cycles).toBe(plan.cyclesPerInference);
      expect(rows.map(({ name }) => name)).toEqual([...plan.operators.keys()]);
      for (const { name, unit } of rows) {
        const chosen = plan.operators.get(name);
        expect(unit).toBe(chosen?.kind === "shared" ? chosen.unit : null);
      }
    });

    it(`has spells in order within the inference, the first and the last at its ends (mode ${mode})`, () => {
      for (const { busy } of rows) {
        expect(busy.length).toBeGreaterThan(0);
        busy.forEach(([from, to], index) => {
          expect(from).toBeLessThan(to);
          expect(from).toBeGreaterThanOrEqual(busy[index - 1]?.[1] ?? 0);
          expect(to).toBeLessThanOrEqual(cycles);
        });
      }
      expect(last("forecast")).toBe(cycles);
      expect(first("embed")).toBeLessThan(4);
      expect(first("layers.0.self_attn.k_proj")).toBeLessThanOrEqual(first("layers.0.self_attn.out_proj"));
      expect(first("layers.0.norm1")).toBeLessThan(first("layers.0.norm2"));
      expect(last("layers.0.norm2")).toBeLessThan(last("head"));
    });
  }
});
