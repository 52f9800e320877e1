/**
 * The smallest number of single-character changes and swaps of neighbours that turn `a` into `b` (Damerau's distance in
 * its optimal string alignment form), without regard to case.
 */
function editDistance(a: string, b: string): number {
  const from = a.toLowerCase();
  const to = b.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const replace = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replace, swap, (last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

/** The name most similar to what was asked for, or nothing when none is close enough to be meant. */
export function nearestName(asked: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const part = asked.length >= 3 && name.toLowerCase().includes(asked.toLowerCase());
    const distance = part ? 1 : editDistance(asked, name);
    const limit = part ? 1 : Math.max(1, Math.floor(Math.max(asked.length, name.length) / 3));
    if (distance <= limit && distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}
