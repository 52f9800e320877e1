import type { StepName } from "../run-folder/manifest.js";
import { prepare } from "./prepare.js";
import type { Step } from "./step.js";

/** Every step of a run, by name, in the order in which a run does them. */
export const allSteps: ReadonlyMap<StepName, Step> = new Map<StepName, Step>(
  [prepare].map((step) => [step.name, step]),
);
