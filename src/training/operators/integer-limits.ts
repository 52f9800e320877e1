/** Largest magnitude of an i16 operand. */
export const LARGEST = 32767;
/** Largest magnitude of a sum of products. */
export const SUM = 2 ** 31 - 1;
/** A gradient with fewer steps than this to its largest magnitude is left to the floats. */
const COARSEST = 8192;

/**
 * Steps to the largest magnitude of a gradient in i16 that meets sums of codes of at most the given magnitudes; null where those would
 * be too few.
 */
export function gradientLimit(...sums: readonly number[]): number | null {
  const steps = Math.floor(Math.min(LARGEST, ...sums.map((sum) => SUM / sum)));
  return steps < COARSEST ? null : steps;
}
