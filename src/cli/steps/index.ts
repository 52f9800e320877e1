import type { StepName } from "../run-folder/manifest.js";
import { evaluate } from "./evaluate.js";
import { integer } from "./integer.js";
import { prepare } from "./prepare.js";
import type { Step } from "./step.js";
import { train } from "./train.js";

/** Every step of a run, by name, in the order in which a run does them. */
export const allSteps: ReadonlyMap<StepName, Step> = new Map<StepName, Step>(
  [prepare, train, integer, evaluate].map((step) => [step.name, step]),
);
