import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderTable } from "../src/report/table.js";
import { openStores } from "./accelerator/measure.js";
import { datasets, readRecording } from "./accuracy/datasets.js";
import { codeVersion, Store } from "./accuracy/store.js";
import type { Bench } from "./common/bench.js";
import { decimals } from "./common/format.js";
import { type ChoiceRow, choiceRow } from "./mixed-precision/choice.js";
import {
  type DeployabilityRow,
  mayGain,
  type Place,
  targets,
  trainedRow,
  uniformRow,
} from "./mixed-precision/deployability.js";
import { compareSensitivities, sensitivityTables } from "./mixed-precision/sensitivity.js";
import { Workshop } from "./mixed-precision/workshop.js";

const parts = ["deployability", "choice", "sensitivity"] as const;
/** The networks of the table. */
const grid = { windows: [6, 12, 18, 24], dModels: [8, 16, 32, 64], layers: [1, 2] } as const;
const chosenFor = ["pems_lane", "beijing_pm25"] as const;

/** What mixed precision makes possible, and what it saves; what is finished is kept, so an interrupted bench goes on. */
export const mixedPrecision: Bench = {
  name: "mixed-precision",
  summary: "what fits with uniform and with mixed widths, and what the automatic choice saves",
  options: {
    parts: `of ${parts.join(",")}; all by default`,
    devices: `of ${targets.map(({ device }) => device).join(",")}; all by default`,
    windows: `of the networks; ${grid.windows.join(",")} by default`,
    "d-models": `of the networks; ${grid.dModels.join(",")} by default (choice: 32,64)`,
    layers: "1,2 by default",
    datasets: `of ${chosenFor.join(",")}, for choice; both by default`,
    seeds: "how many, for choice; 5 by default",
    trainings: "yes (the default) or no: deployability tells what fits, and trains nothing",
  },
  async run(options, { print, progress }) {
    const { quick } = options;
    const chosen = options.choices("parts", [...parts]) ?? [...parts];
    const names = options.choices(
      "devices",
      targets.map(({ device }) => device),
    );
    const windows = options.numbers("windows", 6, 256) ?? (quick ? [24] : grid.windows);
    const dModels = options.numbers("d-models", 4, 128);
    const layers = options.numbers("layers", 1, 4) ?? (quick ? [1] : grid.layers);
    const recordings = options.choices("datasets", [...chosenFor]) ?? (quick ? [chosenFor[0]] : [...chosenFor]);
    const trains = !options.choices("trainings", ["yes", "no"])?.includes("no");
    const seeds = options.number("seeds", 1, 1000) ?? (quick ? 1 : 5);
    for (const dataset of datasets) if (chosenFor.some((name) => name === dataset.name)) readRecording(dataset);
    const compiled = fileURLToPath(new URL("..", import.meta.url));
    const stores = openStores(compiled);
    const folder = join(compiled, "mixed-precision");
    const store = new Store(folder, codeVersion(compiled));
    const rooms = ["src/errors.js", "src/numeric", "src/model", "src/integer", "src/rtl", "src/accelerator"];
    const plans = new Store(folder, codeVersion(compiled, rooms));
    const learning = ["src/errors.js", "src/numeric", "src/series", "src/model", "src/integer", "src/training"];
    const models = new Store(folder, codeVersion(compiled, learning));
    const workshop = new Workshop(models, { quick, progress });

    const deployability: DeployabilityRow[] = [];
    if (chosen.includes("deployability")) {
      const places = targets
        .filter(({ device }) => names?.includes(device) ?? true)
        .slice(0, quick ? 1 : undefined)
        .flatMap((target) =>
          layers.flatMap((count) =>
            (dModels ?? (quick ? [8] : grid.dModels)).flatMap((dModel) =>
              windows.map((window): Place => ({ target, window, dModel, layers: count })),
            ),
          ),
        );
      const rows = places.map((place) => {
        const row = uniformRow(place, { plans });
        progress(`${row.device}, n ${row.window}, d_model ${row.dModel}, L ${row.layers}: ${row.widest ?? "no"} bits`);
        return { place, row };
      });
      for (const { place, row } of rows)
        deployability.push(
          trains && mayGain(row) ? await trainedRow(row, place, { workshop, plans, stores, progress }) : row,
        );
      print(deployabilityTable(deployability));
      if (trains)
        print(
          `${deployability.filter(({ gained }) => gained).length} networks that no uniform width brings within device, latency and 1 % of RMSE are deployed with mixed widths.`,
        );
    }

    const choice: ChoiceRow[] = [];
    if (chosen.includes("choice")) {
      for (const dataset of recordings)
        for (const dModel of dModels ?? (quick ? [8] : [32, 64]))
          choice.push(await choiceRow({ dataset, dModel, seeds }, { workshop, stores, progress }));
      print(choiceTable(choice));
      for (const row of choice) print(narrowestText(row));
    }

    let sensitivity: object | null = null;
    if (chosen.includes("sensitivity")) {
      const subject = { dataset: "pems_lane", window: 24, dModel: 16, layers: 1, seed: 1 };
      const all = Array.from({ length: seeds }, (_, index) => index + 1);
      const compared = await compareSensitivities(subject, workshop, store, { seeds: all, quick, progress });
      print(sensitivityTables(compared));
      sensitivity = compared;
    }
    if (quick) print("--quick trains for a few epochs only: these are no figures of what the models can do.");
    return { rows: [...deployability, ...choice], deployability, choice, sensitivity };
  },
};

const right = (title: string) => ({ title, align: "right" }) as const;

function share(value: number | null): string | null {
  return value === null ? null : `${(100 * value).toFixed(2)} %`;
}

function deployabilityTable(rows: readonly DeployabilityRow[]): string {
  return renderTable(
    [
      "device",
      ...["us", "n", "d_model", "L", "LUT memories", "selectable", "2-8 bits", "loss"].map(right),
      "mixed",
      ...["loss", "cycles", "LUT", "synthesised", "windows", "differ"].map(right),
      "",
    ],
    rows.map((row) => [
      row.device,
      ...[row.microseconds, row.window, row.dModel, row.layers],
      ...[row.uniformLutOnly, row.selectableMemories, row.widest].map((bits) => bits ?? "none"),
      share(row.uniformLoss),
      row.mixed,
      share(row.rmseLoss),
      ...[row.cycles, row.lutEstimated, row.lutSynthesised],
      ...(row.windows > 0 ? [row.windows, row.mismatches] : [null, null]),
      row.gained ? "gained" : row.note,
    ]),
  );
}

function choiceTable(rows: readonly ChoiceRow[]): string {
  const columns = [
    "d_model",
    "seeds",
    "uniform",
    "/ float",
    "+-",
    "automatic",
    "+-",
    "less uniform",
    "+-",
    "random",
    "+-",
    "uJ uniform",
    "uJ",
    "saved",
    "LUT uniform",
    "LUT",
    "saved",
    "first: LUT",
  ];
  return renderTable(
    ["data", ...columns.map(right), right("synthesised")],
    rows.map((row) => [
      row.dataset,
      ...[row.dModel, row.seeds, `${row.bestUniform} bits`],
      ...[
        row.ratioBestUniform,
        row.ratioBestUniformError,
        row.ratio,
        row.ratioError,
        row.difference,
        row.differenceError,
        row.ratioBestRandom,
        row.ratioBestRandomError,
      ].map((value) => decimals(value, 4)),
      ...[row.energyBestUniform, row.energy].map((value) => decimals(value, 3)),
      share(1 - row.energy / row.energyBestUniform),
      ...[row.lutBestUniform, row.lut].map((value) => Math.round(value)),
      share(1 - row.lut / row.lutBestUniform),
      ...[row.lutEstimated, row.lutSynthesised],
    ]),
  );
}

function narrowestText({ dataset, dModel, narrowest }: ChoiceRow): string {
  const of = `${dataset}, d_model ${dModel}`;
  if (narrowest === null) return `${of}: no uniform width tried loses at most 1 % on validation.`;
  const { bits, ratio, energy, lut } = narrowest;
  return `${of}: the narrowest uniform width that loses at most 1 % on validation has ${bits} bits: ${decimals(ratio, 4)} of the float model's RMSE, ${decimals(energy, 3)} uJ, ${lut} LUT.`;
}
