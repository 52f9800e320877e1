import { describe, expect, it } from "vitest";
import { type Device, decideChoices, device, planAccelerator, usableLuts } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import { standInModel } from "../../integer/index.js";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { type DesignSpace, designSpace } from "../space/design-space.js";
import { madeUpSensitivity } from "../testing/made-up-sensitivity.js";
import type { Limits, Sensitivity } from "../types.js";
import { chooseWidths } from "./choose.js";
import { assignmentFront, uniformAssignments } from "./front.js";

const architecture = defineArchitecture({ window: 6, dModel: 4, feedForward: 8 });
const precision = definePrecision({});

/** Some of the structures: a test need not look at all. */
function some(space: DesignSpace): DesignSpace {
  return { ...space, structures: space.structures.filter((_, index) => index % 4 === 1) };
}

function addedOf({ tensors }: Sensitivity, of: Readonly<Record<string, number>>): number {
  return tensors.reduce((sum, { name, added }) => sum + (added[(of[name] ?? 0) - 2] ?? Number.NaN), 0);
}

/** A small device, all of which may be used, without DSPs and block RAM: then lanes and widths are all there is to choose. */
const small: Device = { ...device("xc7s6"), dsp: 0, blockRam: { count: 0, bits: 18_432 }, lut: 4500, ff: 5000 };
const budget = usableLuts(small, 1);
const bare = some(designSpace(architecture, precision, { device: small, memories: "lut-only", utilisation: 1 }));
const sensitivity = madeUpSensitivity(bare);
const free = ["embedded", "layers.0.hidden", "layers.0.linear1.weight"];
const held = Object.fromEntries(
  bare.tensors.flatMap((name, index) => (free.includes(name) ? [] : [[name, 3 + (index % 3)]])),
);

/** All assignments of the free tensors to 2, 4 and 8 bits with all structures, estimated exactly. */
function enumerated() {
  const all: { lut: number; ff: number; cycles: number; added: number }[] = [];
  for (let index = 0; index < 27; index++) {
    const chosen = free.map((name, place) => [name, [2, 4, 8][Math.floor(index / 3 ** place) % 3] ?? 2] as const);
    const overrides: Record<string, number> = { ...held, ...Object.fromEntries(chosen) };
    const model = standInModel(architecture, { ...precision, overrides });
    for (const { structure } of bare.structures) {
      const { lut, ff } = decideChoices(model, structure.choices, small).estimate;
      all.push({ lut, ff, cycles: structure.counted().cycles, added: addedOf(sensitivity, overrides) });
    }
  }
  return all;
}

describe("against all assignments, one by one", () => {
  const all = enumerated();
  const asked = { fixed: held, allowed: [2, 4, 8] };

  it.each([400, 700])("has the least error that fits in %i cycles", async (cycles) => {
    const choice = await chooseWidths(bare, sensitivity, { objective: "error", limits: { cycles }, ...asked });
    const best = Math.min(
      ...all.flatMap((one) => (one.cycles <= cycles && one.lut <= budget && one.ff <= small.ff ? [one.added] : [])),
    );
    expect(choice.proven).toBe(true);
    expect(choice.value).toBeGreaterThanOrEqual(best);
    expect(choice.value).toBeLessThanOrEqual(best * (1 + choice.gap));
    expect(choice.bound).toBeLessThanOrEqual(best);
    expect(choice.assignment.plan.cyclesPerInference).toBeLessThanOrEqual(cycles);
    expect(choice.assignment.plan.estimate.lut).toBeLessThanOrEqual(budget);
  });

  it.each([400, 1000])("has the fewest LUTs with an error of 4.5 in %i cycles", async (cycles) => {
    const choice = await chooseWidths(bare, sensitivity, {
      objective: "area",
      limits: { cycles, added: 4.5 },
      ...asked,
    });
    const best = Math.min(
      ...all.flatMap((one) =>
        one.cycles <= cycles && one.added <= 4.5 && one.lut <= budget && one.ff <= small.ff ? [one.lut] : [],
      ),
    );
    expect(choice.value).toBeGreaterThanOrEqual(best);
    expect(choice.value).toBeLessThanOrEqual(best * (1 + choice.gap));
    expect(choice.assignment.added).toBeLessThanOrEqual(4.5);
  });
});

describe("a choice", () => {
  const target = { ...device("xc7s6"), lut: 3200 };
  const space = some(designSpace(architecture, precision, { device: target }));
  const own = madeUpSensitivity(space);

  it("keeps its limits, says which bind, and is planned again from its names", async () => {
    const limits: Limits = { cycles: 300, microjoules: 1 };
    const choice = await chooseWidths(space, own, { objective: "error", limits, effort: 60 });
    const { plan, microjoules, precision: chosen, added } = choice.assignment;
    expect(plan.cyclesPerInference).toBeLessThanOrEqual(300);
    expect(microjoules).toBeLessThanOrEqual(1);
    expect(added).toBeCloseTo(addedOf(own, chosen.overrides), 12);
    expect(choice.value).toBe(added);
    expect(choice.bound).toBeLessThanOrEqual(choice.value);
    expect(choice.binding.length).toBeGreaterThan(0);
    for (const { used, limit } of choice.binding) expect(used).toBeLessThanOrEqual(limit);
    const again = planAccelerator(standInModel(architecture, chosen), { device: target, plan: choice.plan });
    expect(again.estimate).toEqual(plan.estimate);
    expect(again.cyclesPerInference).toBe(plan.cyclesPerInference);
  });

  it("is the same when it is asked for again", async () => {
    const ask = (of: DesignSpace) => chooseWidths(of, own, { objective: "energy", limits: { added: 1 }, effort: 30 });
    const [first, second, fresh] = [
      await ask(space),
      await ask(space),
      await ask(some(designSpace(architecture, precision, { device: target }))),
    ];
    expect(second).toEqual(first);
    expect(fresh.assignment.precision).toEqual(first.assignment.precision);
    expect(fresh.value).toBe(first.value);
  });

  it("leaves widths alone that are fixed, and takes no others than allowed", async () => {
    const fixed = { "layers.0.hidden": 7, "head.weight": 2 };
    const { assignment } = await chooseWidths(space, own, {
      objective: "area",
      limits: { added: 8 },
      fixed,
      allowed: [3, 5],
      effort: 20,
    });
    const { overrides } = assignment.precision;
    expect(overrides).toMatchObject(fixed);
    for (const [name, bits] of Object.entries(overrides)) if (!(name in fixed)) expect([3, 5]).toContain(bits);
  });

  it("ends with the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(chooseWidths(space, own, { objective: "error", signal })).rejects.toThrow("enough");
  });

  it("has a front from the least error to the least cost, none of it beaten by a uniform width", async () => {
    const limits = { cycles: 400 };
    const { choices } = await assignmentFront(space, own, { cost: "lut", limits, points: 4, effort: 60 });
    expect(choices.length).toBeGreaterThan(2);
    const points = choices.map(({ assignment }) => ({ lut: assignment.plan.estimate.lut, added: assignment.added }));
    for (const [index, { lut, added }] of points.slice(1).entries()) {
      expect(lut).toBeGreaterThan(points[index]?.lut ?? 0);
      expect(added).toBeLessThan(points[index]?.added ?? 0);
    }
    const uniform = await uniformAssignments(space, own, { objective: "area", limits, effort: 10 });
    expect(uniform.map(({ bits }) => bits)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    for (const { choice } of uniform) {
      if (!choice) continue;
      const { added, plan } = choice.assignment;
      expect(
        Object.values(choice.assignment.precision.overrides).every(
          (bits) => bits === choice.assignment.precision.overrides.embedded,
        ),
      ).toBe(true);
      // Within what the sweep's few points leave out.
      expect(points.some((one) => one.added <= added * 1.001 || one.lut <= plan.estimate.lut * 1.001)).toBe(true);
    }
    expect(uniform[0]?.choice).not.toBeNull();
  });
});

describe("errors", () => {
  const caught = (promise: Promise<unknown>): Promise<GatecastError> =>
    promise.then(
      () => Promise.reject(new Error("no error")),
      (error: unknown) => (error instanceof GatecastError ? error : Promise.reject(error)),
    );
  const ask = (options: object) => caught(chooseWidths(bare, sensitivity, { objective: "error", ...options }));

  it("names what is wrong with a width or a limit", async () => {
    expect((await ask({ fixed: { "layers.0.hiden": 4 } })).remedy).toContain('Did you mean "layers.0.hidden"?');
    expect((await ask({ fixed: { embedded: 9 } })).message).toContain("embedded is 9 bits");
    expect((await ask({ allowed: [1, 4] })).message).toContain("is 1 bits");
    expect((await ask({ limits: { cycles: -3 } })).message).toContain("limit of cycles is -3");
    const other = { ...sensitivity, tensors: sensitivity.tensors.slice(1) };
    const error = await caught(chooseWidths(bare, other, { objective: "error" }));
    expect(error.message).toContain('no sensitivities of "embed.weight"');
  });

  it("says of limits that contradict each other what is attainable of each", async () => {
    const limits = { cycles: 400, added: 0.3 };
    const options = { limits, fixed: held, allowed: [2, 4, 8] };
    const error = await ask(options);
    expect(error.message).toContain("contradict each other");
    const [, least] = /added error of ([\d.]+) %/.exec(error.remedy) ?? [];
    const all = Number(least) / 100;
    expect(all).toBeGreaterThan(0.3);
    const { value } = await chooseWidths(bare, sensitivity, {
      objective: "error",
      ...options,
      limits: { ...limits, added: all * 1.01 },
    });
    expect(value).toBeLessThanOrEqual(all * 1.01);
  });

  it("says of a device that is too small that it is", async () => {
    const tiny = { ...bare, device: { ...small, lut: 500 } };
    const error = await caught(chooseWidths(tiny, sensitivity, { objective: "error" }));
    expect(error.message).toContain("fit");
    expect(error.kind).toBe("hardware");
  });
});
