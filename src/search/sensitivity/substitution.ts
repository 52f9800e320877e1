import type { Graph } from "../../model/index.js";
import type { Calibration, IntegerJudge } from "../../training/index.js";
import { widths } from "../types.js";
import { atWidths, type ChosenTensor } from "./chosen-tensors.js";

/** The width that tensors are compared with. */
const FULL = 8;

/**
 * For each tensor and each of `widths`: mean squared error of the integer-only model with everything at `base` bits but that tensor at that width,
 * minus the same with the tensor at 8 bits. No training; ranges and scales are those of each precision's own calibration.
 *
 * @param measured called after each measurement; of all there are `substitutions(tensors)`
 */
export async function addedBySubstitution(
  graph: Graph,
  tensors: readonly ChosenTensor[],
  base: number,
  calibration: Calibration,
  judge: IntegerJudge,
  measured: () => Promise<void>,
): Promise<number[][]> {
  const error = async (but: Readonly<Record<string, number>>): Promise<number> => {
    const at = atWidths(graph, base, but);
    const result = judge.error(at, calibration.quantised(at));
    await measured();
    return result;
  };
  const common = await error({});
  const added: number[][] = [];
  for (const { name } of tensors) {
    const errors: number[] = [];
    for (const bits of widths) errors.push(bits === base ? common : await error({ [name]: bits }));
    const full = errors[widths.indexOf(FULL)] ?? Number.NaN;
    added.push(errors.map((value) => value - full));
  }
  return added;
}

/** Measurements of so many tensors. */
export function substitutions(tensors: number): number {
  return 1 + tensors * (widths.length - 1);
}
