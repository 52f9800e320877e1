import { describe, expect, it } from "vitest";
import { buildGraph, defineArchitecture, definePrecision } from "../model/index.js";
import { Engine } from "../training/engine/engine.js";
import { Tape, TapeWriter } from "../training/engine/tape.js";
import { type Threads, trainFloat, trainQuantised } from "../training/index.js";
import { kernelModule } from "../training/kernels.js";
import { oscillations } from "../training/testing/source.js";
import { nodeThreads } from "./threads.js";

/** Words of the control block, as in wasm/training/tape.ts. */
const [ticket, done, sleepers, stage] = [0, 16, 32, 64];
const n = 8;
const graph = buildGraph(defineArchitecture({ window: n, dModel: 8 }), definePrecision({ bits: 4 }));
const data = oscillations(n);
const short = { epochs: 5, batch: 48, learningRate: 5e-3 };

async function trained(threads?: Threads) {
  const hooks = threads ? { threads } : {};
  const float = await trainFloat(graph, data, short, hooks);
  return { float, quantised: await trainQuantised(graph, float.parameters, data, short, hooks) };
}

describe("threads", () => {
  it("one, two and three give the same bits", async () => {
    const alone = await trained();
    for (const count of [1, 2, 3]) expect(await trained(nodeThreads(count))).toEqual(alone);
  });

  it("nobody waits for a helper that never comes up", async () => {
    let started = 0;
    let ended = 0;
    const absent: Threads = {
      count: 2,
      start: () => {
        started++;
        return () => {
          ended++;
        };
      },
    };
    expect(await trained(absent)).toEqual(await trained());
    expect([started, ended]).toEqual([2, 2]); // one helper a phase
  });

  it("a helper alone does all shards of a stage, after it slept for want of work", async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
    const control = 65536;
    const words = new Int32Array(memory.buffer, control);
    words[0] = 255;
    const end = nodeThreads(2).start({ module: kernelModule(), memory, control });
    const until = async (word: number, value: number) => {
      while (Atomics.load(words, word) !== value) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await until(sleepers, 1);
    const address = 4096;
    const tapes = [1, 2, 3].map((value, shard) => {
      const tape = new Tape();
      tape.kernels.fill(address + 16 * shard, 4, value);
      return tape;
    });
    words[stage] = new TapeWriter(memory).write(tapes);
    words[stage + 1] = tapes.length;
    Atomics.store(words, ticket, 256);
    Atomics.notify(words, ticket);
    await until(done, 3);
    expect([...new Float32Array(memory.buffer, address, 12)]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect(Atomics.load(words, ticket)).toBe(256 + 3);
    end();
  });

  it("a helper that comes up when all is over ends at once", () => {
    let helped: (() => void) | undefined;
    const engine = new Engine(graph, 16, {
      threads: {
        count: 2,
        start: ({ module, memory, control }) => {
          const { exports } = new WebAssembly.Instance(module, { env: { memory } });
          helped = () => (exports.help as (at: number) => void)(control);
          return () => undefined;
        },
      },
    });
    engine.close();
    // After the end a helper returns at once, instead of waiting for work for ever.
    expect(helped?.()).toBeUndefined();
  });
});
