import { describe, expect, it } from "vitest";
import type { PowerEstimate } from "./power.js";
import { dutyCycle, type Supply } from "./supply.js";

const exactly = (value: number) => ({ value, low: value, high: value });
/** 100 mW while it works, 24 mW while it waits. */
const power = { energyPerInference: exactly(1000), gated: exactly(24) } as PowerEstimate;
const latency = 0.01;
const supply: Supply = {
  periodSeconds: 1,
  battery: null,
  offMilliwatts: 0,
  configuration: { millijoules: 11.85, seconds: 0.036 },
};

describe("between two inferences", () => {
  it("an XC7S15 that waits at 24 mW and takes 11.85 mJ to configure is best switched off above about 500 ms, as its authors found", () => {
    const { breakEvenSeconds } = dutyCycle(power, latency, supply);
    expect(breakEvenSeconds?.value).toBeCloseTo(0.504, 3);
    expect(dutyCycle(power, latency, { ...supply, periodSeconds: 0.5 }).best.strategy).toBe("idle");
    expect(dutyCycle(power, latency, { ...supply, periodSeconds: 0.51 }).best.strategy).toBe("off");
  });

  it("takes at the break-even the same either way", () => {
    const period = dutyCycle(power, latency, { ...supply, offMilliwatts: 1 }).breakEvenSeconds?.value ?? Number.NaN;
    const [idle, off] = dutyCycle(power, latency, { ...supply, offMilliwatts: 1, periodSeconds: period }).strategies;
    expect(idle?.millijoules.value).toBeCloseTo(off?.millijoules.value ?? Number.NaN, 9);
  });

  it("is sure only where the whole band says the same", () => {
    const band = { ...power, gated: { value: 24, low: 12, high: 48 } } as PowerEstimate;
    const sure = (periodSeconds: number) => dutyCycle(band, latency, { ...supply, periodSeconds }).best;
    expect(sure(0.1)).toEqual({ strategy: "idle", sure: true });
    expect(sure(0.4)).toEqual({ strategy: "idle", sure: false });
    expect(sure(0.6)).toEqual({ strategy: "off", sure: false });
    expect(sure(2)).toEqual({ strategy: "off", sure: true });
  });

  it("always waits where it takes less than being off, and where nothing is known of configuration", () => {
    expect(dutyCycle(power, latency, { ...supply, offMilliwatts: 30 })).toMatchObject({
      best: { strategy: "idle" },
      breakEvenSeconds: null,
    });
    expect(dutyCycle(power, latency, { ...supply, configuration: null })).toMatchObject({
      best: { strategy: "idle", sure: false },
      strategies: [{ strategy: "idle" }],
    });
  });

  it("empties a battery", () => {
    const battery = { milliampereHours: 1000, volts: 3.6 };
    const [idle] = dutyCycle(power, latency, { ...supply, battery }).strategies;
    // 1 mJ of work and 0.99 s at 24 mW in each second, from 3600 mWh.
    expect(idle?.average.value).toBeCloseTo(24.76, 9);
    expect(idle?.days?.value).toBeCloseTo(3600 / 24.76 / 24, 9);
  });

  it("refuses a period in which no inference fits", () => {
    expect(() => dutyCycle(power, latency, { ...supply, periodSeconds: 0.005 })).toThrow(/shorter than an inference/);
  });
});
