import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const example = fileURLToPath(new URL("../examples/library.mjs", import.meta.url));

test("the library's example runs on what npm test has built, and its accelerator equals its model", () => {
  const printed = execFileSync(process.execPath, [example], { encoding: "utf8", timeout: 300_000 });
  const rmse = (name: string) => Number(new RegExp(`^${name} +RMSE ([0-9.]+)$`, "m").exec(printed)?.[1]);
  expect(rmse("integer-only")).toBeLessThan(rmse("persistence"));
  expect(printed).toMatch(/^simulated +32 windows, 0 differ, \d+ cycles each$/m);
}, 300_000);
