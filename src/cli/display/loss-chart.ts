import { significant } from "../../report/format.js";
import { Canvas } from "./canvas.js";
import { fitLine, type Line, type Size, type Style } from "./line.js";

/** A loss by epoch. */
export interface LossCurve {
  readonly title: string;
  /** An entry for each epoch that is done. */
  readonly losses: readonly number[];
  /** Epochs there will be: the axis has room for them. */
  readonly epochs: number;
  /** Index of the epoch to mark, if any. */
  readonly mark?: number | undefined;
  readonly style?: Style;
}

/** The axis is logarithmic where the largest loss is more than this many times the least, as in the report. */
const POWERS = 6;
/** Rows of title, axis and its labels. */
const FRAME = 3;

/**
 * A loss by epoch as a curve of Braille dots between the least and the largest so far. It fills `size` (16 columns and 5 rows at
 * least); nothing is drawn before the first epoch has ended.
 */
export function lossChart(curve: LossCurve, size: Size): Line[] {
  const { title, epochs, mark, style } = curve;
  const losses = curve.losses.filter(Number.isFinite);
  if (losses.length === 0) return [];
  const axis = axisOf(losses);
  const gutter = Math.max(axis.top.length, axis.bottom.length);
  const canvas = new Canvas(Math.max(4, size.columns - gutter - 2), Math.max(2, size.rows - FRAME));
  const last = Math.max(epochs, curve.losses.length);
  const points = curve.losses.map((loss, epoch) => ({
    x: Math.round((epoch * (canvas.width - 1)) / Math.max(1, last - 1)),
    y: Math.round((1 - axis.share(loss)) * (canvas.height - 1)),
  }));
  canvas.curve(points);
  const marked = mark === undefined ? undefined : points[mark];
  const rows = canvas.lines(style, marked).map((line, index, all): Line => {
    const label = index === 0 ? axis.top : index === all.length - 1 ? axis.bottom : "";
    return [{ text: `${label.padStart(gutter)} ${label === "" ? "│" : "┤"}`, style: "quiet" }, ...line];
  });
  const indent = " ".repeat(gutter + 2);
  const chart: Line[] = [
    [`${indent}${title}`],
    ...rows,
    [{ text: `${" ".repeat(gutter)} └${"─".repeat(canvas.columns)}`, style: "quiet" }],
    [{ text: `${indent}1${String(last).padStart(canvas.columns - 1)}`, style: "quiet" }],
  ];
  return chart.map((line) => fitLine(line, size.columns));
}

/** Charts of equal height, one beside the other. */
export function beside(left: readonly Line[], right: readonly Line[], gap: number): Line[] {
  return left.map((line, index) => [...line, " ".repeat(gap), ...(right[index] ?? [])]);
}

interface Axis {
  readonly top: string;
  readonly bottom: string;
  /** Where a loss lies between bottom (0) and top (1). */
  share(loss: number): number;
}

function axisOf(losses: readonly number[]): Axis {
  const most = Math.max(...losses);
  const least = Math.min(...losses);
  const position = least > 0 && most > POWERS * least ? Math.log2 : (loss: number) => loss;
  const span = position(most) - position(least);
  return {
    top: significant(most),
    bottom: significant(least),
    share: (loss) => (position(loss) - position(least)) / (span || 1),
  };
}
