import { type Graph, outputs } from "../../model/index.js";
import type { WindowSource } from "../source.js";

/** Windows and targets of one pass. */
export interface Batch {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** The whole batches of a source, in order. */
export function batchesOf({ architecture }: Graph, source: WindowSource, size: number): readonly Batch[] {
  const { window, inputs } = architecture;
  return Array.from({ length: Math.floor(source.count / size) }, (_, batch) => {
    const x = new Float32Array(size * window * inputs);
    const y = new Float32Array(size * outputs(architecture));
    source.gather(
      Uint32Array.from({ length: size }, (_, index) => batch * size + index),
      x,
      y,
    );
    return { x, y };
  });
}
