import { describe, expect, it } from "vitest";
import { bit, module, registered, runStreams, simulate, stream, uint } from "../index.js";

const Item = { v: uint(8) };
const stage = module("stage", { in: { x: stream(Item) }, out: { y: stream(Item) } }, (p, m) => ({
  y: registered(m, "held", Item, p.x),
}));
const items = Array.from({ length: 5 }, (_, v) => ({ v }));
const run = (options: { outputs?: number; stall?: (stream: string) => boolean }) => () =>
  runStreams(simulate(stage), {
    inputs: { x: items },
    outputs: { y: options.outputs ?? 5 },
    maxCycles: 50,
    ...(options.stall === undefined ? {} : { stall: options.stall }),
  });

describe("a simulation that stands still", () => {
  it("says which stream is held up, by whom and since when", () => {
    expect(run({})().outputs.y).toHaveLength(5);
    expect(run({ stall: (name) => name === "y" })).toThrow(
      /^after 50 cycles: 1 of 5 sent into x, 0 of 5 taken from y; stream y: offered since cycle 1, but its sink has not been ready; 0 moved before; stream x: offered since cycle 1, but not taken; 1 moved before/,
    );
    let calls = 0;
    expect(run({ stall: (name) => name === "x" && ++calls > 3 })).toThrow(
      /; stream x: its source has offered nothing since cycle 3; 3 moved before; stream y: nothing has been offered since cycle 4; 3 moved before/,
    );
    expect(run({ outputs: 7 })).toThrow(
      /5 of 7 taken from y; stream y: nothing has been offered since cycle 6; 5 moved/,
    );
  });
});

describe("a stream that an input pauses", () => {
  const gate = module(
    "gate",
    { in: { run: bit(), x: stream(Item) }, out: { y: stream(Item, { pausedBy: "run" }) } },
    (p) => {
      p.x.accept(p.y.ready.and(p.run));
      return { y: { valid: p.x.valid.and(p.run), data: p.x.data } };
    },
  );

  it("may take its offer back while it is paused, and must hold it over the other cycles", () => {
    const sim = simulate(gate);
    sim.poke({ run: true, x_valid: true, x_v: 3 });
    sim.step();
    sim.poke({ run: false });
    sim.step(3);
    sim.poke({ run: true });
    sim.step();
    sim.poke({ x_v: 4 });
    expect(() => sim.step()).toThrow(/stream gate.y did not hold/);
  });

  it("names an input bit", () => {
    const wrong = (pausedBy: string) => () =>
      module("wrong", { in: { n: uint(2) }, out: { y: stream(Item, { pausedBy }) } }, () => ({
        y: { valid: true, data: { v: 0 } },
      }));
    for (const name of ["n", "nothing"]) expect(wrong(name)).toThrow(/which is no input bit/);
  });
});
