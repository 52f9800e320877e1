import type {
  AcceleratorReport,
  DataReport,
  ErrorFigures,
  EvaluationReport,
  Forecaster,
  LearningReport,
  QuantisedTensor,
  ResourceFigures,
  ResourceReport,
  TimingReport,
  VerificationReport,
} from "../report/data.js";

/**
 * The JSON files in which steps leave their figures, most of them as the report shows them. They are read back only after
 * the manifest has vouched for their bytes and for the version of Gatecast that wrote them.
 */
export const resultFiles = {
  training: "training.json",
  evaluation: "evaluation.json",
  hardware: "hardware.json",
  simulation: "simulation.json",
  synthesis: "synthesis.json",
  summary: "summary.json",
} as const;

/** training.json, written by `train`. */
export interface TrainingResult {
  readonly learning: LearningReport;
  /** Trained numbers. */
  readonly parameters: number;
}

/** evaluation.json, written by `evaluate`. */
export interface EvaluationResult {
  readonly evaluation: EvaluationReport;
  /** Evaluation mode of training against the interpreter, on every test window. */
  readonly equality: { readonly windows: number; readonly mismatches: number };
  /** Over all targets and steps. */
  readonly overall: Readonly<Partial<Record<Forecaster, ErrorFigures>>>;
  /** Forecasters that could not be measured, and why ("seasonalNaive": "the recording has no timestamps"). */
  readonly unavailable: Readonly<Partial<Record<Forecaster, string>>>;
  readonly quantisation: readonly QuantisedTensor[];
  /** Tensors that used fewer than half their codes or missed a clamp on the windows that the simulations compare. */
  readonly sleeping: readonly string[];
}

/** hardware.json, written by `generate`. */
export interface HardwareResult {
  readonly accelerator: AcceleratorReport;
  readonly clockMHz: number;
  /** First sample in to forecast out, as planned. */
  readonly estimatedCycles: number;
  readonly estimate: ResourceFigures;
  /** Name of the top entity and module. */
  readonly top: string;
  /** Files beside it, in compile order. */
  readonly files: readonly string[];
}

/** simulation.json, written by `simulate`. */
export interface SimulationResult {
  readonly verification: VerificationReport;
  readonly timing: TimingReport;
}

/** synthesis.json, written by `synthesize`. */
export interface SynthesisResult {
  readonly resources: ResourceReport;
  readonly tool: string;
  readonly version: string;
  readonly fits: boolean;
  readonly netlist: { readonly windows: number; readonly mismatches: number };
}

/** summary.json: the figures of a run that other programs read. */
export interface Summary {
  readonly run: string;
  readonly data: Pick<DataReport, "source" | "rows" | "windows">;
  readonly model: {
    readonly dModel: number;
    readonly window: number;
    readonly weightBits: number;
    readonly activationBits: number;
  };
  readonly metrics: Readonly<Partial<Record<Forecaster, ErrorFigures>>>;
  readonly equality: { readonly windows: number; readonly mismatches: number };
  readonly simulation: {
    readonly simulator: string;
    readonly windows: number;
    readonly mismatches: number;
    readonly cyclesPerInference: number;
    readonly others: readonly {
      readonly subject: string;
      readonly simulator: string;
      readonly windows: number;
      readonly mismatches: number;
    }[];
    readonly unchecked: readonly string[];
    readonly mutations: { readonly tried: number; readonly caught: number } | null;
  };
  readonly synthesis: {
    readonly tool: string;
    readonly device: string;
    readonly lut: number;
    readonly lutram: number;
    readonly ff: number;
    readonly dsp: number;
    readonly ramb18: number;
    readonly fits: boolean;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly seed: number;
  /** Seconds, by step. */
  readonly durations: Readonly<Record<string, number>>;
}
