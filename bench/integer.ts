import { z } from "zod";
import { createInterpreter, encodeSamples } from "../src/integer/index.js";
import { demoSeries, prepareSeries } from "../src/series/index.js";
import { trainFloat, trainQuantised } from "../src/training/index.js";
import type { Bench } from "./common/bench.js";
import { integerModelFor, networkFor, WINDOW } from "./common/network.js";
import { findPython, PyTorch, pythonLines } from "./common/python.js";
import { measureHere, sideBySide } from "./common/side-by-side.js";
import { type SpeedRow, speedRows, speedTable } from "./common/speed-rows.js";

/** Ratio to reach at every d_model. */
const target = 1.2;
/** Batches that PyTorch may choose from; it gets the one it is fastest with. */
const batches = [64, 128, 256, 512, 1024, 2048];

/** The integer-only model on a whole test set against PyTorch's floating-point evaluation of the same network. */
export const integer: Bench = {
  name: "integer",
  summary: "integer-only inference of a whole test set, beside PyTorch's evaluation in floats",
  options: {
    "d-models": "16,32,64 by default",
    bits: "of weights and activations; 4 by default",
    rounds: "times that both are measured in turn; 7 by default, 3 with --quick",
  },
  async run(options, { root, print, progress }) {
    const dModels = options.numbers("d-models", 2, 128) ?? [16, 32, 64];
    const bits = options.number("bits", 2, 8) ?? 4;
    const slices = {
      rounds: options.number("rounds", 1, 1000) ?? (options.quick ? 3 : 7),
      cpuSeconds: options.quick ? 0.3 : 1,
    };
    const torch = await PyTorch.start(await findPython(), root, 1);
    const rows: SpeedRow[] = [];
    const python = pythonLines(torch.versions);
    try {
      for (const line of python) print(line);
      const data = prepareSeries(demoSeries(1), { target: "flow", splitColumn: "split", window: WINDOW });
      const { test } = data;
      const samples = new Float64Array(test.count * test.inputSize);
      test.gatherRaw(test.allIndices(), samples, new Float64Array(test.count * test.outputSize));
      for (const dModel of dModels) {
        const graph = networkFor(test, dModel, bits);
        // One epoch of each: enough that no tensor is dead, since speed is all that is measured here.
        const { parameters } = await trainFloat(graph, data, { epochs: 1 });
        const { quantised } = await trainQuantised(graph, parameters, data, { epochs: 1, polish: 0 });
        const model = integerModelFor(graph, quantised, test);
        const interpreter = createInterpreter(model);
        const codes = encodeSamples(model, samples);
        const own = {
          name: "gatecast",
          measure: async (cpuSeconds: number) =>
            measureHere(() => {
              interpreter.run(codes);
              return test.count;
            }, cpuSeconds),
        };
        const { batch } = await torch.ask(
          {
            command: "evaluation",
            name: "pytorch-fp32",
            window: WINDOW,
            inputs: 1,
            dModel,
            windows: test.count,
            batches: batches.map((size) => Math.min(size, test.count)),
            trialSeconds: slices.cpuSeconds / 2,
          },
          z.object({ batch: z.number() }),
        );
        const compared = await sideBySide([own, torch.contender("pytorch-fp32")], "gatecast", slices);
        rows.push(
          ...speedRows({ dModel, batch: test.count, threads: 1 }, compared, (engine) =>
            engine === "gatecast" ? null : target,
          ).map((row) => (row.engine === "gatecast" ? row : { ...row, batch })),
        );
        progress(`d_model ${dModel}: measured`);
      }
      print(`\n${speedTable(rows)}`);
      print(
        `\n${test.count} test windows of n = ${WINDOW}, one input; gatecast at ${bits} bits, PyTorch in floats, each on one thread.`,
      );
      print("batch: windows handed over in one call; PyTorch's is the fastest of those tried.");
    } finally {
      torch.stop();
    }
    return { python, slices, bits, rows };
  },
};
