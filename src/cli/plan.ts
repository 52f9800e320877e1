import { compareFolds, device, type FoldedPlan } from "../accelerator/index.js";
import { count } from "../report/format.js";
import { renderTable } from "../report/table.js";
import type { Surroundings } from "./command-context.js";
import type { GeneralOptions } from "./commands/step-command.js";
import { clockOf } from "./steps/hardware.js";
import { untrained } from "./untrained.js";

/** Plans accelerators of a network that is not trained, without and with folds. */
export async function plan(
  options: GeneralOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<void> {
  const { configuration, graph } = await untrained(options, given, surroundings);
  const { mode, goal } = configuration;
  const rows = compareFolds(graph.architecture, graph.precision, { device: device(configuration.device), mode, goal });
  const clockMHz = clockOf(configuration);
  const shown =
    options.json === true ? JSON.stringify({ clockMHz, rows: rows.map(plainRow) }, undefined, 2) : text(rows, clockMHz);
  surroundings.stdout.write(`${shown}\n`);
}

function plainRow({ folds, multiplications, plan: planned }: FoldedPlan) {
  if (planned === null) return { folds, multiplications, fits: false };
  const { cyclesPerInference, initiationInterval, estimate } = planned;
  return { folds, multiplications, fits: true, cycles: cyclesPerInference, initiationInterval, estimate };
}

function text(rows: readonly FoldedPlan[], clockMHz: number): string {
  const whole = rows[0];
  const table = renderTable(
    [
      "folds",
      { title: "products/token", align: "right" },
      { title: "saved", align: "right" },
      { title: "cycles", align: "right" },
      { title: "saved", align: "right" },
      { title: "back to back", align: "right" },
      { title: "us", align: "right" },
      { title: "LUT", align: "right" },
      { title: "FF", align: "right" },
      { title: "DSP", align: "right" },
      { title: "block RAM", align: "right" },
    ],
    rows.map(({ folds, multiplications, plan: planned }) => {
      const saved = (before: number | undefined, now: number) =>
        folds.length === 0 || before === undefined ? null : count(before - now);
      const cells = [
        folds.length === 0 ? "none" : folds.join(", "),
        count(multiplications.perToken),
        saved(whole?.multiplications.perToken, multiplications.perToken),
      ];
      if (planned === null) return [...cells, "does not fit", null, null, null, null, null, null, null];
      const { cyclesPerInference: cycles, initiationInterval, estimate } = planned;
      return [
        ...cells,
        count(cycles),
        saved(whole?.plan?.cyclesPerInference, cycles),
        count(initiationInterval),
        (cycles / clockMHz).toFixed(1),
        ...[estimate.lut, estimate.ff, estimate.dsp, estimate.blockRam].map(count),
      ];
    }),
  );
  return [
    table,
    `Cycles are exact for these plans, resources estimated; ${clockMHz} MHz. Planned for numbers that stand in for trained ones.`,
    "What a fold costs in accuracy is measured by training with it (docs/training.md). `gatecast estimate` tells one of them in full.",
  ].join("\n");
}
