import { describe, expect, it } from "vitest";
import { catalogue } from "./devices/catalogue.js";
import { checkDevices } from "./devices/schema.js";
import { boardOf, device, deviceNames, devices } from "./devices.js";

const all = "xc7s6, xc7s15, xc7s25, xc7s50, xc7a35t, ice40up5k, ice40hx8k, ice40lp8k";

describe("device", () => {
  it("finds each known device by its name in any case", () => {
    for (const name of deviceNames) expect(device(name.toUpperCase()).name).toBe(name);
    expect(device("XC7S15")).toMatchObject({ lut: 8000, lutram: 2400, ff: 16000, dsp: 20, blockRam: { count: 20 } });
  });

  it("lists the known devices when one is not known", () => {
    expect(() => device("xc7s1500")).toThrow(
      expect.objectContaining({ kind: "usage", remedy: `Known devices: ${all}.` }),
    );
  });
});

describe("boardOf", () => {
  it("takes the first board of the device, or the one that is named", () => {
    expect(boardOf(device("ice40up5k"), null)?.name).toBe("icebreaker");
    expect(boardOf(device("xc7s25"), "Arty-S7-25")?.pins.clock).toBe("F14");
    expect(boardOf(device("xc7s15"), null)).toBeUndefined();
  });

  it("says which boards there are when one is not known, or has another device", () => {
    expect(() => boardOf(device("ice40up5k"), "icebraker")).toThrow(
      expect.objectContaining({ kind: "usage", remedy: expect.stringContaining("icebreaker") }),
    );
    expect(() => boardOf(device("xc7s50"), "cmod-s7")).toThrow(
      /carries the AMD Spartan-7 XC7S25, not the AMD Spartan-7 XC7S50/,
    );
    expect(() => boardOf(device("xc7s6"), "arty")).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("leave --board out") }),
    );
  });
});

describe("the catalogue", () => {
  const [first] = catalogue;

  it("has for every device whatever a plan and the tools need", () => {
    expect(checkDevices(catalogue)).toEqual(devices);
    // A part has 1.6 logic cells for each LUT6 (UG474): the family's name is not mistaken for its size.
    expect(device("xc7s50").lut * 2).toBe(device("xc7s50").ff);
    expect(devices.filter(({ family }) => family === "xc7").every(({ lut, ff }) => ff === 2 * lut)).toBe(true);
    expect(devices.filter(({ family }) => family === "ice40").every(({ lut, ff }) => ff === lut)).toBe(true);
  });

  it.each([
    ["a missing field", { dsp: undefined }, /device xc7s6 is not valid: dsp is missing; expected a whole number/],
    ["a negative count", { lut: -1 }, /device xc7s6 is not valid: lut must be a whole number from 1/],
    ["a fraction", { ff: 7500.5 }, /ff must be a whole number/],
    ["text for a number", { clockHz: "100 MHz" }, /clockHz must be a frequency in Hz/],
    ["a clock in MHz", { clockHz: 100 }, /clockHz must be a frequency in Hz from 1 kHz/],
    ["another family", { family: "ecp5" }, /family must be "xc7" or "ice40"/],
    ["more LUTRAM than LUTs", { lutram: 4000 }, /lutram must be at most the 3750 look-up tables/],
    ["a block memory of another size", { blockRam: { count: 5, bits: 36_864 } }, /blockRam\.bits must be 18432/],
    [
      "a static power without its source",
      { staticPower: { milliwatts: 30 } },
      /staticPower must be \{ milliwatts, of, source \}/,
    ],
    [
      "a static power of nothing",
      { staticPower: { milliwatts: 0, of: "a", source: "b" } },
      /staticPower\.milliwatts must be a power in mW above 0/,
    ],
    ["no package", { packages: [] }, /packages must be at least one package/],
    ["no source", { sources: [] }, /sources must be at least one source/],
    ["a field of another name", { luts: 3750 }, /it has a field that is not known: luts/],
    [
      "a board with another package",
      {
        boards: [
          {
            name: "b",
            title: "B",
            package: "sg48",
            clockHz: 1e6,
            pins: { clock: "A1", rx: "A2", tx: "A3" },
            source: "s",
          },
        ],
      },
      /boards\.0\.package must be one of the packages \(cpga196/,
    ],
    [
      "a pin that is none",
      {
        boards: [
          {
            name: "b",
            title: "B",
            package: "ftgb196",
            clockHz: 1e6,
            pins: { clock: "clk", rx: "A2", tx: "A3" },
            source: "s",
          },
        ],
      },
      /boards\.0\.pins\.clock must be the name of a pin/,
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => checkDevices([{ ...first, ...change }])).toThrow(expect.objectContaining({ kind: "hardware" }));
    expect(() => checkDevices([{ ...first, ...change }])).toThrow(message);
  });

  it("refuses a name that stands there twice, and what is no entry", () => {
    expect(() => checkDevices([first, first])).toThrow(/"xc7s6" stands there twice/);
    expect(() => checkDevices(["xc7s6"])).toThrow(/device number 1 is not valid/);
  });
});
