import { z } from "zod";
import { demoSeries, prepareSeries } from "../src/series/index.js";
import type { Bench } from "./common/bench.js";
import { networkFor, WINDOW } from "./common/network.js";
import { findPython, PyTorch, pythonLines } from "./common/python.js";
import { sideBySide } from "./common/side-by-side.js";
import { type SpeedRow, speedRows, speedTable } from "./common/speed-rows.js";
import { gatecastTraining } from "./training/gatecast.js";

const rivals = ["pytorch-fp32", "pytorch-qat", "pytorch-qat-36"] as const;
/** Ratios to reach at d_model 16, 32, 64. */
const targets: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  "pytorch-qat": { 16: 3, 32: 2, 64: 1.5 },
  "pytorch-qat-36": { 16: 6, 32: 4, 64: 2.5 },
};
const bits = 4;
/** Windows that PyTorch draws its batches from; ours are those of the built-in series. */
const windows = 5000;

/** Quantisation-aware training steps of this engine against PyTorch in floats and with two fake-quantised models. */
export const training: Bench = {
  name: "training",
  summary: "training steps per CPU-second, beside PyTorch in floats and fake-quantised",
  options: {
    "d-models": "16,32,64 by default",
    batches: "windows per step; 64,256 by default",
    threads: "1,2 by default",
    rounds: "times that all are measured in turn; 5 by default, 3 with --quick",
  },
  async run(options, { root, print, progress }) {
    const dModels = options.numbers("d-models", 2, 128) ?? [16, 32, 64];
    const batches = options.numbers("batches", 1, 4096) ?? [64, 256];
    const threadCounts = options.numbers("threads", 1, 64) ?? [1, 2];
    const slices = {
      rounds: options.number("rounds", 1, 1000) ?? (options.quick ? 3 : 5),
      cpuSeconds: options.quick ? 0.3 : 1,
    };
    const program = await findPython();
    const { train } = prepareSeries(demoSeries(1), { target: "flow", splitColumn: "split", window: WINDOW });
    const rows: SpeedRow[] = [];
    let python: string[] = [];
    for (const threads of threadCounts) {
      const torch = await PyTorch.start(program, root, threads);
      try {
        if (python.length === 0) {
          python = pythonLines(torch.versions);
          for (const line of python) print(line);
        }
        for (const dModel of dModels) {
          for (const batch of batches) {
            const contenders = [gatecastTraining(networkFor(train, dModel, bits), train, batch, threads)];
            for (const engine of rivals) {
              const shape = { window: WINDOW, inputs: 1, dModel, batch, bits, windows };
              await torch.ask({ command: "training", name: engine, engine, ...shape }, z.object({}));
              contenders.push(torch.contender(engine));
            }
            const compared = await sideBySide(contenders, "gatecast", slices);
            rows.push(...speedRows({ dModel, batch, threads }, compared, (engine, d) => targets[engine]?.[d] ?? null));
            progress(`threads ${threads}, d_model ${dModel}, batch ${batch}: measured`);
          }
        }
      } finally {
        torch.stop();
      }
    }
    print(`\n${speedTable(rows)}`);
    print(
      `\nA step of gatecast: a batch gathered, forward, backward, Adam, learned step sizes; ${bits} bits, n = ${WINDOW}, one input.`,
    );
    print(
      "ratio: samples per CPU-second (of all threads) of gatecast over the engine's: median and range of the rounds.",
    );
    return { python, slices, rows };
  },
};
