import { type Command, Option } from "commander";
import { usualSearchEffort, usualTrainings } from "../search/recovery/options.js";
import { sensitivityMethods } from "../search/types.js";
import { builtinSeries, type Configuration, type ConfigurationKey, configurationSchema } from "./configuration.js";
import { powerKeys } from "./power-keys.js";
import { flagOf } from "./resolve-configuration.js";

type OptionKind = "text" | "number" | "list" | "time" | "boolean" | "policy" | "split" | "plan" | "widths";

interface OptionText {
  readonly kind: OptionKind;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly help: string;
}

/** How each setting appears on the command line; what it may be stands in the configuration's schema alone. */
export const optionTexts: Readonly<Record<ConfigurationKey, OptionText>> = {
  data: { kind: "text", value: "file", help: `the recording, CSV or Parquet; "${builtinSeries}" is a built-in series` },
  target: { kind: "list", value: "column", help: "column to forecast; several with commas or by repeating the option" },
  inputs: { kind: "list", value: "columns", help: "columns the forecast is made from (default: the targets)" },
  timestampColumn: {
    kind: "time",
    value: "columns",
    help: 'column with the time, or several that make it up; "none" (default: recognised)',
  },
  dateOrder: { kind: "text", value: "order", help: 'of 03/04/2026: "dmy" or "mdy" (default: what the dates prove)' },
  stepSeconds: { kind: "number", value: "seconds", help: "regular step of the recording (default: recognised)" },
  delimiter: { kind: "text", value: "character", help: "between the fields of a CSV (default: recognised)" },
  decimal: { kind: "text", value: "sign", help: 'decimal sign of a CSV, "." or "," (default: recognised)' },
  header: {
    kind: "boolean",
    value: "yes|no",
    help: "whether a CSV's first line names the columns (default: recognised)",
  },
  missingTokens: {
    kind: "list",
    value: "texts",
    help: 'texts that mean "no value" (default: empty, NA, N/A, NaN, null, none)',
  },
  missing: {
    kind: "policy",
    value: "policy",
    help: 'missing values: "error", "drop" (windows they touch), "interpolate:N"',
  },
  gaps: { kind: "policy", value: "policy", help: 'steps left out: "error", "drop", "interpolate:N" (at most N steps)' },
  duplicates: { kind: "text", value: "policy", help: 'rows with the same time: "error", "first", "last" or "mean"' },
  unsorted: { kind: "text", value: "policy", help: 'rows out of order: "error" or "sort"' },
  irregular: {
    kind: "policy",
    value: "policy",
    help: 'steps of other lengths: "error", "drop", "accept:N" (N steps as one)',
  },
  infinite: { kind: "text", value: "policy", help: 'infinite values: "error" or "missing"' },
  splitColumn: { kind: "text", value: "column", help: 'column that says "train", "validation" or "test" for each row' },
  split: {
    kind: "split",
    value: "fractions",
    help: 'or parts by time, in this order: "0.6/0.2/0.2" (train/validation/test)',
  },
  validationFraction: {
    kind: "number",
    value: "fraction",
    help: "of the training rows, where --split-column names no validation rows",
  },

  window: { kind: "number", value: "n", help: "samples in the look-back window" },
  horizon: { kind: "number", value: "steps", help: "steps ahead that are forecast" },
  dModel: { kind: "number", value: "d", help: "features of a token (d_model)" },
  heads: { kind: "number", value: "h", help: "attention heads; divides d_model" },
  layers: { kind: "number", value: "L", help: "encoder layers" },
  feedForward: { kind: "number", value: "f", help: "hidden features of the feed-forward part (default: 4 d_model)" },
  folds: {
    kind: "list",
    value: "names",
    help: 'what algebra takes out of the network behind the float phase: "value", "query", "tail" (docs/arithmetic.md)',
  },
  bits: { kind: "number", value: "bits", help: "width of every weight and hidden activation, 2 to 8" },
  weightBits: { kind: "number", value: "bits", help: "width of the weights (default: --bits)" },
  activationBits: { kind: "number", value: "bits", help: "width of the hidden activations (default: --bits)" },
  sampleBits: { kind: "number", value: "bits", help: "width of the window's samples, 2 to 16" },
  forecastBits: { kind: "number", value: "bits", help: "width of the forecast, 2 to 16" },
  scales: {
    kind: "text",
    value: "kind",
    help: '"free", or "power-of-two": requantisers that shift instead of multiplying (docs/arithmetic.md)',
  },
  weightScales: {
    kind: "text",
    value: "of",
    help: 'what has a scale of its own, and a multiplier or a shift: "rows" of a weight (default with free scales) or its "matrix" (with power-of-two)',
  },

  widths: {
    kind: "widths",
    value: "widths",
    help: 'of single weights and hidden activations, "layers.0.hidden=6,embed.weight=8"; with --precision auto they are left as they are',
  },

  precision: {
    kind: "text",
    value: "how",
    help: '"uniform" (--bits, --widths), or "auto": widths chosen with lanes and memories, within the device and the limits (docs/search.md)',
  },
  maxLatency: { kind: "text", value: "time", help: "of an inference, at most: 800ns, 100us, 1ms" },
  maxEnergy: { kind: "text", value: "energy", help: "of an inference, at most: 900nJ, 10uJ" },
  maxRmseLoss: {
    kind: "text",
    value: "share",
    help: "of the integer-only model against the float model, on validation, at most: 1%",
  },
  objective: {
    kind: "text",
    value: "what",
    help: 'made least within the limits: "error", "energy", "area" or "latency" (default: "energy" with --max-rmse-loss, else "error")',
  },
  sensitivity: {
    kind: "text",
    value: "method",
    help: `how the cost of a tensor's width is come by: ${sensitivityMethods.map((name) => `"${name}"`).join(", ")} (default: docs/search.md)`,
  },
  trainings: {
    kind: "number",
    value: "count",
    help: `quantisation-aware trainings at most, each of another choice (default: ${usualTrainings})`,
  },
  effort: {
    kind: "number",
    value: "count",
    help: `nodes of each search for a choice, at most: more come closer to the optimum, or prove it (default: ${usualSearchEffort})`,
  },

  quantisation: {
    kind: "text",
    value: "how",
    help: '"qat" (quantisation-aware training), or "post-training": none, in a fraction of the time and with more loss (docs/training.md)',
  },
  seed: { kind: "number", value: "number", help: "the same seed gives the same bits, on any machine" },
  epochs: { kind: "number", value: "count", help: "epochs in floating point, at most" },
  qatEpochs: { kind: "number", value: "count", help: "quantisation-aware epochs after them, at most" },
  batch: { kind: "number", value: "windows", help: "windows in a batch" },
  learningRate: { kind: "number", value: "rate", help: "highest learning rate of float training" },
  qatLearningRate: { kind: "number", value: "rate", help: "highest learning rate of quantisation-aware training" },
  patience: { kind: "number", value: "epochs", help: "epochs without a better validation loss before a phase ends" },
  threads: {
    kind: "number",
    value: "count",
    help: "threads to train on, which change no bit (default: the cores there are, at most 4)",
  },
  from: {
    kind: "text",
    value: "file",
    help: "a float model trained elsewhere (safetensors, names in docs/training.md): only the quantisation-aware phase is trained",
  },

  device: { kind: "text", value: "name", help: "the FPGA whose budget must hold the design" },
  clock: { kind: "number", value: "MHz", help: "clock at which latency is given, if not the device's usual one" },
  mode: {
    kind: "text",
    value: "mode",
    help: '"window": n samples in, a forecast out; "sample": one new sample in, a forecast out',
  },
  goal: {
    kind: "text",
    value: "goal",
    help: 'of all plans that fit, the one with the fewest cycles ("latency"), LUTs ("area") or the least switching ("energy")',
  },
  plan: {
    kind: "plan",
    value: "choices",
    help: 'parts of the plan by name, "layers.*.self_attn.keys=block,unit matrix.lanesIn=16", or "none"; the rest is planned (docs/hardware.md)',
  },
  windows: { kind: "number", value: "count", help: "test windows that are simulated" },
  ghdl: {
    kind: "text",
    value: "when",
    help: 'simulate the VHDL in GHDL: "auto" (where it is on the PATH), "yes" or "no"',
  },
  icarus: { kind: "text", value: "when", help: "simulate the Verilog in Icarus Verilog: likewise" },
  yosys: { kind: "text", value: "which", help: '"wasm" (comes with Gatecast) or "native" (the one on the PATH)' },
  tool: {
    kind: "text",
    value: "name",
    help: 'what places and routes: "auto" (nextpnr for iCE40), "vivado" or "openxc7" for the 7 series',
  },
  route: {
    kind: "text",
    value: "when",
    help: 'place and route, and make a bitstream: "auto" (where the tools are there), "yes" or "no"',
  },
  board: {
    kind: "text",
    value: "name",
    help: "the board a bitstream is made for (default: the first known one of the device)",
  },

  period: {
    kind: "number",
    value: "seconds",
    help: "from one inference to the next, for average power and battery life",
  },
  battery: { kind: "number", value: "mAh", help: "capacity of the battery" },
  batteryVolts: { kind: "number", value: "V", help: "its voltage" },
  sleepCurrent: { kind: "number", value: "uA", help: "what the battery gives while the device is switched off" },
  configurationEnergy: {
    kind: "number",
    value: "mJ",
    help: "to switch the device on and load its bitstream (default: what is known of the device)",
  },
  configurationTime: {
    kind: "number",
    value: "ms",
    help: "that this takes (default: what is known of the device)",
  },
  staticPower: { kind: "number", value: "mW", help: "static power (default: what is known or assumed of the device)" },
  powerCalibration: {
    kind: "text",
    value: "file",
    help: "coefficients of `gatecast calibrate-power` (default: those of docs/power.md)",
  },

  out: { kind: "text", value: "folder", help: "the run's folder (default: runs/NAME-OF-THE-DATA)" },
};

/** The headings of the help, and which settings stand under each. */
export const optionGroups = {
  "The data:": [
    "data",
    "target",
    "inputs",
    "timestampColumn",
    "dateOrder",
    "stepSeconds",
    "delimiter",
    "decimal",
    "header",
    "missingTokens",
    "missing",
    "gaps",
    "duplicates",
    "unsorted",
    "irregular",
    "infinite",
    "splitColumn",
    "split",
    "validationFraction",
  ],
  "The network:": [
    "window",
    "horizon",
    "dModel",
    "heads",
    "layers",
    "feedForward",
    "folds",
    "bits",
    "weightBits",
    "activationBits",
    "sampleBits",
    "forecastBits",
    "scales",
    "weightScales",
    "widths",
  ],
  "The precision, chosen (--precision auto):": [
    "precision",
    "maxLatency",
    "maxEnergy",
    "maxRmseLoss",
    "objective",
    "sensitivity",
    "trainings",
    "effort",
  ],
  "Training:": [
    "quantisation",
    "seed",
    "epochs",
    "qatEpochs",
    "batch",
    "learningRate",
    "qatLearningRate",
    "patience",
    "threads",
    "from",
  ],
  "The hardware:": [
    "device",
    "clock",
    "mode",
    "goal",
    "plan",
    "windows",
    "ghdl",
    "icarus",
    "yosys",
    "tool",
    "route",
    "board",
  ],
  "Power and battery:": powerKeys,
} as const satisfies Record<string, readonly ConfigurationKey[]>;

/** Adds the options of these settings to a command, under their headings, defaults shown. */
export function addSettings(
  command: Command,
  keys: readonly ConfigurationKey[],
  defaults: Readonly<Partial<Record<ConfigurationKey, unknown>>>,
): void {
  for (const [heading, members] of Object.entries(optionGroups)) {
    for (const key of members) {
      if (!keys.includes(key)) continue;
      const { kind, value, help } = optionTexts[key];
      const standard = defaults[key];
      const shown =
        help.includes("(default:") || !isShown(standard) ? help : `${help} (default: ${standardText(standard)})`;
      const option = new Option(`${flagOf(key)} <${value}>`, shown).helpGroup(heading).argParser(parsers[kind]);
      command.addOption(option);
    }
  }
}

/** What was given on the command line, by setting. */
export function settingsGiven(command: Command, keys: readonly ConfigurationKey[]): Record<string, unknown> {
  const options: Record<string, unknown> = command.opts();
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
}

/** The command line that makes a run of these settings: those that differ from the defaults. */
export function commandLineOf(configuration: Omit<Configuration, "out">): string {
  const standard: Partial<Record<string, unknown>> = configurationSchema.parse({ data: "-", target: "-" });
  const words = Object.entries(configuration).flatMap(([key, value]) => {
    if (JSON.stringify(value) === JSON.stringify(standard[key]) || value === null) return [];
    const text =
      key === "timestampColumn" && value === false
        ? "none"
        : key === "plan"
          ? planText(value as Configuration["plan"])
          : key === "widths"
            ? widthsText(value as Configuration["widths"])
            : standardText(value);
    return [flagOf(key), /^[\w.:/,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`];
  });
  return ["gatecast run", ...words].join(" ");
}

/** Text becomes what the schema can check; text that is no number stays text, so that the error can show it. */
const parsers: Readonly<Record<OptionKind, (text: string, before: unknown) => unknown>> = {
  text: (text) => text,
  number: toNumber,
  list: toList,
  time: (text, before) => (text === "none" ? false : toList(text, before)),
  boolean: (text) => (text === "yes" ? true : text === "no" ? false : text),
  policy: (text) => {
    const [name, steps] = text.split(":");
    return name !== undefined && steps !== undefined ? { [name]: toNumber(steps) } : text;
  },
  split: (text) => {
    const parts = text.split(/[/,]/).map(toNumber);
    const [train, validation, test] = parts;
    return parts.length === 3 ? { train, validation, test } : text;
  },
  plan: toPlan,
  widths: toWidths,
};

function toList(text: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before : []), ...text.split(",").map((name) => name.trim())];
}

function toNumber(text: string): number | string {
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

/** "NAME.FIELD=VALUE,..." as { NAME: { FIELD: VALUE } }; what is not of this form stays text. Lists have "+" between their values; "none" fixes nothing. */
function toPlan(text: string, before: unknown): unknown {
  if (text === "none") return {};
  const plan: Record<string, Record<string, unknown>> = typeof before === "object" ? { ...before } : {};
  for (const part of text.split(",")) {
    const [, name, field, value] = /^\s*(.+)\.(\w+)=(.+?)\s*$/.exec(part) ?? [];
    if (name === undefined || field === undefined || value === undefined) return text;
    plan[name] = { ...plan[name], [field]: value.includes("+") ? value.split("+") : toNumber(value) };
  }
  return plan;
}

/** "NAME=BITS,..." as { NAME: BITS }; what is not of this form stays text. "none" fixes nothing. */
function toWidths(text: string, before: unknown): unknown {
  if (text === "none") return {};
  const widths: Record<string, unknown> = typeof before === "object" ? { ...before } : {};
  for (const part of text.split(",")) {
    const [, name, bits] = /^\s*([^=]+?)\s*=\s*([^=]+?)\s*$/.exec(part) ?? [];
    if (name === undefined || bits === undefined) return text;
    widths[name] = toNumber(bits);
  }
  return widths;
}

function widthsText(widths: Configuration["widths"]): string {
  return Object.entries(widths)
    .map(([name, bits]) => `${name}=${bits}`)
    .join(",");
}

function planText(plan: Configuration["plan"]): string {
  return Object.entries(plan)
    .flatMap(([name, fields]) =>
      Object.entries(fields).map(
        ([field, value]) => `${name}.${field}=${typeof value === "object" ? value.join("+") : value}`,
      ),
    )
    .join(",");
}

function isShown(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === "object" && Object.keys(value).length === 0);
}

function standardText(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => (key === "interpolate" || key === "accept" ? `${key}:${part}` : part))
    .join("/");
}
