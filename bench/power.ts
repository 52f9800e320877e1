import { fileURLToPath } from "node:url";
import { device } from "../src/accelerator/index.js";
import { openStores } from "./accelerator/measure.js";
import { datasetOf } from "./accelerator/model.js";
import { rowSpecs } from "./accelerator/rows.js";
import { readRecording } from "./accuracy/datasets.js";
import type { Bench } from "./common/bench.js";
import { paperDesigns } from "./power/papers.js";
import { measureRates, ratesTable } from "./power/rates.js";
import { measurePower, type PowerRow, ratiosTable, splitTable, staticPowers, wantedRatio } from "./power/rows.js";

/** Rows that are measured unless others are named: those whose published design's power is known, as they are and folded; and more for the rates. */
const usual = ["d16-4bit", "d32-4bit", "d64-4bit", "d16-4bit-folded", "d32-4bit-folded", "d64-4bit-folded"];
const others = ["d8-4bit", "d16-8bit", "d32-6bit"];
/** Test windows, spread over the test part. */
const windows = { full: 64, quick: 12 } as const;

/** Energy of an inference beside the papers' design for every static power that is possible, and the activity it is made of. */
export const power: Bench = {
  name: "power",
  summary: "energy of an inference beside the papers' design, from toggles on real windows",
  options: { rows: `of ${rowSpecs.map(({ name }) => name).join(",")}; ${[...usual, ...others].join(",")} by default` },
  async run(options, { print, progress }) {
    const { quick } = options;
    const names = options.choices(
      "rows",
      rowSpecs.map(({ name }) => name),
    ) ?? [...usual, ...(quick ? [] : others)];
    const specs = rowSpecs.filter(({ name }) => names.includes(name));
    for (const spec of specs) readRecording(datasetOf(spec));
    const { models } = openStores(fileURLToPath(new URL("..", import.meta.url)));
    const rows: PowerRow[] = [];
    for (const spec of specs) {
      rows.push(await measurePower(spec, models, { quick, windows: windows[quick ? "quick" : "full"], progress }));
    }
    const target = device("xc7s15");
    print(`\n${splitTable(rows)}\n`);
    print(
      `Energies at ${target.clockHz / 1e6} MHz in uJ of one inference by the ${rows[0]?.label ?? ""} coefficients of docs/power.md.`,
    );
    print(`\n${ratiosTable(rows)}\n`);
    print(
      `Energy of the papers' design (its cycles times ${paperDesigns.milliwatts} mW) over ours, for static powers of ${staticPowers.join(", ")} mW.`,
    );
    print(
      `Wanted: ${wantedRatio} or more everywhere. "low" and "high": with our dynamic energy at the ends of its band.`,
    );
    const rates = measureRates(rows);
    print(`\n${ratesTable(rows, rates)}\n`);
    print(
      "Toggles of each resource (by estimate) in a cycle, back to back; the means are the rates of src/accelerator/power/activity-rates.ts.",
    );
    return { rows, rates, wanted: wantedRatio };
  },
};
