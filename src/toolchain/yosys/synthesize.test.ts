import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { toolForTest } from "../testing/tool-for-test.js";
import type { YosysEngine } from "./engine.js";
import { nativeYosys } from "./native.js";
import { type SynthesisResult, synthesizeXilinx } from "./synthesize.js";
import { wasmYosys } from "./wasm.js";

const folder = temporaryFolder();
const wasm = wasmYosys();

/** Two instances of one module, a memory in LUTs, a shift register and a block memory: each count is known. */
const sources = [
  {
    name: "stage.v",
    text: `module stage(input clk, input signed [5:0] a, output reg signed [11:0] p);
  initial p = 0;
  always @(posedge clk) p <= a * a;
endmodule
`,
  },
  {
    name: "top.v",
    text: `module top(input clk, input rst, input write, input [8:0] address, input [11:0] d,
           output [23:0] p, output reg [7:0] blockq, output [7:0] lutq, output reg late);
  stage first(.clk(clk), .a(d[5:0]), .p(p[11:0]));
  stage second(.clk(clk), .a(d[11:6]), .p(p[23:12]));
  (* ram_style = "block" *) reg [7:0] big [0:511];
  (* ram_style = "distributed" *) reg [7:0] small [0:63];
  reg [14:0] shift = 0;
  assign lutq = small[address[8:3]];
  initial begin blockq = 0; late = 0; end
  always @(posedge clk) begin
    if (write) begin big[address] <= d[7:0]; small[address[5:0]] <= d[8:1]; end
    blockq <= big[address];
    shift <= {shift[13:0], write};
    if (rst) late <= 0; else late <= shift[14] ^ late;
  end
endmodule
`,
  },
];

const synthesise = (engine: YosysEngine, more: { logFile?: string; perModule?: boolean; dsp?: boolean } = {}) =>
  synthesizeXilinx({ sources, top: "top", family: "xc7", engine, ...more });

function expectCounts(result: SynthesisResult, dsp: number): void {
  expect(result.resources).toMatchObject({ lutram: 12, dsp, ramb18: 1, ramb36: 0 });
  // 15 of the shift register and one behind it; the products' registers are within the multiplier blocks, if there are any.
  expect(result.resources.ff).toBe(dsp === 0 ? 16 + 24 : 16);
  expect(result.resources.cells).toMatchObject({ RAM64M: 3, RAMB18E1: 1 });
  expect(result.netlist.ports.map(({ name }) => name)).toContain("blockq");
}

describe("synthesizeXilinx", () => {
  it("counts what a design occupies, as a whole and per module (WebAssembly)", { timeout: 300_000 }, async () => {
    const logFile = join(folder, "yosys.log");
    const result = await synthesise(wasm, { perModule: true, dsp: false, logFile });
    expectCounts(result, 0);
    expect(result.tool).toEqual({ name: "yowasp-yosys", version: wasm.version });
    const [top, stage, ...others] = result.modules ?? [];
    expect(others).toEqual([]);
    expect(top).toMatchObject({ module: "top", instances: 1, own: { lutram: 12, ramb18: 1 } });
    expect(stage).toMatchObject({ module: "stage", instances: 2, own: { lutram: 0, ramb18: 0 } });
    expect(top?.total.lut).toBe((top?.own.lut ?? 0) + 2 * (stage?.total.lut ?? 0));
    expect(stage?.own.ff).toBeGreaterThan(0);
    expect(readFileSync(logFile, "utf8")).toBe(result.log);
  });

  it("does the same with a native Yosys", { timeout: 300_000 }, async (context) => {
    const setting = await toolForTest(context, "yosys");
    expectCounts(await synthesise(await nativeYosys(setting.path)), 2);
  });

  it("shows the last lines and the log of a run that fails", async () => {
    const logFile = join(folder, "failing.log");
    const broken = [{ name: "top.v", text: "module top(input clk);\n  wire a = ;\nendmodule\n" }];
    const run = synthesizeXilinx({ sources: broken, top: "top", family: "xc7", engine: wasm, logFile });
    await expect(run).rejects.toMatchObject({
      kind: "tool",
      message: expect.stringMatching(/exit code 1[\s\S]*top\.v:2: ERROR: syntax error/),
      remedy: expect.stringContaining(logFile),
    });
    expect(existsSync(logFile)).toBe(true);
  });

  const canned = (type: string, cell: object): YosysEngine => {
    const statistics = { modules: { "\\top": { num_cells: 1, num_cells_by_type: { [type]: 1 } } } };
    const netlist = { modules: { top: { ports: {}, netnames: {}, cells: { it: { type, ...cell } } } } };
    const files = new Map([
      ["statistics.json", JSON.stringify(statistics)],
      ["netlist.json", JSON.stringify(netlist)],
    ]);
    return { name: "canned", version: "0", run: async () => ({ files, log: "", seconds: 0 }) };
  };

  it("refuses a latch, since it is in no counting rule and means a mistake in the design", async () => {
    const engine = canned("LDCE", { parameters: {}, connections: {} });
    await expect(synthesise(engine)).rejects.toThrow(/LDCE/);
  });

  it("refuses a memory that Yosys is known to build wrongly", async () => {
    const parameters = { RAM_MODE: "SDP", WRITE_WIDTH_B: (72).toString(2) };
    const wrong = canned("RAMB36E1", { parameters, connections: { DIPADIP: [4, 5, 6, 7], DIPBDIP: [4, 5, 6, 7] } });
    await expect(synthesise(wrong)).rejects.toThrow(/memory it of 72-bit words/);
    const right = canned("RAMB36E1", { parameters, connections: { DIPADIP: [4, 5, 6, 7], DIPBDIP: [8, 9, 10, 11] } });
    expect((await synthesise(right)).resources.ramb36).toBe(1);
  });

  it("stops at its time limit, and when aborted", async () => {
    await expect(
      synthesizeXilinx({ sources, top: "top", family: "xc7", engine: wasm, timeLimitSeconds: 0.05 }),
    ).rejects.toThrow(/time limit of 0.05 s/);
    const controller = new AbortController();
    const run = synthesizeXilinx({
      sources,
      top: "top",
      family: "xc7",
      engine: wasm,
      signal: controller.signal,
      onLine: () => controller.abort(new Error("interrupted by the user")),
    });
    await expect(run).rejects.toThrow("interrupted by the user");
  });

  it("refuses names that a script would misread", async () => {
    for (const [name, top] of [
      ["a.v; shell rm", "top"],
      ["-lib", "top"],
      ["a.v", "top; exec"],
    ] as const) {
      const run = synthesizeXilinx({ sources: [{ name, text: "" }], top, family: "xc7", engine: wasm });
      await expect(run).rejects.toMatchObject({ kind: "usage" });
    }
  });
});
