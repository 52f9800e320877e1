import { describe, expect, it } from "vitest";
import { findOpenXc7, openXc7Steps, openXc7Variables, readNextpnrLog, resourcesOf } from "./flow.js";

const log = `Info: Packing constants..
Info: Device utilisation:
Info: \t         SLICE_LUTX:  5200/65200     7%
Info: \t          SLICE_FFX:  3900/65200     5%
Info: \t    DSP48E1_DSP48E1:     9/  120     7%
Info: \t  RAMB18E1_RAMB18E1:     2/  150     1%
Info: \t  RAMB36E1_RAMB36E1:     1/   75     1%

Info: Max frequency for clock 'clock_IBUF_BUFG': 71.50 MHz (PASS at 12.00 MHz)
Info: Max frequency for clock 'clock_IBUF_BUFG': 68.25 MHz (PASS at 12.00 MHz)
`;

describe("openXC7", () => {
  it("tells clock and sites in its log: the last word on the clock counts", () => {
    const { fmaxMHz, sites } = readNextpnrLog(log);
    expect(fmaxMHz).toBe(68.25);
    expect(resourcesOf(sites)).toEqual({ lut: 5200, ff: 3900, dsp: 9, ramb18: 4 });
    const without = new Map([...sites].filter(([name]) => !name.startsWith("RAMB36")));
    expect(resourcesOf(without)).toEqual({ lut: 5200, ff: 3900, dsp: 9 });
  });

  it("is refused where its log has not what is read", () => {
    expect(() => readNextpnrLog("ERROR: no chipdb")).toThrow('it has no line "Max frequency for clock"');
    expect(() => readNextpnrLog(log.replace("68.25 MHz", "fast"))).not.toThrow();
    expect(() => readNextpnrLog(log.replaceAll("utilisation", "usage"))).toThrow('no table below "Device utilisation"');
    expect(() => readNextpnrLog(`${log}Info: Max frequency for clock 'b': 1.0 MHz\n`)).toThrow("several clocks");
    expect(() => resourcesOf(new Map())).toThrow("no count of SLICE_LUTX");
  });

  it("needs its programs and its data, and says which are missing", async () => {
    const before = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      const found = await findOpenXc7({ device: "xc7s50", name: "xc7s50csga324-1" });
      expect(found.found).toBeUndefined();
      const reason = "reason" in found ? found.reason : "";
      for (const what of ["nextpnr-xilinx", "fasm2frames", "xc7frames2bit", ...Object.values(openXc7Variables)]) {
        expect(reason).toContain(what);
      }
    } finally {
      process.env.PATH = before;
    }
  });

  it("goes from netlist to bitstream in three commands", () => {
    const places = { chipdb: "/c/xc7s50.bin", database: "/db/spartan7" };
    const part = { device: "xc7s50", name: "xc7s50csga324-1" };
    const steps = openXc7Steps(part, { netlist: "n.json", constraints: "b.xdc" }, places);
    expect(steps.map(({ program, output }) => [program, output])).toEqual([
      ["nextpnr-xilinx", "design.fasm"],
      ["fasm2frames", "design.frames"],
      ["xc7frames2bit", "design.bit"],
    ]);
    expect(steps[2]?.args).toContain("/db/spartan7/xc7s50csga324-1/part.yaml");
  });
});
