import type { IntegerModel } from "../../integer/index.js";
import { buildGraph } from "../../model/index.js";
import type { Device } from "../devices.js";
import { estimateDesign } from "../estimate/index.js";
import { type Decided, finish } from "../finish.js";
import { excessesOf } from "../limits.js";
import { DerivedBefore, deriveParameters } from "../parameters.js";
import type { Choices, Plan } from "../plan.js";
import { technologyOf } from "../technology.js";

/** What follows from choices for a model, but for exact cycles. */
export function decideChoices(model: IntegerModel, choices: Choices, device: Device, before?: DerivedBefore): Decided {
  const graph = buildGraph(model.architecture, model.precision);
  const parameters = deriveParameters(graph, model, choices, "accelerator", before);
  return { choices, parameters, estimate: estimateDesign(graph, parameters, choices, technologyOf(device)) };
}

/** The plan of choices that are decided already, made faster as `planAccelerator` does where the device has room. */
export function planOf(
  model: IntegerModel,
  decided: Decided,
  { device, utilisation, speed }: { readonly device: Device; readonly utilisation: number; readonly speed: boolean },
): Plan {
  const before = new DerivedBefore();
  return finish(buildGraph(model.architecture, model.precision), decided, {
    device,
    speed,
    evaluate: (choices) => decideChoices(model, choices, device, before),
    fits: (estimate) => excessesOf(device, utilisation, estimate).length === 0,
  });
}
