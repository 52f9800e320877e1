import type { DutyCycle, PowerEstimate, Timeline } from "../accelerator/index.js";
import type { Architecture, Precision } from "../model/index.js";
import type { PrecisionReport } from "./precision-data.js";

export type { PlannedPoint, PrecisionReport, TriedPoint } from "./precision-data.js";

/**
 * Everything one report shows, as plain data (JSON but for typed arrays). A part that is absent is a step that has not
 * been done; the report then says so. Nothing here is a default or an estimate unless its basis says "estimated".
 */
export interface ReportData {
  /** Name of the run as the user knows it; often its folder. */
  readonly run: string;
  /** The recorded columns that are forecast, with the signal's unit where it is known. */
  readonly targets: readonly Target[];
  readonly model: {
    readonly architecture: Architecture;
    readonly precision: Precision;
    /** Number of trained parameters. */
    readonly parameters: number;
  };
  readonly data: DataReport;
  readonly learning?: LearningReport;
  /** Absent: the widths were given, not chosen. */
  readonly precision?: PrecisionReport;
  readonly evaluation?: EvaluationReport;
  readonly quantisation?: readonly QuantisedTensor[];
  readonly accelerator?: AcceleratorReport;
  readonly timing?: TimingReport;
  readonly resources?: ResourceReport;
  readonly power?: PowerReport;
  readonly implementation?: ImplementationReport;
  readonly verification?: VerificationReport;
  readonly reproducibility: ReproducibilityReport;
}

export interface Target {
  readonly column: string;
  /** "vehicles", "°C" ...; null where nobody has said. */
  readonly unit: string | null;
}

/** How a figure was come by. A report never shows a figure of hardware without it. */
export type Basis = "estimated" | "simulated" | "synthesised" | "placed and routed";

/** A figure with its basis. */
export interface Measured {
  readonly basis: Basis;
  readonly value: number;
}

// ---------------------------------------------------------------------------------------------------------- recording

export interface DataReport {
  /** File or generator. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly string[];
  /** Milliseconds since 1970 of first and last row, as recorded (no time zone is applied); absent without timestamps. */
  readonly period?: { readonly from: number; readonly to: number };
  /** Step between rows in seconds; absent without timestamps. */
  readonly stepSeconds?: number;
  readonly windows: SplitCounts;
  /** How the split was made, in words ("by column split", "by time: 60 / 20 / 20 %"). */
  readonly split: string;
  /** What was found in the recording and what was done about it, in plain words. */
  readonly findings: readonly Finding[];
}

export interface SplitCounts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

export interface Finding {
  readonly severity: "note" | "warning";
  readonly text: string;
}

// ----------------------------------------------------------------------------------------------------------- training

export interface LearningReport {
  /** What the curves show, with unit: "mean squared error, scaled target". */
  readonly loss: string;
  /** In the order they were trained. */
  readonly phases: readonly LearningPhase[];
}

export interface LearningPhase {
  /** "float", "quantisation-aware" ... */
  readonly name: string;
  /** Loss of each epoch, first to last; both of the same length, which is at least 1. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Index into `train` of the epoch that was kept; -1: what training began with was. */
  readonly best: number;
  /** Validation loss of the very model that was kept, where that is known to be another than the epoch's. */
  readonly kept?: number;
  /** Why it is the best, where it is not the smallest validation loss ("least RMSE of the integer-only model"). */
  readonly criterion?: string;
}

// --------------------------------------------------------------------------------------------------------- evaluation

/** The forecasters that are compared, in the order they are shown. */
export const forecasters = [
  "float",
  "fakeQuantised",
  "integer",
  "integerWithoutBranch",
  "persistence",
  "seasonalNaive",
  "linear",
] as const;
export type Forecaster = (typeof forecasters)[number];

/** Root mean square and mean absolute error, in the signal's unit. */
export interface ErrorFigures {
  readonly rmse: number;
  readonly mae: number;
}

export interface EvaluationReport {
  /** Windows of the test set that every forecaster below was measured on: identical windows for all. */
  readonly windows: number;
  /** One per target, in the order of `ReportData.targets`. */
  readonly targets: readonly TargetEvaluation[];
}

export interface TargetEvaluation {
  /** Over all steps of the horizon. */
  readonly errors: Readonly<Partial<Record<Forecaster, ErrorFigures>>>;
  /** First forecast step of every test window in order of time; drawn, and the source of the error distribution. */
  readonly trace?: ForecastTrace;
}

export interface ForecastTrace {
  /** Milliseconds since 1970 of the forecast value, as recorded; absent without timestamps. */
  readonly times?: ArrayLike<number>;
  readonly truth: ArrayLike<number>;
  /** Of the integer-only model. */
  readonly forecast: ArrayLike<number>;
  readonly persistence: ArrayLike<number>;
}

// ------------------------------------------------------------------------------------------------------- quantisation

export interface QuantisedTensor {
  readonly name: string;
  readonly role: "activation" | "weight" | "internal";
  readonly bits: number;
  /** Value of one code step; smallest and largest where there is one scale per row. */
  readonly scale: number | readonly [number, number];
  /** null where it is 0 by construction (symmetric). */
  readonly zeroPoint: number | null;
  /** Different codes that occurred, of all codes the tensor can take. */
  readonly codes: { readonly used: number; readonly of: number };
  /** Shares (0..1) of values at the lowest and highest code; absent for tensors without a clamp. */
  readonly clamped?: { readonly low: number; readonly high: number };
}

// ----------------------------------------------------------------------------------------------------------- hardware

export interface AcceleratorReport {
  readonly device: string;
  readonly mode: "window" | "sample";
  /** Groups of operators in the order they run: "Pass 1", "Pass 2", "Once per window". */
  readonly phases: readonly AcceleratorPhase[];
  /** Every operator of the plan; `phase` indexes `phases`. */
  readonly operators: readonly AcceleratorOperator[];
  readonly streams: readonly AcceleratorStream[];
  /** One inference, operator by operator. */
  readonly timeline?: Timeline;
}

export interface AcceleratorPhase {
  readonly name: string;
  /** What happens in it, in one short sentence. */
  readonly note: string;
}

export interface AcceleratorOperator {
  /** Name of the operator in the graph ("layers.0.linear1"). */
  readonly name: string;
  readonly kind: string;
  readonly phase: number;
  /** Features in and out of one token. */
  readonly features: { readonly in: number; readonly out: number };
  /** Products per cycle, and how they are arranged ("4 × 4": inputs by outputs; "8 + 8": two parts); absent for operators that do not multiply. `shared`: name of the array whose lanes several operators take in turns. */
  readonly lanes?: { readonly count: number; readonly layout: string; readonly shared?: string };
  /** What the products are made of: "LUT", "DSP48E1", "bit-serial" ... */
  readonly multiplier?: string;
  readonly cyclesPerToken: number;
  /** Widths in bits, as far as the operator has them. */
  readonly bits: {
    readonly input?: number;
    readonly weight?: number;
    readonly accumulator?: number;
    readonly output?: number;
  };
  readonly memories: readonly AcceleratorMemory[];
}

export interface AcceleratorMemory {
  readonly name: string;
  readonly words: number;
  /** Bits of one word. */
  readonly width: number;
  /** "block", "distributed", "registers", "constants". */
  readonly style: string;
}

export interface AcceleratorStream {
  /** Operator name; null for the port of the top level (samples in, forecast out). */
  readonly from: string | null;
  readonly to: string | null;
  /** Values handed over per beat, and bits of each. */
  readonly values: number;
  readonly bits: number;
}

export interface TimingReport {
  /** The clock aimed at. */
  readonly clockMHz: number;
  /** Cycles from the window's first sample to the forecast; several where they were estimated and simulated. */
  readonly cycles: readonly Measured[];
  /** Cycles between two forecasts in a row. */
  readonly initiationInterval?: Measured;
}

/** Power while an inference runs, energy, and what is best between two inferences. */
export interface PowerReport {
  readonly clockMHz: number;
  readonly latencySeconds: number;
  /** Of the flip-flops, block memories and multiplier blocks that the clock moves. */
  readonly resourcesBasis: Basis;
  readonly estimate: PowerEstimate;
  /** null: the user has named no period. */
  readonly dutyCycle: DutyCycle | null;
}

/** Resources of all supported device families; a RAMB36 counts as two RAMB18. */
export const resourceKinds = ["lut", "lutram", "ff", "dsp", "ramb18", "ebr", "spram"] as const;
export type ResourceKind = (typeof resourceKinds)[number];
export type ResourceCounts = Readonly<Partial<Record<ResourceKind, number>>>;

export interface ResourceReport {
  readonly device: string;
  readonly budget: ResourceCounts;
  /** Whole design; several where it was estimated and then synthesised. */
  readonly totals: readonly ResourceFigures[];
  /** Parts of the design, largest first or in data-flow order. */
  readonly modules?: { readonly basis: Basis; readonly list: readonly { name: string; used: ResourceCounts }[] };
}

export interface ResourceFigures {
  readonly basis: Basis;
  /** Tool and version, or the name of the estimate. */
  readonly source: string;
  readonly used: ResourceCounts;
}

/** Place and route: what it found, or why it was not done. */
export type ImplementationReport =
  | { readonly state: "not done"; readonly reason: string }
  | {
      readonly state: "done";
      /** Tool and version. */
      readonly source: string;
      /** What was placed: the accelerator alone, or behind a serial line on a board. */
      readonly of: string;
      readonly used: ResourceCounts;
      readonly clock: { readonly fmaxMHz: number; readonly targetMHz: number };
      /** By the tool's own analysis, in watts, where it made one. */
      readonly power?: {
        readonly source: string;
        readonly total: number;
        readonly dynamic: number;
        readonly static: number;
      };
      /** The file a board is configured with, where a board was known. */
      readonly bitstream?: {
        readonly file: string;
        readonly bytes: number;
        readonly board: string;
        readonly clockMHz: number;
      };
    };

// ------------------------------------------------------------------------------------------------------- verification

/** The chain of equalities; each is compared with the integer-only model's interpreter. */
export const subjects = ["evaluation", "rtl", "vhdl", "verilog", "netlist"] as const;
export type Subject = (typeof subjects)[number];

export interface VerificationReport {
  readonly checks: readonly (Check | UncheckedSubject)[];
  readonly mutations?: { readonly tried: number; readonly caught: number; readonly survivors: readonly string[] };
}

/** A comparison that was made. */
export interface Check {
  readonly subject: Subject;
  readonly tool: string;
  readonly version: string;
  readonly windows: number;
  /** Windows whose output differs in at least one bit. */
  readonly mismatches: number;
}

/** A comparison that was not made, and why ("GHDL is not on the PATH"). */
export interface UncheckedSubject {
  readonly subject: Subject;
  readonly unchecked: string;
}

// ---------------------------------------------------------------------------------------------------- reproducibility

export interface ReproducibilityReport {
  readonly seed: number;
  /** The command line that makes this run again. */
  readonly command: string;
  /** The complete configuration, defaults filled in; JSON. */
  readonly configuration: unknown;
  /** Program -> version: gatecast, node, yosys, ghdl ... */
  readonly versions: Readonly<Record<string, string>>;
  /** Steps in the order they were done. */
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
  /** Content hashes of what went in. */
  readonly inputs?: readonly { readonly name: string; readonly sha256: string }[];
}
