import { fileURLToPath } from "node:url";
import { GatecastError } from "../src/errors.js";
import { measureRow, openStores } from "./accelerator/measure.js";
import { datasetOf, epochs } from "./accelerator/model.js";
import type { AcceleratorRow } from "./accelerator/row.js";
import { rowSpecs } from "./accelerator/rows.js";
import { acceleratorTable, remarks } from "./accelerator/table.js";
import { readRecording } from "./accuracy/datasets.js";
import type { Bench } from "./common/bench.js";

/** Windows of each row in our simulator and in GHDL. */
const full = { windows: 1000, ghdlWindows: 16 } as const;
/** One small row, without GHDL: to see that it runs. */
const quickly = { rows: 1, windows: 200, ghdlWindows: 0 } as const;

/** Cycles and resources of the accelerators beside those of the published design, each proved equal to its model. */
export const accelerator: Bench = {
  name: "accelerator",
  summary: "cycles and resources on the XC7S15 beside the published design's; bit-exactness on real windows",
  options: {
    rows: `of ${rowSpecs.map(({ name }) => name).join(",")}; all by default`,
    windows: `in our simulator, for each row; ${full.windows} by default`,
    ghdl: `windows in GHDL; ${full.ghdlWindows} by default, 0: without GHDL`,
  },
  async run(options, { print, progress }) {
    const { quick } = options;
    const known = rowSpecs.map(({ name }) => name);
    const names = options.choices("rows", known) ?? known.slice(0, quick ? quickly.rows : known.length);
    const specs = rowSpecs.filter(({ name }) => names.includes(name));
    const usual = quick ? quickly : full;
    const effort = {
      quick,
      windows: options.number("windows", 5, 1_000_000) ?? usual.windows,
      ghdlWindows: options.number("ghdl", 0, 10_000) ?? usual.ghdlWindows,
    };
    // A recording that is missing is to be known before an hour of work, not behind it.
    for (const spec of specs) readRecording(datasetOf(spec));
    const stores = openStores(fileURLToPath(new URL("..", import.meta.url)));

    const rows: AcceleratorRow[] = [];
    for (const spec of specs) rows.push(await measureRow(spec, effort, stores, progress));
    print(`\n${acceleratorTable(rows)}\n`);
    for (const line of remarks(rows)) print(line);
    const { float, quantised } = epochs[quick ? "quick" : "full"];
    print(
      `\nThe models are briefly trained on real recordings (${float} + ${quantised} epochs): this bench measures hardware, not forecasts. Cycles:`,
    );
    print(
      "first input to last output on an idle machine; interval: back to back; both counted by the plan and found in",
    );
    print(
      "simulation. published: the papers' accelerator of the same network. depth: levels of logic between registers.",
    );
    if (quick) print(`--quick measures ${quickly.rows} row with fewer windows, and leaves out GHDL.`);
    const failed = rows.filter(({ failures }) => failures.length > 0);
    if (failed.length === 0) return { rows };
    const list = failed.flatMap(({ name, failures }) => failures.map((text) => `${name}: ${text}`)).join("\n");
    return {
      rows,
      failed: new GatecastError("verification", `${failed.length} of ${rows.length} rows failed.\n${list}`, {
        remedy: "Mend what is named, and start the bench again: it goes on with what is missing.",
      }),
    };
  },
};
