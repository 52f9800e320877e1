import { count, significant } from "../../report/format.js";
import type { Line, Size } from "./line.js";
import { beside, lossChart } from "./loss-chart.js";

/** What is known of a phase of training behind an epoch. */
export interface TrainingView {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of each epoch so far. */
  readonly training: readonly number[];
  readonly validation: readonly number[];
  /** Least validation loss so far, and its epoch (0: before the first). */
  readonly best: { readonly epoch: number; readonly validation: number };
  readonly samplesPerSecond: number;
}

/** Under what stands beside a label. */
const indent = " ".repeat(12);
/** Rows of the charts where there is room, and the least they can do with. */
const chartRows = 9;
const fewestRows = 6;
/** Columns of a chart. */
const narrowest = 22;
const widest = 50;
const gap = 2;

/** "epoch 3/40, training loss 0.0123, validation loss 0.0145, best 0.0141 in epoch 2, 61,240 windows/s": a plain line. */
export function trainingLine(view: TrainingView): string {
  return [epochOf(view), ...lossesOf(view), bestOf(view), speedOf(view)].join(", ");
}

/** What stands beside the bar on a terminal. */
export function trainingHeadline(view: TrainingView): string {
  return `${epochOf(view)}  ${speedOf(view)}`;
}

/** What stands under the bar on a terminal: losses, the best so far, and the curves where the terminal has room for them. */
export function trainingPanel(view: TrainingView, { columns, rows }: Size): Line[] {
  const { training, validation, epochs, best } = view;
  const figures: Line = [`${indent}${lossesOf(view).join("  ")}  `, { text: bestOf(view), style: "strong" }];
  const size = {
    columns: Math.min(widest, Math.floor((columns - gap) / 2)),
    rows: Math.min(chartRows, rows - 1),
  };
  if (size.columns < narrowest || size.rows < fewestRows) return [figures];
  const mark = best.epoch === 0 ? undefined : best.epoch - 1;
  const charts = beside(
    lossChart({ title: "validation loss (● best)", losses: validation, epochs, mark, style: "strong" }, size),
    lossChart({ title: "training loss", losses: training, epochs }, size),
    gap,
  );
  return [figures, ...charts];
}

function epochOf({ epoch, epochs }: TrainingView): string {
  return `epoch ${epoch}/${epochs}`;
}

function lossesOf({ training, validation }: TrainingView): string[] {
  const last = (losses: readonly number[]) => significant(losses.at(-1) ?? Number.NaN);
  return [`training loss ${last(training)}`, `validation loss ${last(validation)}`];
}

function bestOf({ best }: TrainingView): string {
  return `best ${significant(best.validation)} ${best.epoch === 0 ? "before the first epoch" : `in epoch ${best.epoch}`}`;
}

function speedOf({ samplesPerSecond }: TrainingView): string {
  return `${count(samplesPerSecond)} windows/s`;
}
