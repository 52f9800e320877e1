import type { StepName } from "../run-folder/manifest.js";
import { evaluate } from "./evaluate.js";
import { generate } from "./generate.js";
import { implement } from "./implement.js";
import { integer } from "./integer.js";
import { prepare } from "./prepare.js";
import { report } from "./report.js";
import { simulate } from "./simulate.js";
import type { Step } from "./step.js";
import { synthesize } from "./synthesize.js";
import { train } from "./train.js";

/** Every step of a run, by name, in the order in which a run does them. */
export const allSteps: ReadonlyMap<StepName, Step> = new Map<StepName, Step>(
  [prepare, train, integer, evaluate, generate, simulate, synthesize, implement, report].map((step) => [
    step.name,
    step,
  ]),
);
