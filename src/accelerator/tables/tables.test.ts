import { describe, expect, it } from "vitest";
import { standInModel } from "../../integer/index.js";
import { buildGraph, defineArchitecture, definePrecision, foldNames } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { device } from "../devices.js";
import { planAccelerator } from "../planner.js";
import { choicesByName } from "./choices-by-name.js";
import { decideChoices } from "./plan-of.js";
import { type Structure, structuresFor } from "./structures.js";

const precision = definePrecision({});
const resources = ["lut", "lutram", "ff", "dsp", "blockRam"] as const;

/** The tables' sums of random widths and options, beside the exact estimate. */
function compared(architecture: ReturnType<typeof defineArchitecture>, target: string, one: Structure, seed: number) {
  const random = new Random(seed);
  const graph = buildGraph(architecture, precision);
  const tensors = [...graph.tensors.values()].filter(
    ({ kind, name }) => kind === "code" && !/^(window|forecast)$/.test(name),
  );
  const weights = graph.operators.flatMap((operator) => (operator.kind === "linear" ? [operator.weight.name] : []));
  const widths: Record<string, number> = {};
  for (const name of [...tensors.map((tensor) => tensor.name), ...weights]) widths[name] = 2 + random.integer(7);
  const model = standInModel(architecture, { ...precision, overrides: { ...widths } });
  const { ceilings, fields } = one.costs();
  for (const { name, members } of ceilings) widths[name] = Math.max(...members.map((member) => member.level(widths)));
  const tabled = { lut: 0, lutram: 0, ff: 0, dsp: 0, blockRam: 0 };
  let { choices } = one;
  for (const { scope, options } of fields) {
    const option = options[random.integer(options.length)];
    if (!option) throw new Error("a field without options");
    const cost = option.cost(Object.fromEntries(scope.map((name) => [name, widths[name] ?? Number.NaN])));
    for (const name of resources) tabled[name] += cost[name];
    choices = option.apply(choices);
  }
  return { tabled, exact: decideChoices(model, choices, device(target)).estimate };
}

describe.each(["xc7s15", "ice40up5k"])("cost tables for the %s", (target) => {
  it.each([
    ["one layer", {}],
    ["folds, two targets", { folds: foldNames, inputs: 3, targets: 2, persistence: [0, 1] }],
  ] as const)("add up to the estimate of any widths, memories and multipliers: %s", (_, shape) => {
    const architecture = defineArchitecture({ window: 6, dModel: 8, ...shape });
    const all = structuresFor(architecture, precision, {
      device: device(target),
      mode: "window",
      memories: "selectable",
    });
    const own = all.filter(({ choices }) => choices.units.length === 0);
    const shared = all.filter(({ choices }) => choices.units.length > 0);
    // Requantisers that tasks of very different widths share need more than their ceilings tell, and blocks are whole.
    for (const { kind, allowed, dsps, blocks } of [
      { kind: own, allowed: 0.03, dsps: 2.5, blocks: 2 },
      { kind: shared, allowed: target === "xc7s15" ? 0.08 : 0.2, dsps: 4.5, blocks: target === "xc7s15" ? 4 : 12 },
    ]) {
      for (let seed = 1; seed <= 3; seed++) {
        const one = kind[(seed * 7) % kind.length];
        if (!one) throw new Error("no structure");
        const { tabled, exact } = compared(architecture, target, one, seed);
        expect(Math.abs(tabled.lut / exact.lut - 1)).toBeLessThan(allowed);
        expect(Math.abs(tabled.ff / exact.ff - 1)).toBeLessThan(allowed);
        expect(Math.abs(tabled.dsp - exact.dsp)).toBeLessThan(dsps);
        expect(Math.abs(tabled.blockRam - exact.blockRam)).toBeLessThanOrEqual(blocks);
      }
    }
  });
});

it("has no block RAM with memories in look-up tables only, whatever is chosen", () => {
  const architecture = defineArchitecture({ window: 6, dModel: 8 });
  const all = structuresFor(architecture, precision, {
    device: device("xc7s15"),
    mode: "window",
    memories: "lut-only",
  });
  for (const one of [all[0], all.at(-1)]) {
    if (!one) throw new Error("no structure");
    expect(compared(architecture, "xc7s15", one, 1).exact.blockRam).toBe(0);
  }
});

it.each(["xc7s15", "ice40up5k"])("writes a plan by name, so that the planner makes the same again: %s", (target) => {
  const architecture = defineArchitecture({ window: 6, dModel: 4, folds: ["tail"] });
  const model = standInModel(architecture, definePrecision({ bits: 3 }));
  for (const goal of ["latency", "area"] as const) {
    const plan = planAccelerator(model, { device: device(target), goal });
    const again = planAccelerator(model, { device: device(target), plan: choicesByName(plan) });
    expect(again.cyclesPerInference).toBe(plan.cyclesPerInference);
    expect(again.estimate).toEqual(plan.estimate);
    expect(again.operators).toEqual(plan.operators);
    expect(again.units).toEqual(plan.units);
    expect(again.queues).toEqual(plan.queues);
  }
});
