import type { DutyCycle, Estimate, PowerEstimate } from "../accelerator/index.js";

/** Everything that is known of an accelerator before anything is trained, generated or synthesised. */
export interface EstimateReport {
  readonly device: string;
  readonly clockMHz: number;
  /** By estimate. */
  readonly resources: Estimate & {
    readonly budget: Estimate;
    /** Operators, arrays that several share, and what lies between them. */
    readonly parts: readonly EstimatedPart[];
  };
  /** Most levels of logic between registers, by construction; null: not known for the family. */
  readonly mostLogicLevels: number | null;
  /** Exact. */
  readonly timing: {
    readonly cycles: number;
    readonly latencyMicroseconds: number;
    readonly initiationInterval: number;
    readonly inferencesPerSecond: number;
  };
  readonly power: PowerEstimate;
  readonly dutyCycle: DutyCycle | null;
}

export interface EstimatedPart {
  readonly name: string;
  readonly kind: string;
  /** The array whose lanes it uses and that has its resources; null: its own. */
  readonly unit: string | null;
  readonly lanes: string;
  readonly cyclesPerToken: number | null;
  readonly estimate: Estimate;
}
