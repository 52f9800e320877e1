import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CacheOutcome } from "./cache.js";
import { cachedIce, cachedYosys } from "./cached-engines.js";
import type { IceEngine } from "./nextpnr/engine.js";
import { temporaryFolder } from "./testing/temporary-folder.js";
import type { YosysEngine } from "./yosys/engine.js";

const folder = temporaryFolder();

describe("what a program has done is not done again", () => {
  const runs: string[] = [];
  const yosys = (version: string): YosysEngine => ({
    name: "yosys",
    version,
    run: async ({ script, sources }) => {
      runs.push(script);
      if (script === "fail") throw new Error("failed");
      return { files: new Map([["netlist.json", `${sources[0]?.text} by ${version}`]]), log: "a log\n", seconds: 3 };
    },
  });
  const job = { script: "synth", sources: [{ name: "a.v", text: "module a" }], outputs: ["netlist.json"] };
  const outcomes: CacheOutcome[] = [];
  const cache = { folder: join(folder, "yosys"), onOutcome: (outcome: CacheOutcome) => outcomes.push(outcome) };

  it("on the same files, with the log where it belongs", async () => {
    const engine = cachedYosys(yosys("0.55"), cache);
    const first = await engine.run(job);
    const logFile = join(folder, "yosys.log");
    const second = await engine.run({ ...job, logFile });
    expect(second).toEqual(first);
    expect(runs).toEqual(["synth"]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["computed", "hit"]);
    expect(readFileSync(logFile, "utf8")).toBe("a log\n");
  });

  it("but with another source, script or version it is", async () => {
    runs.length = 0;
    const engine = cachedYosys(yosys("0.55"), cache);
    await engine.run({ ...job, sources: [{ name: "a.v", text: "module b" }] });
    await engine.run({ ...job, script: "synth -dsp" });
    const other = await cachedYosys(yosys("0.60"), cache).run(job);
    expect(other.files.get("netlist.json")).toBe("module a by 0.60");
    expect(runs).toHaveLength(3);
  });

  it("and nothing is kept of a run that failed, nor believed of an entry that was damaged", async () => {
    const engine = cachedYosys(yosys("1"), { ...cache, folder: join(folder, "other") });
    await expect(engine.run({ ...job, script: "fail" })).rejects.toThrow("failed");
    await engine.run(job);
    const [entry = ""] = readdirSync(join(folder, "other"));
    const path = join(folder, "other", entry);
    writeFileSync(path, readFileSync(path, "utf8").replace("a log", "a lag"));
    runs.length = 0;
    outcomes.length = 0;
    expect((await engine.run(job)).log).toBe("a log\n");
    expect(runs).toEqual(["synth"]);
    expect(outcomes).toEqual([{ kind: "recomputed", reason: expect.stringContaining("does not match its hash") }]);
  });

  it("nor is a bitstream packed again", async () => {
    const commands: string[] = [];
    const engine: IceEngine = {
      name: "nextpnr-ice40",
      version: "0.4",
      packer: { name: "icepack", version: "file abc" },
      run: async (command) => {
        commands.push(command);
        return { files: new Map([["design.bin", Uint8Array.of(0, 255, 128, 10)]]), log: "", seconds: 1 };
      },
    };
    const pack = { args: ["a", "b"], files: [{ name: "a", content: "text" }], outputs: ["design.bin"] };
    const again = cachedIce(engine, { folder: join(folder, "ice") });
    for (let time = 0; time < 2; time++) {
      const { files } = await again.run("icepack", pack);
      expect([...(files.get("design.bin") ?? [])]).toEqual([0, 255, 128, 10]);
    }
    const other = cachedIce(
      { ...engine, packer: { name: "icepack", version: "file def" } },
      { folder: join(folder, "ice") },
    );
    await other.run("icepack", pack);
    expect(commands).toEqual(["icepack", "icepack"]);
  });
});
