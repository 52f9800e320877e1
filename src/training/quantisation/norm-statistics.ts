import type { Engine } from "../engine/engine.js";
import type { Program } from "../engine/program.js";
import type { WindowSource } from "../source.js";

/** Batches that are looked at, and those at the start that only let the running averages forget what they were. */
const PASSES = 96;
const UNCOUNTED = 32;

/**
 * Estimates the running statistics of all norms anew, with the weights as they are: the mean over 64 batches, spread evenly over the
 * windows, of the running averages.
 *
 * @param program a forward pass with the batch's statistics
 */
export function reestimateNorms(engine: Engine, program: Program, source: WindowSource): void {
  const { batch } = engine;
  const { window, inputs, horizon, targets } = engine.graph.architecture;
  const x = new Float32Array(batch * window * inputs);
  const y = new Float32Array(batch * horizon * targets);
  const indices = new Uint32Array(batch);
  const { parameters, statistics } = engine.saveBlocks();
  const sums = new Float64Array(statistics.length);
  program.prepare();
  for (let pass = 0; pass < PASSES; pass++) {
    for (let row = 0; row < batch; row++) {
      // Of every stretch of the windows as long as there are passes, one: batches that resemble one another.
      indices[row] = Math.floor(((row * PASSES + ((pass * 37) % PASSES)) * source.count) / (batch * PASSES));
    }
    source.gather(indices, x, y);
    engine.setWindows(x);
    program.run();
    if (pass < UNCOUNTED) continue;
    for (const [index, value] of engine.saveBlocks().statistics.entries()) sums[index] = (sums[index] ?? 0) + value;
  }
  engine.restoreBlocks({ parameters, statistics: Float32Array.from(sums, (sum) => sum / (PASSES - UNCOUNTED)) });
}
