import { expect, it } from "vitest";
import { nestedModules } from "../testing/nested-modules.js";
import { synthesizeIce40 } from "./ice40.js";
import { synthesizeIce40Modules } from "./ice40-modules.js";
import { wasmYosys } from "./wasm.js";

const design = {
  sources: [{ name: "top.v", text: nestedModules }],
  top: "top",
  dsp: true,
  engine: wasmYosys(),
  timeLimitSeconds: 120,
};

it("counts the modules that are kept apart, and makes all others one with those that they are in", async () => {
  const modules = await synthesizeIce40Modules({ ...design, keep: ["part"] });
  expect(modules.map(({ module, total }) => [module, total.ff])).toEqual([
    ["top", 8],
    ["part", 4],
  ]);
  const [top, part] = modules;
  // Two adders of the same kind: their border costs nothing here.
  expect(top?.total.logicCells).toBe(2 * (part?.total.logicCells ?? 0));
  expect((await synthesizeIce40(design)).resources.logicCells).toBe(top?.total.logicCells);
});

it("takes no name for a module that could be a command", async () => {
  await expect(synthesizeIce40Modules({ ...design, keep: ["part; shell ls"] })).rejects.toThrow(
    '"part; shell ls" cannot be the name of a kept module.',
  );
});
