import type { Toggles } from "../accelerator/index.js";
import type {
  AcceleratorReport,
  ErrorFigures,
  EvaluationReport,
  Forecaster,
  ImplementationReport,
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
  implementation: "implementation.json",
  summary: "summary.json",
  /** The same for a terminal. */
  text: "summary.txt",
  report: "report.html",
} as const;

/** training.json, written by `train`. */
export interface TrainingResult {
  readonly learning: LearningReport;
  readonly quantisation: "qat" | "post-training";
  /** Mean squared errors on the validation windows, of the scaled targets. */
  readonly validation: { readonly float: number; readonly integer: number };
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
  /** First sample in to forecast out; the planner counts exactly. */
  readonly plannedCycles: number;
  /** From forecast to forecast with windows back to back; the planner counts exactly. */
  readonly plannedInterval: number;
  readonly estimate: ResourceFigures;
  /** Name of the top entity and module. */
  readonly top: string;
  /** Sources in compile order, by their path in the run folder. */
  readonly vhdl: readonly string[];
  readonly verilog: readonly string[];
  readonly bench: string;
}

/** simulation.json, written by `simulate`. */
export interface SimulationResult {
  readonly verification: VerificationReport;
  readonly timing: TimingReport;
  /** What toggles in an inference, from test windows. */
  readonly activity: ActivityResult;
}

/** The activity of a design, as plain data. */
export interface ActivityResult {
  readonly windows: number;
  readonly toggles: Toggles;
  /** By the name of the instance in the network. */
  readonly parts: Readonly<Record<string, Toggles>>;
}

/** synthesis.json, written by `synthesize`. */
export interface SynthesisResult {
  readonly resources: ResourceReport;
  readonly tool: string;
  readonly version: string;
  readonly fits: boolean;
  readonly netlist: { readonly windows: number; readonly mismatches: number };
}

/** implementation.json, written by `implement`. */
export type ImplementationResult = ImplementationReport & {
  /** Files that were written, by their path in the run folder: constraints, scripts, bitstream. */
  readonly files: readonly string[];
};
