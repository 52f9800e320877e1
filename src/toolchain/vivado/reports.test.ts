import { describe, expect, it } from "vitest";
import { readPower, readTimingSummary, readUtilisation } from "./reports.js";
import { examplePower, exampleTiming, exampleUtilisation } from "./testing/example-reports.js";

const subject = { design: "forecaster", device: "xc7s15", package: "ftgb196" };
const file = "a.rpt";

describe("reports of Vivado", () => {
  it("give resources", () => {
    expect(readUtilisation(exampleUtilisation(), file, subject)).toMatchObject({
      head: { version: "2023.2", design: "forecaster", device: "xc7s15ftgb196-1", state: "Routed" },
      lut: 5200,
      lutram: 330,
      ff: 3874,
      dsp: 9,
      ramb18: 4,
      available: 8000,
    });
  });

  it("give the clock", () => {
    const timing = readTimingSummary(exampleTiming(), file, subject);
    expect(timing).toMatchObject({ clock: "clock", periodNs: 10, slackNs: 1.112, holdSlackNs: 0.08 });
    expect(timing.fmaxMHz).toBeCloseTo(1000 / 8.888, 9);
    expect(readTimingSummary(exampleTiming({ slack: -2.5 }), file, subject).fmaxMHz).toBeCloseTo(80, 9);
  });

  it("give power by part, and say what is only told as less than something", () => {
    const power = readPower(examplePower(), file, subject);
    expect(power).toMatchObject({
      total: 0.071,
      dynamic: 0.04,
      static: 0.031,
      confidence: "High",
      activityFile: "activity.saif",
    });
    expect(power.parts.get("Clocks")).toEqual({ watts: 0.012, atMost: false });
    expect(power.parts.get("DSPs")).toEqual({ watts: 0.001, atMost: true });
    const guessed = examplePower().replace("| activity.saif |", "| ---           |");
    expect(readPower(guessed, file, subject).activityFile).toBeNull();
  });

  const readers = [
    ["utilisation", readUtilisation, exampleUtilisation],
    ["timing", readTimingSummary, exampleTiming],
    ["power", readPower, examplePower],
  ] as const;

  it.each(readers)(
    "of %s are refused where they are of another design, part, or nothing of the kind",
    (_, read, example) => {
      expect(() => read(example({ design: "blinky" }), file, subject)).toThrow(
        'is of the design "blinky", not of "forecaster"',
      );
      expect(() => read(example({ device: "xc7s25ftgb196-1" }), file, subject)).toThrow(/for the part xc7s25ftgb196-1/);
      expect(() => read(example({ device: "xc7s15csga225-1" }), file, subject)).toThrow(/not for xc7s15 in ftgb196/);
      expect(() => read("ERROR: [Common 17-345] A valid license was not found", file, subject)).toThrow(
        /names? a version of Vivado/,
      );
      expect(() => read("", file, subject)).toThrow(expect.objectContaining({ kind: "tool" }));
      // Half of a file, as a killed program leaves it.
      expect(() => read(example().slice(0, 800), file, subject)).toThrow(expect.objectContaining({ kind: "tool" }));
    },
  );

  it.each(readers)("of %s, cut at any line, are an error or whole: no number is made up", (_, read, example) => {
    const text = example();
    const whole = JSON.stringify(read(text, file, subject));
    const lines = text.split("\n");
    for (let end = 0; end < lines.length; end++) {
      try {
        const found = read(lines.slice(0, end).join("\n"), file, subject);
        const { head: _head, parts: _parts, ...figures } = found as { head: unknown; parts?: unknown };
        for (const value of Object.values(figures)) expect(whole).toContain(JSON.stringify(value));
      } catch (error) {
        expect(error).toMatchObject({ kind: "tool" });
      }
    }
  });

  it("are refused where a number is none, or the parts contradict the whole", () => {
    expect(() => readUtilisation(exampleUtilisation().replace("| 3874 |", "| many |"), file, subject)).toThrow(
      'Used of "Slice Registers" is "many", which is no number',
    );
    expect(() => readUtilisation(exampleUtilisation().replaceAll("Slice LUTs*", "CLB LUTs   "), file, subject)).toThrow(
      'it has no row "Slice LUTs"',
    );
    expect(() => readTimingSummary(exampleTiming().replace("1.112", "   NA"), file, subject)).toThrow('WNS is "NA"');
    const two = exampleTiming().replace(/^clock {2}.*$/m, (line) => `${line}\n${line.replace("clock", "other")}`);
    expect(() => readTimingSummary(two, file, subject)).toThrow("several clocks (clock, other)");
    expect(() => readPower(examplePower({ total: 0.171 }), file, subject)).toThrow(/are not the total of 0\.171 W/);
  });
});
