import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { mostLogicLevels } from "../../src/accelerator/index.js";
import { emitVerilog } from "../../src/rtl/index.js";
import { describeDepth, type LogicDepth, logicDepth } from "../../src/toolchain/netlist/depth.js";
import type { XilinxResources } from "../../src/toolchain/yosys/statistics.js";
import { synthesizeParts } from "../../src/toolchain/yosys/synthesize-parts.js";
import { wasmYosys } from "../../src/toolchain/yosys/wasm.js";
import { catalogue } from "./catalogue.js";

const MOST_LEVELS = mostLogicLevels.xc7 ?? 0;

/**
 * What each operator costs at a few parameters, with the Yosys of package.json. The table is part of the repository, so that a
 * change of cost shows in the review of the change that causes it: after a wanted one, `npx vitest run test/hardware/resources -u`.
 */
describe("each operator, synthesised", () => {
  const entries = catalogue();
  const results = new Map<string, { resources: XilinxResources; depth: LogicDepth }>();

  beforeAll(async () => {
    const files = new Map(
      entries.flatMap(({ module }) => emitVerilog(module).map(({ fileName, text }) => [fileName, text] as const)),
    );
    const found = await synthesizeParts({
      sources: [...files].map(([name, text]) => ({ name, text })),
      parts: entries.map(({ module }) => module.graph.name),
      engine: wasmYosys(),
    });
    for (const { title, module } of entries) {
      const part = found.get(module.graph.name);
      if (part) results.set(title, { resources: part.resources, depth: logicDepth(part.netlist) });
    }
  }, 900_000);

  it.each(entries.map(({ title }) => title))(
    `has at most ${MOST_LEVELS} levels of logic between registers: %s`,
    (title) => {
      const depth = results.get(title)?.depth;
      if (!depth) throw new Error("it was not synthesised");
      expect(depth.levels, describeDepth(depth)).toBeLessThanOrEqual(MOST_LEVELS);
      expect(depth.levels).toBeGreaterThan(0);
    },
  );

  it("costs exactly what the table says", async () => {
    await expect(table(results)).toMatchFileSnapshot(join(import.meta.dirname, "resources.txt"));
  });
});

function table(results: ReadonlyMap<string, { resources: XilinxResources; depth: LogicDepth }>): string {
  const rows = [["operator", "LUT", "LUTRAM", "FF", "DSP", "RAMB18", "levels"]];
  for (const [title, { resources, depth }] of results) {
    const { lut, lutram, ff, dsp, ramb18, ramb36 } = resources;
    rows.push([title, ...[lut, lutram, ff, dsp, ramb18 + 2 * ramb36, depth.levels].map(String)]);
  }
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}
