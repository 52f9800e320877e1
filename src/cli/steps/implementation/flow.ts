import type { Configuration } from "../../configuration.js";
import type { HardwareResult, ImplementationResult } from "../../results.js";
import type { StepContext } from "../step.js";

/** Settings that place and route depends on. */
export const settings = ["device", "board", "tool", "route", "clock", "yosys"] as const;
export type ImplementationSettings = Pick<Configuration, (typeof settings)[number]>;

/** A way from a netlist, or from the sources, to a placed and routed design. */
export interface Flow {
  /** The programs it would use, by name with their versions, or why they cannot be used. */
  tools(settings: ImplementationSettings): Promise<Readonly<Record<string, string>>>;
  run(job: FlowJob): Promise<ImplementationResult>;
}

export interface FlowJob {
  readonly context: StepContext<ImplementationSettings>;
  readonly hardware: HardwareResult;
  readonly targetMHz: number;
}
