import type { Interval } from "./model.js";

/**
 * The integers of one tensor, token by token. 32 bits where the tensor is proven to fit; doubles, which are exact to 53
 * bits, where a very wide accumulator does not.
 */
export type TensorData = Int32Array | Float64Array;

/** Whether every number of the intervals fits into 32 bits. */
export function fitsInt32(intervals: readonly Interval[]): boolean {
  return intervals.every(({ lo, hi }) => lo >= -2147483648 && hi <= 2147483647);
}

/** Room for `length` integers within `intervals`. */
export function allocate(length: number, intervals: readonly Interval[]): TensorData {
  return fitsInt32(intervals) ? new Int32Array(length) : new Float64Array(length);
}

/** A value read from a typed array at an index that is inside it by construction. */
export function at(data: ArrayLike<number>, index: number): number {
  const value = data[index];
  if (value === undefined) throw new Error(`index ${index} is outside of ${data.length} values`);
  return value;
}
