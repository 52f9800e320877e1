import { describe, expect, it } from "vitest";
import { powerTechnology } from "../coefficients.js";
import { unitsFrom } from "../units.js";
import { readBenchTable } from "./bench-table.js";
import { calibrate, type Observation, scaleGroupNames } from "./calibrate.js";
import { parseCalibration, serialiseCalibration, technologyOfCalibration } from "./calibration-file.js";
import { nonNegativeLeastSquares } from "./least-squares.js";
import { radiantObservations, readRadiantPower, vivadoObservations } from "./reports.js";

const spartan = { name: "xc7s15", family: "xc7" } as const;
const perCycle = {
  ...unitsFrom(() => 0),
  clock: 1,
  clockedFf: 6000,
  blockClock: 20,
  dspClock: 20,
  register: 1200,
  logic: 1900,
  memory: 100,
  block: 200,
  dsp: 90,
};
const design = { name: "forecaster", clockHz: 100e6, perCycle };

describe("non-negative least squares", () => {
  it("solves what has a solution", () => {
    const rows = [
      [2, 1],
      [1, 3],
      [1, 1],
    ];
    const [x = 0, y = 0] = nonNegativeLeastSquares(rows, [4, 7, 3], [1, 1], 1e-6);
    expect([x, y]).toEqual([expect.closeTo(1, 5), expect.closeTo(2, 5)]);
  });

  it("keeps at 0 what would be negative, and at the prior what no row tells", () => {
    const solution = nonNegativeLeastSquares(
      [
        [1, 0, 0],
        [1, 1, 0],
      ],
      [2, 1],
      [1, 1, 7],
      1e-6,
    );
    expect(solution[1]).toBe(0);
    expect(solution[0]).toBeCloseTo(1.5, 4);
    expect(solution[2]).toBeCloseTo(7, 6);
  });

  it("refuses what is no system", () => {
    expect(() => nonNegativeLeastSquares([[1]], [Number.NaN], [1], 1)).toThrow(RangeError);
    expect(() => nonNegativeLeastSquares([[1, 2]], [1], [1], 1)).toThrow(RangeError);
  });
});

describe("a calibration", () => {
  const parts = (watts: Record<string, number>) =>
    new Map(Object.entries(watts).map(([name, value]) => [name, { watts: value, atMost: false }]));

  it("meets a report that tells the parts, and names what it was made from", () => {
    const report = {
      static: 0.032,
      parts: parts({ Clocks: 0.02, "Slice Logic": 0.03, Signals: 0.05, "Block RAM": 0.01, DSPs: 0.02, "I/O": 0.5 }),
    };
    const calibration = calibrate(spartan, vivadoObservations(report, design), "forecaster by Vivado 2023.1");
    expect(calibration.staticMilliwatts).toBeCloseTo(32, 1);
    for (const { measured, after } of calibration.residuals) expect(after / measured).toBeCloseTo(1, 2);
    expect(calibration.band).toEqual([0.75, 1.25]);
    const again = parseCalibration(serialiseCalibration(calibration), "power.json");
    expect(again).toEqual(calibration);
    const technology = technologyOfCalibration(again);
    expect(technology.calibration).toBe("forecaster by Vivado 2023.1");
    // Power of the fabric was 80 mW: so many picojoules in a cycle of 10 ns.
    const { register, logic, memory } = technology.coefficients;
    expect(1200 * register.picojoules + 1900 * logic.picojoules + 100 * memory.picojoules).toBeCloseTo(800, -1);
  });

  it("finds the energies that rows of totals were made with, and static power", () => {
    const before = powerTechnology(spartan).coefficients;
    const total = (clockMHz: number, ff: number, logic: number) =>
      25 +
      clockMHz *
        1e-3 *
        (0.5 * (before.clock.picojoules + ff * before.clockedFf.picojoules) + 2 * logic * before.logic.picojoules);
    const row = (clockMHz: number, ff: number, logic: number): Observation => ({
      name: `${clockMHz}`,
      design: `d${ff}`,
      clockHz: clockMHz * 1e6,
      perCycle: { ...unitsFrom(() => 0), clock: 1, clockedFf: ff, logic },
      covers: [...scaleGroupNames, "static"],
      milliwatts: total(clockMHz, ff, logic),
    });
    const rows = [
      row(10, 1000, 0),
      row(50, 4000, 100),
      row(100, 2000, 2000),
      row(100, 8000, 500),
      row(20, 500, 3000),
      row(1, 100, 10),
    ];
    const { scales, staticMilliwatts, band } = calibrate(spartan, rows, "bench");
    expect(scales.clock).toBeCloseTo(0.5, 1);
    expect(scales.fabric).toBeCloseTo(2, 1);
    expect(scales["block RAM"]).toBeNull();
    expect(staticMilliwatts).toBeCloseTo(25, 0);
    expect(band[0]).toBeCloseTo(0.9, 1);
  });

  it("refuses what cannot be", () => {
    const one = { ...design, design: "a", name: "a", covers: ["static"], milliwatts: 30 } as const;
    expect(() => calibrate(spartan, [], "none")).toThrow(/no measurement/);
    expect(() => calibrate(spartan, [{ ...one, milliwatts: -3 }], "x")).toThrow(/-3 mW, which cannot be/);
    expect(() => calibrate(spartan, [{ ...one, clockHz: 0 }], "x")).toThrow(/clock of 0 Hz/);
  });

  it("is refused as a file where it is damaged", () => {
    const text = serialiseCalibration(
      calibrate(spartan, radiantObservations({ static: 0.03, dynamic: 0.1, total: 0.13 }, design), "x"),
    );
    expect(() => parseCalibration(text.slice(0, 40), "p.json")).toThrow(
      /p.json is no power calibration: it is not valid JSON/,
    );
    expect(() => parseCalibration(text.replace('"version": 1', '"version": 2'), "p.json")).toThrow(/version/);
    expect(() => parseCalibration(text.replace(/"logic": [\d.]+/, '"logic": -1'), "p.json")).toThrow(
      /picojoules.logic/,
    );
  });
});

describe("a report of Radiant", () => {
  const report = (line: string) => `Power Calculator\nDevice: iCE40UP5K\n${line}\nEnd\n`;
  it("gives static and dynamic power", () => {
    const power = readRadiantPower(
      report("Total Power Est. Design  : 0.000103 W, 0.002400 W, 0.002503 W"),
      "power.txt",
    );
    expect(power).toEqual({ static: 0.000103, dynamic: 0.0024, total: 0.002503 });
    expect(radiantObservations(power, design).map(({ milliwatts }) => milliwatts)).toEqual([
      expect.closeTo(2.4, 9),
      expect.closeTo(0.103, 9),
    ]);
  });

  it.each([
    ["Total Power : 3 W", /no line/],
    ["Total Power Est. Design : -0.1 W, 0.2 W, 0.1 W", /negative/],
    ["Total Power Est. Design : 0.1 W, 0.2 W, 25.0 W", /not the total of 25 W/],
  ])("with %s is refused", (line, message) => {
    expect(() => readRadiantPower(report(line), "power.txt")).toThrow(message);
  });
});

describe("a table of bench measurements", () => {
  const head = "design,clock_mhz,ff,register,logic,milliwatts,measures";
  const read = (...rows: string[]) => readBenchTable([head, ...rows].join("\n"), "bench.csv");

  it("gives an observation a row", () => {
    const [first, second] = read("a,100,6000,1200,1900,131.5,total", "a,0.01,6000,0,0,31,static");
    expect(first).toMatchObject({
      design: "a",
      clockHz: 100e6,
      milliwatts: 131.5,
      perCycle: { clock: 1, clockedFf: 6000, logic: 1900, dsp: 0 },
    });
    expect(first?.covers).toContain("static");
    expect(second?.covers).toEqual(["static"]);
  });

  it.each([
    ["a,100,6000,1,1,-5,total", /line 2, .*milliwatts is -5: below 0/],
    ["a,0,6000,1,1,50,total", /clock_mhz is 0/],
    ["a,100000000,6000,1,1,50,total", /clock_mhz is 100000000/],
    ["a,100,6000,1,1,25 C,total", /milliwatts is "25 C", which is no number/],
    ["a,100,6000,1,1,131500,total", /more than 10 W/],
    ["a,100,6000,1,1,0,total", /no device takes nothing/],
    ["a,100,6000,1,1,50,hot", /measures is "hot"/],
    [",100,6000,1,1,50,total", /no name/],
    ["a,100,6000,1,1", /too few fields/],
  ])("with %s is refused", (row, message) => {
    expect(() => read(row)).toThrow(message);
  });

  it("is refused without its columns, with strange ones, and without rows", () => {
    expect(() => readBenchTable("design,clock_mhz\na,1", "b.csv")).toThrow(/no column "milliwatts"/);
    expect(() => readBenchTable("design,clock_mhz,milliwatts,temperature\na,1,2,25", "b.csv")).toThrow(
      /"temperature" is not known/,
    );
    expect(() => read()).toThrow(/no row/);
  });
});
