/** The numbers test/pytorch/gradients.py makes for the same index, count and scale, before their rounding to f32. */
export function numbers(index: number, count: number, scale: number): number[] {
  return Array.from({ length: count }, (_, i) => scale * (((i * 7919 + (index + 1) * 104729) % 2003) / 2003 - 0.5));
}

/** Largest difference of two arrays over the largest value of the second. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let error = got.length === wanted.length ? 0 : Number.POSITIVE_INFINITY;
  let size = 1e-12;
  for (let index = 0; index < wanted.length; index++) {
    const difference = Math.abs((got[index] ?? Number.NaN) - (wanted[index] ?? Number.NaN));
    if (!(difference <= error)) error = difference; // NaN is an error too
    size = Math.max(size, Math.abs(wanted[index] ?? 0));
  }
  return error / size;
}
