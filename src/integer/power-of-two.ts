import { GatecastError } from "../errors.js";
import { exponentOf, nearestExponent } from "../numeric/powers.js";
import type { Requantiser } from "./model.js";
import { largestShift } from "./requantise.js";

/**
 * The shifts k of requantisers that are nothing but shifts (docs/arithmetic.md, "Power-of-two scales"): for each wanted factor the 2^-k
 * nearest to it in the logarithm. Rows whose factors are too far below the largest for one shift and multipliers of `bits` digits get the
 * least that there is room for.
 *
 * @param factors s_x s_w[o] / s_y of each row, above 0
 * @param bits most digits of a multiplier
 */
export function nearestShifts(factors: ArrayLike<number>, bits: number): number[] {
  const wanted = Array.from(factors, (factor) => Math.max(0 - nearestExponent(factor), 2 - bits));
  const most = Math.min(largestShift, Math.max(1, Math.min(...wanted)) + bits - 1);
  return wanted.map((shift) => Math.min(shift, most));
}

/**
 * Scales of a weight's rows with which its requantiser is nothing but shifts, as near as may be to those wanted: s_y / s_x * 2^-k.
 *
 * @param input s_x, the scale of what the weight multiplies
 * @param output s_y, the scale of what its sums become
 * @param bits most digits of the output's multipliers
 */
export function shiftedRowScales(wanted: ArrayLike<number>, input: number, output: number, bits: number): Float32Array {
  const factors = Array.from(wanted, (scale) => (scale * input) / output);
  return Float32Array.from(nearestShifts(factors, bits), (shift) => (output / input) * 2 ** -shift);
}

/**
 * The same for the scale of scores: unit * 2^k.
 *
 * @param unit s_q s_k / sqrt(d/h), what one step of a product of query and key stands for
 */
export function shiftedScoreScale(wanted: number, unit: number, bits: number): number {
  const [shift = 1] = nearestShifts([unit / wanted], bits);
  return Math.fround(unit * 2 ** shift);
}

/** Relative error of a factor that comes from scales which are single-precision numbers. */
const TOLERANCE = 1e-6;

/**
 * Multipliers that are powers of two, and their shift, of factors that are powers of two but for the rounding of scales to single
 * precision: the least multiplier is 1 (with the shift 1, which is the least there is, it may be larger); one number where all rows are alike.
 *
 * @throws GatecastError "model" where a factor is no power of two, or beyond what multipliers of `bits` digits reach
 */
export function shiftsAlone(
  factors: readonly number[],
  bits: number,
  operator: string,
): Pick<Requantiser, "multipliers" | "shift"> {
  const exponents = factors.map((factor, row) => {
    const exponent = nearestExponent(factor);
    if (Math.abs(factor / 2 ** exponent - 1) <= TOLERANCE) return exponent;
    throw new GatecastError(
      "model",
      `"${operator}" would scale by ${factor} in row ${row}, which is no power of two.`,
      {
        where: { operator, row },
        remedy: 'Train with power-of-two scales, or choose "free" scales for these parameters.',
      },
    );
  });
  const shift = Math.max(1, -Math.min(...exponents));
  const multipliers = exponents.map((exponent) => 2 ** (shift + exponent));
  if (shift > largestShift || Math.max(...multipliers) >= 2 ** bits) {
    throw new GatecastError(
      "model",
      `"${operator}" would shift rows by ${-Math.max(...exponents)} to ${-Math.min(...exponents)} bits, too far apart for a ${bits}-bit multiplier.`,
      { where: { operator }, remedy: "Train again, or give its output more bits." },
    );
  }
  const [first = 1] = multipliers;
  return { multipliers: multipliers.every((one) => one === first) ? [first] : multipliers, shift };
}

/**
 * The shift of each multiplier's rows where all multipliers are powers of two, so that no multiplication is needed:
 * (acc * 2^e + 2^(shift-1)) >> shift = (acc + 2^(k-1)) >> k with k = shift - e. k is below 1 where the factor is 1 or more.
 * Null where a multiplier is none.
 */
export function pureShifts({ multipliers, shift }: Pick<Requantiser, "multipliers" | "shift">): number[] | null {
  const shifts: number[] = [];
  for (const multiplier of multipliers) {
    const exponent = exponentOf(multiplier);
    if (exponent === null) return null;
    shifts.push(shift - exponent);
  }
  return shifts;
}
