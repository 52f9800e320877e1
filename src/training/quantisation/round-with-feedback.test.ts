import { describe, expect, it } from "vitest";
import { Random } from "../../numeric/random.js";
import { roundWithFeedback } from "./round-with-feedback.js";

const size = 12;
/** Covariance of windows of a random walk around its mean: neighbours hardly differ. */
const covariance = Float64Array.from(
  { length: size * size },
  (_, at) => 1 - 0.01 * Math.abs(Math.floor(at / size) - (at % size)),
);
const random = new Random(7);
const row = Array.from({ length: size }, () => 0.1 * random.normal());

const error = (weights: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [a, b] = [(weights[i] ?? 0) - (row[i] ?? 0), (weights[j] ?? 0) - (row[j] ?? 0)];
      sum += a * b * (covariance[i * size + j] ?? 0);
    }
  }
  return sum;
};

describe("roundWithFeedback", () => {
  it("gives codes within the limit, of a far smaller error than weights rounded each for itself", () => {
    for (const limit of [1, 3, 7, 127]) {
      const rounded = roundWithFeedback(row, covariance, limit, 0);
      if (!rounded) throw new Error("nothing was rounded");
      for (const weight of rounded.weights) {
        const code = weight / rounded.scale;
        expect(code).toBeCloseTo(Math.round(code), 6);
        expect(Math.abs(Math.round(code))).toBeLessThanOrEqual(limit);
      }
      const largest = Math.max(...row.map(Math.abs));
      const plain = row.map((weight) => (Math.round((weight / largest) * limit) * largest) / limit);
      expect(error(rounded.weights)).toBeLessThan((limit === 127 ? 0.8 : 0.3) * error(plain));
    }
  });

  it("takes scales that are whole multiples of a unit, one at least", () => {
    const largest = Math.max(...row.map(Math.abs));
    for (const unit of [largest / 200, largest / 7, largest / 2]) {
      const { scale = 0 } = roundWithFeedback(row, covariance, 127, unit) ?? {};
      expect(scale / unit).toBeCloseTo(Math.max(1, Math.round(scale / unit)), 5);
    }
  });

  it("leaves rows of zeros, and inputs that never vary", () => {
    expect(roundWithFeedback(new Float32Array(size), covariance, 7, 0)).toBeUndefined();
    expect(roundWithFeedback(row, new Float64Array(size * size), 7, 0)).toBeUndefined();
  });
});
