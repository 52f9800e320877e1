import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { standInModel } from "../integer/index.js";
import { type ArchitectureOptions, defineArchitecture, definePrecision, type ScaleKind } from "../model/index.js";
import { type Device, device } from "./devices.js";
import { usableLuts } from "./limits.js";
import { type PlanOptions, planAccelerator } from "./planner.js";

const spartan = device("xc7s15");
/** Share of a device's LUTs that an estimate may come to. */
const usable = usableLuts(spartan, 0.9) / spartan.lut;
const modelOf = (options: Partial<ArchitectureOptions>, bits: number) =>
  standInModel(defineArchitecture({ window: 24, ...options }), definePrecision({ bits }));

function refusal(model: ReturnType<typeof modelOf>, options: PlanOptions): GatecastError {
  try {
    planAccelerator(model, options);
  } catch (error) {
    if (error instanceof GatecastError) return error;
    throw error;
  }
  throw new Error("it fits");
}

describe("what does not fit", () => {
  it("names each resource, the need, the limit and the excess, and single changes that would fit", () => {
    const small: Device = { ...spartan, name: "small", lut: 2_000, lutram: 900 };
    const error = refusal(modelOf({ dModel: 16 }, 8), { device: small });
    expect(error.kind).toBe("hardware");
    const match = /about (\d+) LUTs, and (\d+) of 2000 may be used \((\d+) % more\)/.exec(error.message);
    const [used = 0, limit = 0, percent = 0] = (match ?? []).slice(1).map(Number);
    expect(limit).toBe(Math.floor(usableLuts(small, 0.9)));
    expect(percent).toBe(Math.round((used / limit - 1) * 100));
    expect(error.remedy).toMatch(/^By estimate each of these alone would fit: /);
    const named = (pattern: RegExp) => Number(pattern.exec(error.remedy)?.[1]);
    const bits = named(/: (\d) bits/);
    const dModel = named(/d_model (\d+)/);
    // What is named does fit, and the next milder change does not.
    const plan = (options: object, width: number) =>
      planAccelerator(modelOf({ dModel: 16, ...options }, width), { device: small, advice: false });
    expect(plan({}, bits).estimate.lut).toBeLessThanOrEqual(limit);
    expect(() => plan({}, 8)).toThrow("does not fit");
    expect(plan({ dModel }, 8).estimate.lut).toBeLessThanOrEqual(limit);
    expect(error.remedy).toContain('the AMD Spartan-7 XC7S6 (device "xc7s6")');
  });

  it("names power-of-two scales where requantisers without multipliers are enough", () => {
    const shape = defineArchitecture({ window: 12, dModel: 8 });
    const lut = (scales: ScaleKind) => {
      const model = standInModel(shape, definePrecision({ bits: 8, scales }));
      return planAccelerator(model, { device: { ...spartan, dsp: 0, lut: 20_000 }, goal: "area" }).estimate.lut;
    };
    const between = (lut("free") + lut("power-of-two")) / 2;
    const tight: Device = { ...spartan, name: "tight", dsp: 0, lut: Math.round(between / usable) };
    const free = standInModel(shape, definePrecision({ bits: 8 }));
    expect(refusal(free, { device: tight }).remedy).toMatch(
      /^By estimate each of these alone would fit: power-of-two scales; /,
    );
    const shifting = standInModel(shape, definePrecision({ bits: 8, scales: "power-of-two" }));
    expect(planAccelerator(shifting, { device: tight, advice: false }).estimate.lut).toBeLessThanOrEqual(between);
  });

  it("names two changes together where none alone is enough, and only a larger device where they are not, either", () => {
    const least = planAccelerator(modelOf({ dModel: 4, window: 48 }, 2), {
      device: { ...spartan, dsp: 10 },
      goal: "area",
    });
    const few = { ...spartan, lut: Math.ceil((1.03 * least.estimate.lut) / usable), lutram: 400, dsp: 10 };
    const tight = refusal(modelOf({ dModel: 32, window: 48 }, 8), { device: few });
    expect(tight.remedy).toMatch(
      /^No single change of the network would fit. By estimate this would: d_model \d+ with \d bits; or the /,
    );
    const none = refusal(modelOf({}, 4), { device: { ...spartan, lut: 100, lutram: 20 } });
    expect(none.remedy).toMatch(
      /^No single change of the network would fit. By estimate this would: the AMD Spartan-7 XC7S6 /,
    );
  });

  it("says where what is fixed is what does not fit", () => {
    const plan = { "layers.0.linear1": { lanesIn: 16, lanesOut: 64 } };
    const error = refusal(modelOf({}, 6), { device: spartan, plan });
    expect(error.remedy).toContain("leaving out what is fixed under `plan`");
  });
});
