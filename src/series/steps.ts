/** A difference is k regular steps when it is off by at most this part of a step: jitter of a logger's clock. */
const TOLERANCE = 0.1;

/** What lies between two neighbouring instants: k regular steps (k = 1: all is well), or no whole number of them. */
export type StepKind = { readonly kind: "multiple"; readonly steps: number } | { readonly kind: "irregular" };

/** Sorts a difference of instants into regular, gap or irregular. */
export function classifyStep(difference: number, step: number): StepKind {
  const steps = Math.round(difference / step);
  return steps >= 1 && Math.abs(difference - steps * step) <= TOLERANCE * step
    ? { kind: "multiple", steps }
    : { kind: "irregular" };
}

/**
 * The most frequent difference of neighbouring instants (the smaller one on a tie) and how often it occurs.
 * @param instants strictly increasing milliseconds
 * @returns undefined for fewer than two instants
 */
export function regularStep(instants: Float64Array): { step: number; share: number } | undefined {
  const counts = new Map<number, number>();
  for (let index = 1; index < instants.length; index++) {
    const difference = (instants[index] ?? 0) - (instants[index - 1] ?? 0);
    counts.set(difference, (counts.get(difference) ?? 0) + 1);
  }
  let best: number | undefined;
  let bestCount = 0;
  for (const [difference, count] of counts) {
    if (count > bestCount || (count === bestCount && difference < (best ?? 0))) {
      best = difference;
      bestCount = count;
    }
  }
  return best === undefined ? undefined : { step: best, share: bestCount / (instants.length - 1) };
}
