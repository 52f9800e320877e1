import { planAccelerator } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import type { Choice } from "../choice/options.js";
import type { DesignSpace } from "./design-space.js";

/** At least so much of the room goes, that the next choice is another. */
const LEAST = 1.01;

/**
 * The space that is left where a choice proved too large with its trained numbers: look-up tables and flip-flops as many times fewer as the trained
 * design takes more look-up tables than the one of numbers that stood in for it, and at least 1 %.
 *
 * @param model the trained choice
 */
export function withLessRoom(space: DesignSpace, { plan, assignment }: Choice, model: IntegerModel): DesignSpace {
  const { device, mode, utilisation } = space;
  const over = lutOf(() => planAccelerator(model, { device, mode, plan, utilisation: 10, advice: false }));
  return { ...space, utilisation: utilisation / Math.max(LEAST, (over ?? 0) / assignment.plan.estimate.lut) };
}

/** null where it is not look-up tables that are missing. */
function lutOf(planned: () => { readonly estimate: { readonly lut: number } }): number | null {
  try {
    return planned().estimate.lut;
  } catch (error) {
    if (error instanceof GatecastError && error.kind === "hardware") return null;
    throw error;
  }
}
