import { expect, it } from "vitest";
import { device } from "../../accelerator/index.js";
import { standInModel } from "../../integer/index.js";
import { defineArchitecture, definePrecision } from "../../model/index.js";
import { chooseWidths } from "../choice/choose.js";
import { madeUpSensitivity } from "../testing/made-up-sensitivity.js";
import { designSpace } from "./design-space.js";
import { withLessRoom } from "./less-room.js";

it("leaves as much less room as a trained design takes more than what stood in for it, and never the same", async () => {
  const architecture = defineArchitecture({ window: 6, dModel: 4 });
  const space = designSpace(architecture, definePrecision(), { device: device("xc7s6") });
  const choice = await chooseWidths(space, madeUpSensitivity(space), { objective: "energy", effort: 20 });
  const { assignment } = choice;
  const model = standInModel(architecture, assignment.precision);
  expect(withLessRoom(space, choice, model).utilisation).toBeCloseTo(space.utilisation / 1.01, 9);

  const { estimate } = assignment.plan;
  const promised = { ...assignment, plan: { ...assignment.plan, estimate: { ...estimate, lut: estimate.lut / 1.2 } } };
  const less = withLessRoom(space, { ...choice, assignment: promised }, model);
  expect(less.utilisation).toBeCloseTo(space.utilisation / 1.2, 9);
});
