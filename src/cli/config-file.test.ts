import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfigFile } from "./config-file.js";
import { type Workshop, workshop } from "./testing/command-line.js";

let place: Workshop;
beforeEach(async () => {
  place = await workshop();
});
afterEach(() => place.clean());

describe("the configuration file", () => {
  it("is TypeScript that imports gatecast, which need not be installed beside it", async () => {
    await place.write(
      "gatecast.config.ts",
      'import { defineConfig } from "gatecast";\nconst bits: number = 3;\nexport default defineConfig({ data: "flow.csv", target: "flow", bits });\n',
    );
    expect(await loadConfigFile(undefined, place.folder)).toEqual({
      source: "in gatecast.config.ts",
      values: { data: join(place.folder, "flow.csv"), target: "flow", bits: 3 },
    });
  });

  it("may be JavaScript elsewhere; its paths start where it stands", async () => {
    await mkdir(join(place.folder, "sub"));
    await place.write("sub/my.config.mjs", 'export default { data: "flow.csv", out: "runs/x" };\n');
    expect(await loadConfigFile("sub/my.config.mjs", place.folder)).toEqual({
      source: "in my.config.mjs",
      values: { data: join(place.folder, "sub/flow.csv"), out: join(place.folder, "sub/runs/x") },
    });
  });

  it("may be missing where none is named", async () => {
    expect(await loadConfigFile(undefined, place.folder)).toBeUndefined();
    await expect(loadConfigFile("none.ts", place.folder)).rejects.toThrow(/none\.ts does not exist/);
  });

  it("says what is wrong with it", async () => {
    await place.write("a.config.ts", "export default 7;\n");
    await expect(loadConfigFile("a.config.ts", place.folder)).rejects.toThrow(/does not export an object/);
    await place.write("b.config.ts", "throw new Error('out of tea');\n");
    await expect(loadConfigFile("b.config.ts", place.folder)).rejects.toThrow(/b\.config\.ts does not run: out of tea/);
  });
});
