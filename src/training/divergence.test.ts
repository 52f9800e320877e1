import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { initialise, type Restart, type TrainingState, trainFloat, trainQuantised } from "./index.js";
import type { TrainingData } from "./source.js";
import { oscillations } from "./testing/source.js";

const n = 8;
const graph = buildGraph(defineArchitecture({ window: n, dModel: 8 }), definePrecision({ bits: 4 }));
const clean = oscillations(n);
const options = { epochs: 6, batch: 32, learningRate: 4e-3 };
const stepsPerEpoch = clean.train.count / options.batch;

/** The same windows, but for batches (counted from 0 over all of the size that is trained on) whose targets are broken. */
function broken(batches: readonly number[], value: number): TrainingData {
  let batch = -1;
  return {
    ...clean,
    train: {
      count: clean.train.count,
      gather(indices, x, y) {
        clean.train.gather(indices, x, y);
        if (indices.length !== options.batch) return; // the linear model and the skip's rounding take more at once
        batch++;
        if (batches.includes(batch)) y[0] = value;
      },
    },
  };
}

describe("a training that diverges", () => {
  it("goes on from its last good epoch with half the learning rate", async () => {
    const restarts: Restart[] = [];
    // Behind it the batch is a good one: the epoch succeeds the second time.
    const data = broken([3 * stepsPerEpoch + 4], Number.NaN);
    const { history } = await trainFloat(graph, data, options, { onRestart: (restart) => void restarts.push(restart) });
    expect(restarts).toEqual([
      { phase: "float", epoch: 4, reason: expect.stringContaining("finite"), learningRate: options.learningRate / 2 },
    ]);
    const whole = await trainFloat(graph, clean, options);
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(history.slice(0, 3)).toEqual(whole.history.slice(0, 3));
    for (const [index, { learningRate }] of history.slice(3).entries()) {
      expect(learningRate).toBe((whole.history[index + 3]?.learningRate ?? 0) / 2);
    }
  });

  it("is noticed by an exploding loss too, in either phase", async () => {
    const restarts: Restart[] = [];
    const onRestart = (restart: Restart) => void restarts.push(restart);
    const data = () => broken([stepsPerEpoch], 1e4);
    await trainFloat(graph, data(), options, { onRestart });
    await trainQuantised(
      graph,
      initialise(graph, 1),
      broken([40 + stepsPerEpoch], 1e5),
      { ...options, distillation: 0 },
      { onRestart },
    );
    expect(restarts.map(({ phase }) => phase)).toEqual(["float", "quantised"]);
    for (const { reason } of restarts) expect(reason).toContain("exploded");
  });

  it("ends with an error that names epoch, cause and rate after two restarts", async () => {
    const restarts: Restart[] = [];
    const always = broken(
      Array.from({ length: 100 }, (_, index) => 2 * stepsPerEpoch + index),
      Number.NaN,
    );
    const run = trainFloat(graph, always, options, { onRestart: (restart) => void restarts.push(restart) });
    await expect(run).rejects.toMatchObject({
      kind: "training",
      message: expect.stringMatching(/float training diverged in epoch 3: .*finite number.*restarts.*0\.001\)/),
      where: { key: "learningRate" },
    });
    expect(restarts.map(({ learningRate }) => learningRate)).toEqual([2e-3, 1e-3]);
  });

  it("is remembered by checkpoints", async () => {
    const data = () => broken([stepsPerEpoch + 2], Number.NaN);
    const whole = await trainFloat(graph, data(), options);
    let state: TrainingState | undefined;
    const stop = new AbortController();
    const halted = trainFloat(graph, data(), options, {
      signal: stop.signal,
      onEpoch: ({ epoch }, save) => {
        if (epoch !== 3) return;
        state = save();
        stop.abort(new Error("stopped"));
      },
    });
    await expect(halted).rejects.toThrow("stopped");
    if (!state) throw new Error("no state");
    expect(state.divergence.restarts).toBe(1);
    expect(await trainFloat(graph, clean, options, { resume: state })).toEqual(whole);
  });
});
