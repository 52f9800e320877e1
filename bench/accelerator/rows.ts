import { type Fold, foldNames, type ScaleKind } from "../../src/model/index.js";

/** A row of the table: a network, what it is trained on, and the figures it is set against. */
export interface RowSpec {
  readonly name: string;
  readonly dModel: number;
  /** Of every weight and hidden activation. */
  readonly bits: number;
  readonly heads: number;
  readonly layers: number;
  /** A data set of bench/accuracy/datasets.ts, which also says the inputs. */
  readonly dataset: string;
  /** Columns that are forecast, other than the data set's own. */
  readonly targets?: readonly string[];
  /** What algebra has taken out of the graph. */
  readonly folds: readonly Fold[];
  /** What requantisers scale by; free by default. */
  readonly scales?: ScaleKind;
  /** The XC7S15 by default. */
  readonly device?: DeviceName;
  /** Cycles of one inference of the published accelerators (arXiv 2407.11041, 2505.17662); null: they have no such one. */
  readonly published: number | null;
  /** The most cycles wanted of ours; null: as few as there are on that device. */
  readonly wanted: number | null;
}

const usual = { heads: 1, layers: 1, dataset: "pems_lane", folds: [] } as const;

/** All with a window of 24 and one step ahead. */
const unfolded: readonly RowSpec[] = [
  { ...usual, name: "d8-4bit", dModel: 8, bits: 4, published: 54_366, wanted: 412 },
  { ...usual, name: "d16-4bit", dModel: 16, bits: 4, published: 121_032, wanted: 917 },
  { ...usual, name: "d32-4bit", dModel: 32, bits: 4, published: 353_496, wanted: 2_678 },
  { ...usual, name: "d64-4bit", dModel: 64, bits: 4, published: 1_188_030, wanted: 9_000 },
  { ...usual, name: "d16-8bit", dModel: 16, bits: 8, published: 125_768, wanted: 2_000 },
  { ...usual, name: "d32-6bit", dModel: 32, bits: 6, published: 353_600, wanted: 5_000 },
  { ...usual, name: "d32-8bit", dModel: 32, bits: 8, published: 353_784, wanted: 8_000 },
  { ...usual, name: "d32-4bit-m7", dModel: 32, bits: 4, dataset: "etth1_all", published: null, wanted: 2_900 },
  {
    ...usual,
    name: "d32-4bit-m7-h4-L2",
    dModel: 32,
    bits: 4,
    heads: 4,
    layers: 2,
    dataset: "etth1_all",
    targets: ["OT", "HUFL", "MUFL"],
    published: null,
    wanted: 6_000,
  },
];

/** The same network folded: as many cycles at most. */
function foldedAs(name: string, folds: readonly Fold[]): RowSpec {
  const whole = unfolded.find((row) => row.name === name);
  if (whole === undefined) throw new Error(`no row ${name}`);
  const words = folds.length === foldNames.length ? "folded" : folds.join("-");
  return { ...whole, name: `${name}-${words}`, folds };
}

/** The same network with requantisers that shift: as many cycles at most. */
function shiftingAs(name: string): RowSpec {
  const free = unfolded.find((row) => row.name === name);
  if (free === undefined) throw new Error(`no row ${name}`);
  return { ...free, name: `${name}-shifts`, scales: "power-of-two" };
}

/** The networks as they are, and what folds and power-of-two scales make of some of them. */
export const rowSpecs: readonly RowSpec[] = [
  ...unfolded,
  ...["d8-4bit", "d16-4bit", "d32-4bit", "d64-4bit", "d32-8bit"].map((name) => foldedAs(name, foldNames)),
  ...foldNames.map((fold) => foldedAs("d16-4bit", [fold])),
  foldedAs("d32-4bit-m7-h4-L2", ["tail"]),
  ...["d8-4bit", "d16-4bit", "d16-8bit"].map(shiftingAs),
  {
    ...usual,
    ...{ name: "d8-4bit-up5k", device: "ice40up5k", dModel: 8, bits: 4, published: 54_366, wanted: null },
  },
];

/**
 * What the table allows: of the XC7S15 90 % of its LUTs and all of the rest, where a RAMB36 counts as two RAMB18; of the UP5K all, with
 * logic cells as LUTs and its block memories of 4 Kb in the place of RAMB18.
 */
export const budgets = {
  xc7s15: { lut: 7_200, lutram: 2_400, ff: 16_000, dsp: 20, ramb18: 20 },
  ice40up5k: { lut: 5_280, lutram: 0, ff: 5_280, dsp: 8, ramb18: 30 },
} as const;
export type DeviceName = keyof typeof budgets;
export type Resource = keyof (typeof budgets)[DeviceName];

/** The device that a row is planned for. */
export function deviceOf({ device }: RowSpec): DeviceName {
  return device ?? "xc7s15";
}
