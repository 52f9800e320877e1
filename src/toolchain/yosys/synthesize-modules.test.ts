import { expect, it } from "vitest";
import { nestedModules } from "../testing/nested-modules.js";
import { synthesizeModules } from "./synthesize-modules.js";
import { wasmYosys } from "./wasm.js";

const design = {
  sources: [{ name: "top.v", text: nestedModules }],
  top: "top",
  engine: wasmYosys(),
  timeLimitSeconds: 120,
};

it("counts the modules that are kept apart, and makes all others one with those that they are in", async () => {
  const modules = await synthesizeModules({ ...design, keep: ["part"] });
  expect(modules.map(({ module, own, total }) => [module, own.ff, total.ff])).toEqual([
    ["top", 4, 8],
    ["part", 4, 4],
  ]);
});

it("takes no name for a module that could be a command", async () => {
  await expect(synthesizeModules({ ...design, keep: ["part; shell ls"] })).rejects.toThrow(
    '"part; shell ls" cannot be the name of a kept module.',
  );
});
