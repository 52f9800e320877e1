import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { demoSeries, prepareSeries } from "../series/index.js";
import { initialise, type TrainingHooks, trainFloat, trainQuantised } from "./index.js";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const window = 4;
const graph = buildGraph(defineArchitecture({ window, dModel: 2, feedForward: 2 }), definePrecision({ bits: 4 }));
const series = prepareSeries(demoSeries(1), { target: "flow", splitColumn: "split", window });
const data = { train: series.train.spread(4000), validation: series.validation.spread(64) };
/** 1,000 steps an epoch. */
const options = { epochs: 12, batch: 4 };

/** Bytes in use, JavaScript's and its buffers', after a full collection behind the epochs 2 and 12: 10,000 steps apart. */
async function growth(train: (hooks: TrainingHooks) => Promise<unknown>): Promise<number> {
  const used: number[] = [];
  await train({
    onEpoch: ({ epoch }) => {
      if (epoch !== 2 && epoch !== options.epochs) return;
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      used.push(heapUsed + arrayBuffers);
    },
  });
  const [early = Number.NaN, late = Number.NaN] = used;
  return late - early;
}

describe("memory", () => {
  // The engine's own compiled code and ten epochs' records come to 100 kB or so; one small array kept a step, to a megabyte.
  const most = 400_000;

  it("is flat over 10,000 steps in floats", async () => {
    expect(await growth((hooks) => trainFloat(graph, data, { ...options, patience: 100 }, hooks))).toBeLessThan(most);
  });

  it("is flat over 10,000 quantisation-aware steps", async () => {
    const parameters = initialise(graph, 1);
    expect(await growth((hooks) => trainQuantised(graph, parameters, data, options, hooks))).toBeLessThan(most);
  });
});
