/** Windows and targets of one part of a series, scaled; `WindowSet` of the series room is one. */
export interface WindowSource {
  /** Windows there are. */
  readonly count: number;
  /** Writes windows `indices` to x [B][n][m] and their targets to y [B][horizon * targets], both from their start. */
  gather(indices: ArrayLike<number>, x: Float32Array, y: Float32Array): void;
}

/** At most `most` windows of a source, spread evenly over it. */
export function spread(source: WindowSource, most: number): WindowSource {
  const count = Math.min(source.count, most);
  if (count === source.count) return source;
  const place = (index: number) => Math.floor((index * source.count) / count);
  return { count, gather: (indices, x, y) => source.gather(Uint32Array.from(indices, place), x, y) };
}

/** Training and validation windows. The test windows never come here. */
export interface TrainingData {
  readonly train: WindowSource;
  readonly validation: WindowSource;
}
