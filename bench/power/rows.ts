import { setImmediate } from "node:timers/promises";
import { buildAccelerator, device, planAccelerator, simulateAccelerator } from "../../src/accelerator/index.js";
import { defaultActivity, simulatedActivity, type Toggles } from "../../src/accelerator/power/activity.js";
import { givenStaticPower, powerTechnology } from "../../src/accelerator/power/coefficients.js";
import { type Banded, estimatePower, type PowerEstimate } from "../../src/accelerator/power/power.js";
import { buildGraph, countMultiplications } from "../../src/model/index.js";
import { renderTable } from "../../src/report/table.js";
import { trainedModel } from "../accelerator/model.js";
import type { DeviceName, RowSpec } from "../accelerator/rows.js";
import type { Store } from "../accuracy/store.js";
import { paperDesigns } from "./papers.js";

/** Static powers of the XC7S15 that are possible, in mW. */
export const staticPowers = [20, 30, 40, 50, 60] as const;
/** Energy of the papers' design over ours. */
export const wantedRatio = 48;
/** Windows simulated in one go. */
const piece = 16;

export interface PowerRow {
  readonly name: string;
  readonly device: string;
  readonly dModel: number;
  readonly bits: number;
  readonly folded: boolean;
  readonly cycles: number;
  readonly initiationInterval: number;
  readonly multiplications: number;
  readonly resources: {
    readonly lut: number;
    readonly lutram: number;
    readonly ff: number;
    readonly dsp: number;
    readonly blockRam: number;
  };
  /** Of one inference, simulated. */
  readonly toggles: Toggles;
  readonly windows: number;
  readonly label: string;
  /** Microjoules of one inference but for static power, by part. */
  readonly dynamicParts: readonly { readonly part: string; readonly microjoules: number }[];
  readonly dynamicMicrojoules: Banded;
  /** The same by the default activity of the plan alone, over the simulated. */
  readonly assumedOverSimulated: number;
  /** The papers' cycles and microjoules; null: they have no such design. */
  readonly published: { readonly cycles: number; readonly microjoules: number } | null;
  /** For each static power: our microjoules, and theirs over ours. */
  readonly byStatic: readonly {
    readonly milliwatts: number;
    readonly microjoules: Banded;
    readonly ratio: Banded | null;
  }[];
}

/** A row, and the device it is planned for. */
export interface PowerSpec extends RowSpec {
  readonly device: DeviceName;
}

interface Effort {
  readonly quick: boolean;
  readonly windows: number;
  readonly progress: (text: string) => void;
}

/** Plans and simulates a briefly trained model on real test windows, and estimates its energy. */
export async function measurePower(
  spec: PowerSpec,
  models: Store,
  { quick, windows, progress }: Effort,
): Promise<PowerRow> {
  const trained = await trainedModel(spec, models, { quick, progress });
  const { model } = trained;
  const target = device(spec.device);
  const plan = planAccelerator(model, { device: target });
  const accelerator = buildAccelerator(model, plan);
  const codes = trained.windows(windows);
  const size = trained.inputs * model.architecture.window;
  const counted = [];
  let inferences = 0;
  for (let at = 0; at < codes.length; at += piece * size) {
    const part = codes.subarray(at, at + piece * size);
    const result = simulateAccelerator(model, plan, accelerator, part, { countToggles: true });
    if (result.mismatches > 0) throw new Error(`${spec.name}: ${result.mismatches} windows differ from the model`);
    counted.push(...(result.toggles ?? []));
    inferences += result.inferences;
    progress(`${spec.name}: ${inferences} windows simulated`);
    await setImmediate();
  }
  const activity = simulatedActivity(counted, inferences);
  const cycles = plan.cyclesPerInference;
  const estimate = (milliwatts: number, of = activity): PowerEstimate =>
    estimatePower({
      activity: of,
      technology: powerTechnology(target),
      static: givenStaticPower(milliwatts),
      clockHz: target.clockHz,
      cycles,
      resources: plan.estimate,
    });
  const one = estimate(0);
  const published = publishedOf(spec);
  return {
    name: spec.name,
    device: spec.device,
    dModel: spec.dModel,
    bits: spec.bits,
    folded: spec.folds.length > 0,
    cycles,
    initiationInterval: plan.initiationInterval,
    multiplications: countMultiplications(buildGraph(model.architecture, model.precision)).perWindow,
    resources: plan.estimate,
    toggles: activity.toggles,
    windows: inferences,
    label: one.label,
    dynamicParts: one.energyParts.filter(({ part }) => part !== "static"),
    dynamicMicrojoules: one.energyPerInference,
    assumedOverSimulated: estimate(0, defaultActivity(plan)).energyPerInference.value / one.energyPerInference.value,
    published,
    byStatic: staticPowers.map((milliwatts) => {
      const microjoules = estimate(milliwatts).energyPerInference;
      const ratio = published && {
        value: published.microjoules / microjoules.value,
        low: published.microjoules / microjoules.high,
        high: published.microjoules / microjoules.low,
      };
      return { milliwatts, microjoules, ratio };
    }),
  };
}

function publishedOf({ published, bits, device: name }: PowerSpec): PowerRow["published"] {
  if (published === null || bits !== 4 || name !== "xc7s15") return null;
  return { cycles: published, microjoules: (published / paperDesigns.clockHz) * paperDesigns.milliwatts * 1e3 };
}

const right = (title: string) => ({ title, align: "right" as const });

export function splitTable(rows: readonly PowerRow[]): string {
  const parts = rows[0]?.dynamicParts.map(({ part }) => part) ?? [];
  return renderTable(
    ["network", right("cycles"), ...parts.map(right), right("dynamic"), right("band"), right("by default activity")],
    rows.map((row) => [
      row.name,
      String(row.cycles),
      ...row.dynamicParts.map(({ microjoules }) => microjoules.toFixed(3)),
      row.dynamicMicrojoules.value.toFixed(3),
      `${row.dynamicMicrojoules.low.toFixed(2)} .. ${row.dynamicMicrojoules.high.toFixed(2)}`,
      `x ${row.assumedOverSimulated.toFixed(2)}`,
    ]),
  );
}

export function ratiosTable(rows: readonly PowerRow[]): string {
  return renderTable(
    [
      "network",
      right("theirs, uJ"),
      ...staticPowers.map((milliwatts) => right(`${milliwatts} mW`)),
      right("low, 60 mW"),
      right("high, 20 mW"),
    ],
    rows.flatMap((row) => {
      const { published } = row;
      if (published === null) return [];
      const ratios = row.byStatic.map(({ ratio }) => ratio?.value.toFixed(1) ?? "");
      const last = row.byStatic[row.byStatic.length - 1]?.ratio?.low.toFixed(1) ?? "";
      const first = row.byStatic[0]?.ratio?.high.toFixed(1) ?? "";
      return [[row.name, published.microjoules.toFixed(1), ...ratios, last, first]];
    }),
  );
}
