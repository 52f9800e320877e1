import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cached } from "./cache.js";
import { temporaryFolder } from "./testing/temporary-folder.js";

const check = (value: unknown): { lut: number } => {
  if (typeof value === "object" && value !== null && "lut" in value && typeof value.lut === "number")
    return { lut: value.lut };
  throw new Error("not a count");
};

function counter(folder: string) {
  const runs = { number: 0 };
  const ask = (key: unknown) =>
    cached({
      folder,
      key,
      check,
      compute: async () => {
        runs.number++;
        return { lut: 40 + runs.number };
      },
    });
  return { runs, ask };
}

describe("cached", () => {
  it("computes once for one key, whatever the order of its parts, and again for another", async () => {
    const { runs, ask } = counter(temporaryFolder());
    const computed = { value: { lut: 41 }, outcome: { kind: "computed" } };
    expect(await ask({ tool: "yosys", version: "0.55" })).toEqual(computed);
    expect(await ask({ version: "0.55", tool: "yosys" })).toEqual({ value: { lut: 41 }, outcome: { kind: "hit" } });
    expect((await ask({ tool: "yosys", version: "0.56" })).value).toEqual({ lut: 42 });
    expect(runs.number).toBe(2);
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, text.length / 2)],
    ["changed", (text: string) => text.replace("41", "14")],
    ["empty", () => ""],
    ["of another shape but with a fitting hash", (text: string) => text.replace(/"key":"(.)/, '"key":"?')],
  ])("does not believe an entry that was %s", async (_, damage) => {
    const folder = temporaryFolder();
    const { ask } = counter(folder);
    await ask("key");
    const path = join(folder, readdirSync(folder)[0] ?? "");
    const before = readFileSync(path, "utf8");
    const damaged = damage(before);
    expect(damaged).not.toBe(before);
    writeFileSync(path, damaged);
    expect(await ask("key")).toEqual({
      value: { lut: 42 },
      outcome: { kind: "recomputed", reason: expect.stringContaining(path) },
    });
    expect((await ask("key")).outcome.kind).toBe("hit");
  });

  it("keeps nothing of a computation that fails", async () => {
    const folder = temporaryFolder();
    const fail = () => cached({ folder, key: 1, check, compute: () => Promise.reject(new Error("crashed")) });
    await expect(fail()).rejects.toThrow("crashed");
    expect(readdirSync(folder)).toEqual([]);
  });
});
