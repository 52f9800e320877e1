import { expect, test } from "vitest";
import type { Check, ReportData } from "./data.js";
import { renderTerminalReport } from "./terminal.js";
import { exampleAfterTraining, exampleReport } from "./testing/example.js";
import { headline, verdicts } from "./verdict.js";

const data = exampleReport(50);
const tones = (changed: ReportData) => verdicts(changed).map((verdict) => verdict.tone);

test("the headline is one sentence of what was measured", () => {
  expect(headline(data)).toBe(
    "4-bit integer-only Transformer (d_model 16, window 24), RMSE 9.61 vehicles, 7.3 % below linear, equals its VHDL on 32 of 32 windows, 3,120 cycles = 31.2 µs at 100 MHz, 5,312 of 8,000 LUT.",
  );
  expect(headline(exampleAfterTraining())).toBe("4-bit integer-only Transformer (d_model 16, window 24).");
  expect(tones(data)).toEqual(["plain", "good", "good", "plain", "good"]);
});

test("a forecaster that does not beat a rival is told so", () => {
  const [target] = data.evaluation?.targets ?? [];
  if (!target) throw new Error("the example is complete");
  const errors = { ...target.errors, persistence: { rmse: 9, mae: 7 } };
  const [, benefit] = verdicts({ ...data, evaluation: { windows: 10, targets: [{ errors }] } });
  expect(benefit).toMatchObject({ tone: "bad", figure: "+6.8 %", clause: "6.8 % above persistence" });
  expect(benefit?.sentence).toBe(
    "It does not beat persistence. It is 7.3 % below linear and 41.8 % below seasonal naive.",
  );
});

test.each([
  ["a mismatch", { windows: 32, mismatches: 3 }, "DIFFERS from its VHDL on 3 of 32 windows"],
  ["no window at all", { windows: 0, mismatches: 0 }, "compared with its VHDL on no window"],
])("%s breaks equality whatever the others say", (_, outcome, clause) => {
  const checks: Check[] = [
    { subject: "rtl", tool: "gatecast simulator", version: "0.1.0", windows: 256, mismatches: 0 },
    { subject: "vhdl", tool: "GHDL", version: "2.0.0", ...outcome },
  ];
  const found = verdicts({ ...data, verification: { checks } })[2];
  expect(found).toMatchObject({ tone: "bad", clause });
});

test("a design that does not fit is told so", () => {
  if (!data.resources) throw new Error("the example is complete");
  const totals = [{ basis: "estimated" as const, source: "cost walk", used: { lut: 9000, dsp: 9 } }];
  const found = verdicts({ ...data, resources: { ...data.resources, totals } })[4];
  expect(found).toMatchObject({
    label: "Does not fit XC7S15",
    tone: "bad",
    clause: "9,000 of 8,000 LUT (does not fit XC7S15)",
  });
  expect(found?.sentence).toContain("Figures estimated (cost walk)");
});

test("what was measured goes before what was estimated", () => {
  const latency = verdicts(data)[3];
  expect(latency?.sentence).toContain("3,120 cycles (simulated)");
});

test("the terminal gets the headline and aligned tables of what was done", () => {
  const text = renderTerminalReport(data);
  expect(text).toContain(headline(data));
  expect(text).toMatch(/^Integer-only Transformer +9\.613 +7\.168 +0\.927$/m);
  expect(text).toMatch(/^Generated Verilog +not checked: Icarus Verilog \(iverilog\) is not on the PATH +- +-$/m);
  expect(text).toMatch(/^LUT +5,480 \(\+3\.2 %\) +5,312 +8,000 +66\.4 %$/m);
  expect(text).toContain("estimated: cost walk; synthesised: Yosys 0.55");
  expect(renderTerminalReport(exampleAfterTraining())).toBe(headline(exampleAfterTraining()));
});
