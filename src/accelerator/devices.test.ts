import { describe, expect, it } from "vitest";
import { device, deviceNames } from "./devices.js";

describe("device", () => {
  it("finds each known device by its name in any case", () => {
    for (const name of deviceNames) expect(device(name.toUpperCase()).name).toBe(name);
    expect(device("XC7S15")).toMatchObject({ lut: 8000, lutram: 2400, ff: 16000, dsp: 20, blockRam: { count: 20 } });
  });

  it("lists the known devices when one is not known", () => {
    expect(() => device("xc7s1500")).toThrow(
      expect.objectContaining({ kind: "usage", remedy: "Known devices: xc7s15, ice40up5k." }),
    );
  });
});
