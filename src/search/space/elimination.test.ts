import { expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { indexIn, planElimination } from "./elimination.js";
import { LABELS } from "./labels.js";

it("indexes every message and table by the labels of its variables", () => {
  const scopes = [[0, 1, 2], [2, 3], [4, 3], [1], []];
  const elimination = planElimination(5, scopes);
  const random = new Random(3);
  const tables = elimination.scopes.map((scope) =>
    Float64Array.from({ length: LABELS ** scope.length }, () => random.uniform()),
  );
  const sumAt = (labels: readonly number[]) =>
    elimination.scopes.reduce((sum, scope, table) => sum + (tables[table]?.[indexIn(scope, labels)] ?? Number.NaN), 0);
  // Minimised over by the steps.
  const messages: Float64Array[] = [];
  let least = 0;
  for (const { inputs, scope, size } of elimination.steps) {
    const message = Float64Array.from({ length: size }, (_, at) => {
      const sums = Array.from({ length: LABELS }, (__, label) =>
        inputs.reduce((sum, { table, indices }) => {
          const from = tables[table] ?? messages[table - tables.length];
          return sum + (from?.[indices[at * LABELS + label] ?? -1] ?? Number.NaN);
        }, 0),
      );
      return Math.min(...sums);
    });
    messages.push(message);
    if (scope.length === 0) least += message[0] ?? Number.NaN;
  }
  // And by trying all.
  let tried = Number.POSITIVE_INFINITY;
  for (let index = 0; index < LABELS ** 5; index++) {
    const labels = Array.from({ length: 5 }, (_, variable) => Math.floor(index / LABELS ** variable) % LABELS);
    tried = Math.min(tried, sumAt(labels));
  }
  expect(least).toBeCloseTo(tried, 10);
  expect(elimination.tableOf([4, 3])).toBeGreaterThanOrEqual(5);
  expect(() => elimination.tableOf([0, 4])).toThrow("no table");
});
