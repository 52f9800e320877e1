import { expect, it } from "vitest";
import { renderLine } from "./line.js";
import { type TrainingView, trainingHeadline, trainingLine, trainingPanel } from "./training-view.js";

const view: TrainingView = {
  epoch: 3,
  epochs: 40,
  training: [0.5, 0.2, 0.0123],
  validation: [0.4, 0.0141, 0.0145],
  best: { epoch: 2, validation: 0.0141 },
  samplesPerSecond: 61_240.4,
};
const panel = (columns: number, rows: number, of = view) =>
  trainingPanel(of, { columns, rows }).map((line) => renderLine(line, columns, false));

it("says the same in a plain line and on a terminal", () => {
  expect(trainingLine(view)).toBe(
    "epoch 3/40, training loss 0.0123, validation loss 0.0145, best 0.0141 in epoch 2, 61,240 windows/s",
  );
  expect(trainingHeadline(view)).toBe("epoch 3/40  61,240 windows/s");
  expect(panel(90, 20)[0]).toBe("            training loss 0.0123  validation loss 0.0145  best 0.0141 in epoch 2");
});

it("says where nothing was better than the first weights", () => {
  const worse = { ...view, best: { epoch: 0, validation: 0.01 } };
  expect(trainingLine(worse)).toContain("best 0.0100 before the first epoch");
  expect(panel(90, 20, worse).join("").match(/●/g)).toHaveLength(1); // in the title only
});

it("draws both curves, as large as there is room for", () => {
  const large = panel(200, 50);
  expect(large).toHaveLength(10);
  expect(large[1]).toMatch(/validation loss.*training loss/);
  for (const line of large.slice(1)) expect([...line]).toHaveLength(102);
  for (const line of panel(60, 8)) expect([...line].length).toBeLessThanOrEqual(60);
  expect(panel(60, 8)).toHaveLength(8);
});

it("leaves the curves out where there is no room for them", () => {
  expect(panel(40, 20)).toHaveLength(1);
  expect(panel(90, 5)).toHaveLength(1);
});
