import { fileURLToPath } from "node:url";
import { openStores } from "./accelerator/measure.js";
import { datasetOf } from "./accelerator/model.js";
import { deviceOf, rowSpecs } from "./accelerator/rows.js";
import { readRecording } from "./accuracy/datasets.js";
import type { Bench } from "./common/bench.js";
import { paperDesigns } from "./power/papers.js";
import { measureRates, ratesTable } from "./power/rates.js";
import { measurePower, type PowerRow, type PowerSpec, ratiosTable, splitTable, wantedRatio } from "./power/rows.js";

/** The rows of the accelerator bench, and one more on the UP5K. */
const specs: readonly PowerSpec[] = [
  ...rowSpecs.map((spec) => ({ ...spec, device: deviceOf(spec) })),
  ...rowSpecs
    .filter(({ name }) => name === "d16-4bit")
    .map((spec) => ({ ...spec, name: `${spec.name}-up5k`, device: "ice40up5k" as const })),
];
/** Those whose published design's power is known, as they are and folded. */
const compared = ["d16-4bit", "d32-4bit", "d64-4bit", "d16-4bit-folded", "d32-4bit-folded", "d64-4bit-folded"];
/** More, for the rates. */
const others = ["d8-4bit", "d16-8bit", "d8-4bit-up5k", "d16-4bit-up5k"];
/** Test windows, spread over the test part. */
const windows = { full: 64, quick: 12 } as const;

/** Energy of an inference beside the papers' design for every static power that is possible, and the activity it is made of. */
export const power: Bench = {
  name: "power",
  summary: "energy of an inference beside the papers' design, from toggles on real windows",
  options: { rows: `of ${specs.map(({ name }) => name).join(",")}; ${[...compared, ...others].join(",")} by default` },
  async run(options, { print, progress }) {
    const { quick } = options;
    const known = specs.map(({ name }) => name);
    const names = options.choices("rows", known) ?? [...compared, ...(quick ? [] : others)];
    const chosen = specs.filter(({ name }) => names.includes(name));
    for (const spec of chosen) readRecording(datasetOf(spec));
    const { models } = openStores(fileURLToPath(new URL("..", import.meta.url)));
    const rows: PowerRow[] = [];
    for (const spec of chosen) {
      rows.push(await measurePower(spec, models, { quick, windows: windows[quick ? "quick" : "full"], progress }));
    }
    print(`\n${splitTable(rows)}\n`);
    print(
      "Microjoules of one inference by the built-in coefficients of docs/power.md, uncalibrated, without static power.",
    );
    print(`\n${ratiosTable(rows)}\n`);
    print(`Energy of the papers' design (its cycles times ${paperDesigns.milliwatts} mW) over ours, by static power.`);
    print(`Wanted: ${wantedRatio} or more everywhere. "low" and "high": our dynamic energy at the ends of its band.`);
    const rates = ["xc7s15", "ice40up5k"].flatMap((device) => {
      const of = rows.filter((row) => row.device === device);
      return of.length === 0 ? [] : [{ device, rows: of, means: measureRates(of) }];
    });
    for (const one of rates) print(`\n${ratesTable(one.rows, one.means)}\n`);
    print(
      "Toggles of each resource (by estimate) in a cycle, back to back. The means over the rows that are measured by",
    );
    print("default are the rates of src/accelerator/power/activity-rates.ts.");
    return {
      rows,
      rates: rates.map(({ device, means }) => ({ device, ...means })),
      wanted: wantedRatio,
      reached: rows.every(({ byStatic }) =>
        byStatic.every(({ ratio }) => ratio === null || ratio.value >= wantedRatio),
      ),
    };
  },
};
