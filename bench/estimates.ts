import { fileURLToPath } from "node:url";
import { FixedChoices } from "../src/accelerator/by-name/fixed-choices.js";
import { device } from "../src/accelerator/devices.js";
import { estimateDesign } from "../src/accelerator/estimate/index.js";
import { DerivedBefore, deriveParameters } from "../src/accelerator/parameters.js";
import { technologyOf } from "../src/accelerator/technology.js";
import { trialsOf } from "../src/accelerator/trials.js";
import { buildGraph } from "../src/model/index.js";
import { renderTable } from "../src/report/table.js";
import type { Bench } from "./common/bench.js";
import { widthsText } from "./common/format.js";
import { type Counts, synthesised, withKeptChoices } from "./estimates/design.js";
import { type Drawn, deviceNames, drawDesigns } from "./estimates/draw.js";
import { quantile } from "./estimates/errors.js";
import { openStore } from "./estimates/store.js";
import { wantedDesigns } from "./estimates/wanted.js";

/** Designs that are drawn and synthesised: of one width for all tensors, and of a width for each. */
const usual = { full: { uniform: 40, mixed: 10 }, quick: { uniform: 2, mixed: 0 } } as const;
/** Seeds of the designs: others than those that `npm run calibrate` fits to. */
const FIRST_SEED = 1;

/** Estimates of random designs beside their synthesis. */
export const estimates: Bench = {
  name: "estimates",
  summary: "estimated resources beside synthesised ones, on random designs that the fit has not seen",
  options: {
    designs: `of one width, how many; ${usual.full.uniform} by default`,
    mixed: `designs beside them whose widths the search has chosen; ${usual.full.mixed} by default`,
    device: `${deviceNames.join(" or ")}; ${deviceNames[0]} by default`,
  },
  async run(options, { print, progress }) {
    const { counts: wanted, deviceName } = wantedDesigns(options, usual);
    const store = openStore(fileURLToPath(new URL("..", import.meta.url)));
    const drawn: Drawn[] = [];
    const rows: Row[] = [];
    for await (const fresh of drawDesigns(FIRST_SEED, wanted, deviceName, store)) {
      const design = withKeptChoices(fresh, store, device(deviceName).family);
      const { counts } = await synthesised(design, { store, how: "flat", progress });
      rows.push(rowOf(design, counts));
      drawn.push(design);
      progress(`${rows.length} of ${wanted.uniform + wanted.mixed} designs`);
    }
    const right = (title: string) => ({ title, align: "right" as const });
    print(
      renderTable(
        [
          "seed",
          "design",
          ...["LUT", "synthesised", "error", "FF", "synthesised", "error", "DSP", "block RAM"].map(right),
        ],
        rows.map((row) => [
          String(row.seed),
          row.design,
          ...[row.estimate.lut, row.found.lut].map(String),
          percent(row.errors.lut),
          ...[row.estimate.ff, row.found.ff].map(String),
          percent(row.errors.ff),
          same(row.estimate.dsp, row.found.dsp),
          same(row.estimate.blockRam, row.found.ramb18),
        ]),
      ),
    );
    const spread = (what: "lut" | "ff") => {
      const errors = rows.map((row) => Math.abs(row.errors[what]));
      return { median: quantile(errors, 0.5), p95: quantile(errors, 0.95) };
    };
    const result = {
      designs: rows.length,
      lut: spread("lut"),
      ff: spread("ff"),
      dspExact: rows.filter(({ estimate, found }) => estimate.dsp === found.dsp).length,
      bramExact: rows.filter(({ estimate, found }) => estimate.blockRam === found.ramb18).length,
      plansPerSecond: plansPerSecond(drawn, deviceName),
    };
    print(
      `LUT: median error ${percent(result.lut.median)}, 95th percentile ${percent(result.lut.p95)}; FF: ${percent(result.ff.median)}, ${percent(result.ff.p95)}. ` +
        `DSP exact in ${result.dspExact}, block RAM in ${result.bramExact} of ${result.designs} designs. ${Math.round(result.plansPerSecond)} plans estimated in a CPU-second.`,
    );
    return { rows, ...result };
  },
};

interface Row {
  readonly seed: number;
  readonly design: string;
  readonly estimate: Drawn["plan"]["estimate"];
  readonly found: Counts;
  /** Estimated over synthesised, less 1. */
  readonly errors: { readonly lut: number; readonly ff: number };
}

function rowOf({ seed, model, plan }: Drawn, found: Counts): Row {
  const { dModel, window, inputs, heads, layers } = model.architecture;
  const shape = `d ${dModel}, n ${window}, m ${inputs}, h ${heads}, L ${layers}, ${widthsText(model.precision)}, ${plan.mode}`;
  const graph = buildGraph(model.architecture, model.precision);
  const estimate = estimateDesign(graph, deriveParameters(graph, model, plan, "plan"), plan, technologyOf(plan.device));
  return {
    ...{ seed, design: shape, estimate, found },
    errors: { lut: estimate.lut / found.lut - 1, ff: estimate.ff / found.ff - 1 },
  };
}

/** What a search has of each network: all its trials, each derived and estimated; CPU-seconds. */
function plansPerSecond(designs: readonly Drawn[], deviceName: string): number {
  const technology = technologyOf(device(deviceName));
  let plans = 0;
  const before = process.cpuUsage();
  for (const { model, plan } of designs) {
    const graph = buildGraph(model.architecture, model.precision);
    const derived = new DerivedBefore();
    for (const { wanted } of trialsOf(graph, plan.mode, plan.device, new FixedChoices(graph))) {
      estimateDesign(graph, deriveParameters(graph, model, wanted, "plan", derived), wanted, technology);
      plans++;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return plans / ((user + system) / 1e6);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function same(estimated: number, found: number): string {
  return estimated === found ? String(found) : `${estimated}, found ${found}`;
}
