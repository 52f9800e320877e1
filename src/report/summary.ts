import { z } from "zod";
import { GatecastError } from "../errors.js";
import { objectives, sensitivityMethods } from "../search/types.js";
import { type Check, type Forecaster, forecasters, type ReportData, resourceKinds, subjects } from "./data.js";
import { checkOf, exceeded } from "./judge.js";
import { rmseLossOf } from "./precision-data.js";

const whole = z.int().nonnegative();
/** An estimate, and the band in which it lies. */
const banded = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const errorFigures = z.strictObject({ rmse: z.number().nonnegative(), mae: z.number().nonnegative() });
const metrics = z.strictObject(
  Object.fromEntries(forecasters.map((name) => [name, errorFigures.exactOptional()])) as Record<
    Forecaster,
    z.ZodExactOptional<typeof errorFigures>
  >,
);
const counts = z.strictObject(
  Object.fromEntries(resourceKinds.map((kind) => [kind, whole.exactOptional()])) as Record<
    (typeof resourceKinds)[number],
    z.ZodExactOptional<typeof whole>
  >,
);
const check = z.strictObject({
  subject: z.enum(subjects),
  tool: z.string(),
  version: z.string(),
  windows: whole,
  mismatches: whole,
});

/**
 * The choice of widths: what was made least within which limits (shares of the float model's RMSE, cycles, microjoules), the bits of each weight and
 * hidden activation, the loss of RMSE as predicted and as measured on validation, and how many choices were trained. `gap`: how far the choice may be from
 * the best one by the estimates; 0: proven optimal.
 */
const precisionSchema = z.strictObject({
  objective: z.enum(objectives),
  limits: z.strictObject({
    cycles: z.number().positive().exactOptional(),
    microjoules: z.number().positive().exactOptional(),
    rmseLoss: z.number().positive().exactOptional(),
  }),
  quantisation: z.enum(["qat", "post-training"]),
  sensitivity: z.enum(sensitivityMethods),
  widths: z.record(z.string(), z.int().min(2).max(8)),
  rmseLoss: z.strictObject({ predicted: z.number(), measured: z.number() }),
  binding: z.array(z.string()),
  gap: z.number().nonnegative(),
  trained: whole,
});

/**
 * `summary.json` of a run: its figures, for programs. A part whose step has not been done is absent. Errors are of the first
 * target, in its unit; `targets` has all of them. `simulation` is our own cycle-accurate simulation of the register
 * transfer, `verification` every comparison that was made.
 */
export const summarySchema = z.strictObject({
  /** Of this format; rises when a key changes its meaning. */
  version: z.literal(1),
  run: z.string(),
  data: z.strictObject({
    rows: whole,
    windows: z.strictObject({ train: whole, validation: whole, test: whole }),
  }),
  /** The widths that were chosen (`--precision auto`); absent where they were given. */
  precision: precisionSchema.exactOptional(),
  metrics: metrics.exactOptional(),
  targets: z.array(z.strictObject({ column: z.string(), unit: z.string().nullable(), metrics })).exactOptional(),
  simulation: z
    .strictObject({ simulator: z.string(), windows: whole, mismatches: whole, cyclesPerInference: whole })
    .exactOptional(),
  verification: z.array(check).exactOptional(),
  /** Seeded faults: each changes the integer model, and a simulation that does not notice it has a survivor. */
  mutations: z.strictObject({ tried: whole, caught: whole, survivors: z.array(z.string()) }).exactOptional(),
  synthesis: z
    .strictObject({ tool: z.string(), device: z.string(), fits: z.boolean(), ...counts.shape })
    .exactOptional(),
  /** Place and route, where it was done; `clockReached`: at the clock aimed at. */
  implementation: z
    .strictObject({
      tool: z.string(),
      device: z.string(),
      fits: z.boolean(),
      ...counts.shape,
      fmaxMHz: z.number().positive(),
      targetMHz: z.number().positive(),
      clockReached: z.boolean(),
      bitstream: z.string().exactOptional(),
    })
    .exactOptional(),
  /** By estimate; `calibrated`: with measurements or a vendor's report. Microjoules of one inference, static power over its latency included. */
  power: z
    .strictObject({
      calibrated: z.boolean(),
      activity: z.enum(["simulated", "default"]),
      staticMilliwatts: z.number().nonnegative(),
      milliwatts: banded,
      microjoulesPerInference: banded,
    })
    .exactOptional(),
  versions: z.record(z.string(), z.string()),
  seed: z.int(),
  /** Seconds each step took. */
  durations: z.record(z.string(), z.number().nonnegative()),
});

export type Summary = z.infer<typeof summarySchema>;

/** The figures of a run, from the data of its report. */
export function buildSummary(data: ReportData): Summary {
  const { reproducibility, evaluation } = data;
  const targets = data.targets.flatMap(({ column, unit }, index) => {
    const errors = evaluation?.targets[index]?.errors;
    return errors === undefined ? [] : [{ column, unit, metrics: { ...errors } }];
  });
  const [first] = targets;
  const checks = data.verification?.checks.filter((entry): entry is Check => "tool" in entry);
  const mutations = data.verification?.mutations;
  const simulation = simulationOf(data);
  const synthesis = synthesisOf(data);
  const power = powerOf(data);
  const implementation = implementationOf(data);
  const precision = precisionOf(data);
  return {
    version: 1,
    run: data.run,
    data: { rows: data.data.rows, windows: { ...data.data.windows } },
    ...(precision && { precision }),
    ...(first && { metrics: first.metrics, targets }),
    ...(simulation && { simulation }),
    ...(checks && { verification: checks.map((entry) => ({ ...entry })) }),
    ...(mutations && { mutations: { ...mutations, survivors: [...mutations.survivors] } }),
    ...(synthesis && { synthesis }),
    ...(implementation && { implementation }),
    ...(power && { power }),
    versions: { ...reproducibility.versions },
    seed: reproducibility.seed,
    durations: Object.fromEntries(reproducibility.steps.map((step) => [step.name, step.seconds])),
  };
}

function precisionOf({ precision }: ReportData): Summary["precision"] {
  const taken = precision?.tried.find((point) => point.taken);
  if (precision === undefined || taken === undefined) return undefined;
  const { objective, limits, quantisation, sensitivity, widths, binding, gap, tried } = precision;
  return {
    objective,
    limits: { ...limits },
    quantisation,
    sensitivity: sensitivity.method,
    widths: { ...widths },
    rmseLoss: { predicted: rmseLossOf(taken.added), measured: taken.rmseLoss },
    binding: [...binding],
    gap,
    trained: tried.length,
  };
}

function simulationOf(data: ReportData): Summary["simulation"] {
  const simulated = checkOf(data, "rtl");
  const cycles = data.timing?.cycles.find((figure) => figure.basis === "simulated");
  if (simulated === undefined || cycles === undefined) return undefined;
  return {
    simulator: `${simulated.tool} ${simulated.version}`,
    windows: simulated.windows,
    mismatches: simulated.mismatches,
    cyclesPerInference: cycles.value,
  };
}

function powerOf({ power }: ReportData): Summary["power"] {
  if (power === undefined) return undefined;
  const { label, activity, static: fixed, total, energyPerInference } = power.estimate;
  return {
    calibrated: label !== "uncalibrated",
    activity,
    staticMilliwatts: fixed.milliwatts,
    milliwatts: { ...total },
    microjoulesPerInference: { ...energyPerInference },
  };
}

function synthesisOf(data: ReportData): Summary["synthesis"] {
  const synthesised = data.resources?.totals.find((total) => total.basis === "synthesised");
  if (data.resources === undefined || synthesised === undefined) return undefined;
  const { device, budget } = data.resources;
  return { tool: synthesised.source, device, fits: exceeded(budget, synthesised).length === 0, ...synthesised.used };
}

function implementationOf({ resources, implementation }: ReportData): Summary["implementation"] {
  if (resources === undefined || implementation?.state !== "done") return undefined;
  const { source, used, clock, bitstream } = implementation;
  return {
    tool: source,
    device: resources.device,
    fits: exceeded(resources.budget, { basis: "placed and routed", source, used }).length === 0,
    ...used,
    ...clock,
    clockReached: clock.fmaxMHz >= clock.targetMHz,
    ...(bitstream && { bitstream: bitstream.file }),
  };
}

/**
 * Checks what was read from a `summary.json`.
 *
 * @throws GatecastError "run" that names the first key that is wrong
 */
export function parseSummary(value: unknown): Summary {
  const parsed = summarySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = issue?.path.join(".") ?? "";
  throw new GatecastError(
    "run",
    `The summary of the run is not valid: ${key === "" ? "" : `${key}: `}${issue?.message}.`,
    {
      where: { file: "summary.json", ...(key !== "" && { key }) },
      remedy: "Write it again with `gatecast report`.",
    },
  );
}
