import { z } from "zod";
import { foldNames, limits, scaleKinds } from "../model/index.js";
import { objectives, sensitivityMethods } from "../search/types.js";
import { resolveSeriesOptions } from "../series/index.js";
import { floatDefaults, quantisedDefaults } from "../training/index.js";
import { type QuantityKind, quantity, quantityExpected } from "./quantities.js";

/** Name of the built-in, seeded series that stands in for a file ("--data builtin:traffic"). */
export const builtinSeries = "builtin:traffic";

/** Whether `data` names a built-in series and not a file. */
export function isBuiltin(data: string): boolean {
  return data.startsWith("builtin:");
}

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};
const dimension = (key: keyof typeof limits) => whole(limits[key][0], limits[key][1]);
const number = (error: string, least: number, most: number) =>
  z.number({ error }).min(least, { error }).max(most, { error });
const text = (error: string) => z.string({ error }).min(1, { error });
const choice = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });
const columns = (error: string) =>
  z
    .union([text(error), z.array(text(error))], { error })
    .transform((value): readonly string[] => (typeof value === "string" ? [value] : value));

/** Kept as it was given, with its unit. */
const quantityText = (kind: QuantityKind) => {
  const error = quantityExpected(kind);
  return z.string({ error }).refine((value) => quantity(value, kind) !== null, { error });
};

/** Widths of single tensors by name; which names there are depends on the network, and its graph checks them. */
const widthsByName = () => {
  const error = `names of weights and hidden activations with 2 to 8 bits each: "NAME=BITS,..." on the command line, { NAME: BITS } in a file`;
  return z.record(z.string(), z.int({ error }).min(2, { error }).max(8, { error }), { error });
};

/** What is done where values are missing or steps are left out: stop, leave out the windows touched, or fill short holes. */
const holes = () => {
  const error = `"error", "drop", or interpolate over at most N steps: "interpolate:N" on the command line, { interpolate: N } in a file`;
  return z.union([z.enum(["error", "drop"]), z.strictObject({ interpolate: z.int({ error }).positive({ error }) })], {
    error,
  });
};

const irregular = () => {
  const error = `"error", "drop", or accept up to N steps as one: "accept:N" on the command line, { accept: N } in a file`;
  return z.union([z.enum(["error", "drop"]), z.strictObject({ accept: z.number({ error }).min(1, { error }) })], {
    error,
  });
};

/** Parts of the accelerator's plan by name; which names and values there are depends on the model, and the planner checks it. */
const planError = `names with what is chosen of them: "NAME.FIELD=VALUE,..." on the command line, { NAME: { FIELD: VALUE } } in a file`;
const choicesByName = () =>
  z.record(
    z.string(),
    z.record(
      z.string(),
      z.union([z.string(), z.number(), z.array(z.string({ error: planError }), { error: planError })], {
        error: planError,
      }),
      { error: planError },
    ),
    { error: planError },
  );

/** The defaults of the data's and the training's options are those of their rooms. */
const seriesDefaults = resolveSeriesOptions({ target: "-" });

const rate = () => number("a number above 0 and at most 1", Number.MIN_VALUE, 1);
const fraction = number("a fraction above 0 and below 1", Number.EPSILON, 1 - Number.EPSILON);
const fractionsError = `three fractions that sum to 1, "0.6/0.2/0.2" on the command line`;

/**
 * The one description of every setting: what `gatecast.config.ts` may hold, what the command line may say, what a run
 * folder remembers. Defaults stand here and nowhere else; each `error` says what is expected.
 */
export const configurationSchema = z.strictObject({
  data: text("the path of a CSV or Parquet file"),
  target: columns("the name of a column, or several").refine((names) => names.length > 0, {
    error: "the name of at least one column",
  }),
  inputs: columns("names of columns").default([]),
  timestampColumn: z
    .union([columns("the name of a column, or several that make up the time"), z.literal(false)], {
      error: `the name of a column, several, or false ("none") where there is none`,
    })
    .nullable()
    .default(null),
  dateOrder: choice("dmy", "mdy").nullable().default(null),
  stepSeconds: number("a number of seconds above 0", Number.MIN_VALUE, 1e9).nullable().default(null),
  delimiter: z.string({ error: "one character" }).length(1, { error: "one character" }).nullable().default(null),
  decimal: choice(".", ",").nullable().default(null),
  header: z.boolean({ error: "true or false" }).nullable().default(null),
  missingTokens: columns("texts that mean that no value was recorded").default([]),
  missing: holes().default(seriesDefaults.missing),
  gaps: holes().default(seriesDefaults.gaps),
  duplicates: choice("error", "first", "last", "mean").default(seriesDefaults.duplicates),
  unsorted: choice("error", "sort").default(seriesDefaults.unsorted),
  irregular: irregular().default(seriesDefaults.irregular),
  infinite: choice("error", "missing").default(seriesDefaults.infinite),
  splitColumn: text("the name of a column").nullable().default(null),
  split: z
    .strictObject({ train: fraction, validation: fraction, test: fraction }, { error: fractionsError })
    .refine((split) => Math.abs(split.train + split.validation + split.test - 1) < 1e-9, { error: fractionsError })
    .default(seriesDefaults.splitFractions),
  validationFraction: fraction.default(seriesDefaults.validationFraction),

  window: dimension("window").default(24),
  horizon: dimension("horizon").default(1),
  dModel: dimension("dModel").default(16),
  heads: dimension("heads").default(1),
  layers: dimension("layers").default(1),
  feedForward: dimension("feedForward").nullable().default(null),
  folds: z.array(choice(...foldNames)).default([]),
  bits: whole(2, 8).default(4),
  weightBits: whole(2, 8).nullable().default(null),
  activationBits: whole(2, 8).nullable().default(null),
  sampleBits: whole(2, 16).default(12),
  forecastBits: whole(2, 16).default(16),
  scales: choice(...scaleKinds).default("free"),
  weightScales: choice("rows", "matrix").nullable().default(null),
  widths: widthsByName().default({}),

  precision: choice("uniform", "auto").default("uniform"),
  maxLatency: quantityText("time").nullable().default(null),
  maxEnergy: quantityText("energy").nullable().default(null),
  maxRmseLoss: quantityText("share").nullable().default(null),
  objective: choice(...objectives)
    .nullable()
    .default(null),
  sensitivity: choice(...sensitivityMethods)
    .nullable()
    .default(null),
  trainings: whole(1, 100).nullable().default(null),
  effort: whole(1, 1_000_000).nullable().default(null),

  quantisation: choice("qat", "post-training").default("qat"),
  seed: whole(0, 2 ** 32 - 1).default(1),
  epochs: whole(1, 10_000).default(floatDefaults.epochs),
  qatEpochs: whole(1, 10_000).default(quantisedDefaults.epochs),
  batch: whole(1, 65_536).default(floatDefaults.batch),
  learningRate: rate().default(floatDefaults.learningRate),
  qatLearningRate: rate().default(quantisedDefaults.learningRate),
  patience: whole(1, 10_000).default(floatDefaults.patience),
  threads: whole(1, 64).nullable().default(null),
  from: text("the path of a safetensors file").nullable().default(null),

  device: text("the name of a device").default("xc7s15"),
  clock: number("a frequency in MHz from 1 to 1000", 1, 1000).nullable().default(null),
  mode: choice("window", "sample").default("window"),
  goal: choice("latency", "area", "energy").default("latency"),
  plan: choicesByName().default({}),
  windows: whole(1, 1_000_000).default(256),
  ghdl: choice("auto", "yes", "no").default("auto"),
  icarus: choice("auto", "yes", "no").default("auto"),
  yosys: choice("wasm", "native").default("wasm"),
  tool: choice("auto", "vivado", "openxc7").default("auto"),
  route: choice("auto", "yes", "no").default("auto"),
  board: text("the name of a board").nullable().default(null),

  period: number("a number of seconds above 0", Number.MIN_VALUE, 1e9).nullable().default(null),
  battery: number("a capacity in mAh above 0", Number.MIN_VALUE, 1e9).nullable().default(null),
  batteryVolts: number("a voltage from 0.5 to 1000", 0.5, 1000).default(3.7),
  sleepCurrent: number("a current in uA, 0 or more", 0, 1e9).default(0),
  configurationEnergy: number("an energy in mJ, 0 or more", 0, 1e9).nullable().default(null),
  configurationTime: number("a time in ms, 0 or more", 0, 1e9).nullable().default(null),
  staticPower: number("a power in mW, 0 to 10,000", 0, 10_000).nullable().default(null),
  powerCalibration: text("the path of a file of `gatecast calibrate-power`").nullable().default(null),

  out: text("the path of a folder").nullable().default(null),
});

/** Every setting, with its default where it was not given. */
export type Configuration = z.output<typeof configurationSchema>;
/** What a configuration file may hold: any of the settings. */
export type Settings = Partial<z.input<typeof configurationSchema>>;
export type ConfigurationKey = keyof Configuration;

/** The keys in the order in which help and manifest show them. */
export const configurationKeys = Object.keys(configurationSchema.shape) as ConfigurationKey[];

/**
 * The settings of a project, for `gatecast.config.ts`; returns them unchanged, with their types checked by the editor.
 *
 * ```ts
 * import { defineConfig } from "gatecast";
 * export default defineConfig({ data: "flow.csv", target: "flow", window: 24, dModel: 16, bits: 4 });
 * ```
 */
export function defineConfig(settings: Settings): Settings {
  return settings;
}
