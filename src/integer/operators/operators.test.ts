import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttentionOperator, LinearOperator } from "../../model/index.js";
import { runAttention, runLast, runLinear, runPool, runResidual } from "../index.js";
import { accumulatorIntervals } from "../intervals.js";
import type { IntegerAttention, IntegerLinear, IntegerResidual, Requantiser } from "../model.js";
import { chooseShift, largestShift, requantise } from "../requantise.js";
import { referenceAttention, referenceLinear, referenceResidual } from "../testing/reference.js";

/** Codes of `bits` bits that prefer the ends of their range. */
function codes(bits: number, length: number): fc.Arbitrary<number[]> {
  const lo = -(2 ** (bits - 1));
  const code = fc.oneof(fc.constantFrom(lo, -lo - 1), fc.integer({ min: lo, max: -lo - 1 }));
  return fc.array(code, { minLength: length, maxLength: length });
}

function big(values: ArrayLike<number>): bigint[] {
  return Array.from(values, (value) => BigInt(value));
}

const requantisers: fc.Arbitrary<Requantiser> = fc
  .record({
    multiplier: fc.oneof(fc.constant(2 ** 17 - 1), fc.integer({ min: 0, max: 2 ** 17 - 1 })),
    shift: fc.integer({ min: 1, max: largestShift }),
    bits: fc.integer({ min: 2, max: 16 }),
    zero: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ multiplier, shift, bits, zero }) => {
    const half = 2 ** (bits - 1);
    const { lo, hi } = { lo: -half, hi: half - 1 };
    return { multipliers: [multiplier], shift, zero: lo + Math.floor(zero * (hi - lo)), lo, hi };
  });

describe("requantise", () => {
  it("equals the contract in BigInt for every product below 2^53", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.nat(16), requantisers, (acc, row, by) => {
        const product = BigInt(acc) * BigInt(by.multipliers[0] ?? 0) + (1n << BigInt(by.shift - 1));
        const exact = Number(product >> BigInt(by.shift)) + by.zero;
        expect(requantise(acc, row, by)).toBe(Math.min(Math.max(exact, by.lo), by.hi));
      }),
      { numRuns: 500 },
    );
  });

  it("takes the largest shift at which the largest multiplier still fits", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 100, noNaN: true }), fc.integer({ min: 10, max: 17 }), (factor, bits) => {
        const shift = chooseShift(factor, bits);
        expect(Math.round(factor * 2 ** shift)).toBeLessThan(2 ** bits);
        if (shift < largestShift) expect(Math.round(factor * 2 ** (shift + 1))).toBeGreaterThanOrEqual(2 ** bits);
      }),
    );
    expect(chooseShift(2 ** 12, 12)).toBeLessThan(1);
    expect(chooseShift(0, 12)).toBe(largestShift);
  });
});

const linears = fc
  .record({
    tokens: fc.integer({ min: 1, max: 9 }),
    rows: fc.integer({ min: 1, max: 7 }),
    columns: fc.integer({ min: 1, max: 40 }),
    bits: fc.constantFrom(2, 4, 8, 16),
    perToken: fc.boolean(),
    // The last is for accumulators beyond 32 bits.
    bias: fc.constantFrom(0, 100, 2 ** 20, 2 ** 40),
    by: fc.option(requantisers),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      weights: codes(8, shape.rows * shape.columns).map((all) => all.map((weight) => Math.max(weight, -127))),
      x: codes(shape.bits, shape.tokens * shape.columns),
      parts: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: shape.tokens * 7, maxLength: shape.tokens * 7 }),
    }),
  )
  .map(({ shape, weights, x, parts }) => {
    const { rows, columns, bits, perToken } = shape;
    const bias = parts.slice(0, (perToken ? shape.tokens : 1) * rows).map((part) => (part * shape.bias) / 4);
    const half = 2 ** (bits - 1);
    const input = [{ lo: -half, hi: half - 1 }];
    const accumulators = accumulatorIntervals(weights, bias, input, rows, columns);
    const wide = shape.bias > 2 ** 30 && shape.by ? { ...shape.by, multipliers: [5] } : shape.by;
    const data: IntegerLinear = { kind: "linear", weights, bias, accumulators, requantiser: wide };
    const operator: LinearOperator = {
      kind: "linear",
      name: "alone",
      input: "x",
      output: "y",
      weight: { name: "alone.weight", rows, columns, bits: 8 },
      bias: { name: "alone.bias", perToken },
      flatten: false,
    };
    return { operator, data, x };
  });

describe("linear", () => {
  it("equals the reference: narrow sums, sums of 32 bits and beyond, odd counts of tokens and rows", () => {
    fc.assert(
      fc.property(linears, ({ operator, data, x }) => {
        const expected = referenceLinear(data, big(x)).map(Number);
        expect(Array.from(runLinear(operator, data, Int32Array.from(x)))).toEqual(expected);
        expect(Array.from(runLinear(operator, data, Float64Array.from(x)))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it("reaches both ends of the proven interval on the worst input, and no partial sum leaves it", () => {
    fc.assert(
      fc.property(linears, fc.nat(6), fc.boolean(), ({ operator, data }, at, upper) => {
        const { rows, columns } = operator.weight;
        const row = at % rows;
        const weights = data.weights.slice(row * columns, (row + 1) * columns);
        const interval = accumulatorIntervals(data.weights, data.bias, [{ lo: -8, hi: 7 }], rows, columns)[row];
        const tokens = data.bias.length / rows;
        const x = weights.map((weight) => (weight > 0 === upper ? 7 : -8));
        const all = Int32Array.from({ length: tokens * columns }, (_, index) => x[index % columns] ?? 0);
        const proven = data.accumulators.map(() => interval ?? { lo: 0, hi: 0 });
        const sums = runLinear(operator, { ...data, accumulators: proven, requantiser: null }, all);
        const ofRow = Array.from(sums).filter((_, index) => index % rows === row);
        expect(upper ? Math.max(...ofRow) : Math.min(...ofRow)).toBe(upper ? interval?.hi : interval?.lo);
        for (let token = 0; token < tokens; token++) {
          let partial = data.bias[token * rows + row] ?? 0;
          weights.forEach((weight, index) => {
            partial += weight * (x[index] ?? 0);
            expect(partial >= (interval?.lo ?? 0) && partial <= (interval?.hi ?? 0)).toBe(true);
          });
        }
      }),
    );
  });
});

describe("attention", () => {
  const cases = fc
    .record({
      tokens: fc.integer({ min: 2, max: 9 }),
      heads: fc.integer({ min: 1, max: 3 }),
      width: fc.integer({ min: 1, max: 5 }),
      bits: fc.constantFrom(2, 4, 8),
      scoreBits: fc.constantFrom(4, 8),
      exponentialBits: fc.constantFrom(4, 8),
      multiplier: fc.integer({ min: 1, max: 65535 }),
      scoreShift: fc.integer({ min: 4, max: 24 }),
      decay: fc.integer({ min: 1, max: 60 }),
      ratio: fc.double({ min: 0.01, max: 30, noNaN: true }),
      zero: fc.integer({ min: -8, max: 7 }),
    })
    .chain((shape) => {
      const length = shape.tokens * shape.heads * shape.width;
      const narrow = codes(shape.bits, length).map((all) =>
        all.map((code) => Math.max(code, 1 - 2 ** (shape.bits - 1))),
      );
      return fc.record({ shape: fc.constant(shape), query: narrow, key: narrow, value: narrow });
    });

  it("equals the reference for every width, number of heads and tokens", () => {
    fc.assert(
      fc.property(cases, ({ shape, query, key, value }) => {
        const { heads, scoreBits, exponentialBits } = shape;
        const top = 2 ** exponentialBits - 1;
        const edge = 2 ** (scoreBits - 1) - 1;
        const shift = 24;
        const data: IntegerAttention = {
          kind: "attention",
          score: { multipliers: [shape.multiplier], shift: shape.scoreShift, zero: 0, lo: -edge, hi: edge },
          table: Array.from({ length: 2 ** scoreBits }, (_, index) =>
            Math.max(0, Math.floor(top - (index * shape.decay) / 8)),
          ),
          numerator: Math.round(2 ** shift * shape.ratio),
          shift,
          zero: shape.zero,
          lo: -8,
          hi: 7,
        };
        const operator: AttentionOperator = {
          kind: "attention",
          name: "alone",
          query: "q",
          key: "k",
          value: "v",
          output: "y",
          heads,
          scoreBits,
          exponentialBits,
        };
        const features = heads * shape.width;
        const inputs = { query: Int32Array.from(query), key: Int32Array.from(key), value: Int32Array.from(value) };
        const expected = referenceAttention(data, heads, features, big(query), big(key), big(value)).map(Number);
        expect(Array.from(runAttention(operator, data, { features, ...inputs }))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

describe("residual, pool and last", () => {
  it("equals the reference in a residual of any addends", () => {
    const cases = fc
      .record({ features: fc.integer({ min: 1, max: 5 }), tokens: fc.integer({ min: 1, max: 4 }) })
      .chain((shape) => {
        const length = shape.features * shape.tokens;
        const ints = (min: number, max: number, count: number) =>
          fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count });
        return fc.record({
          addends: fc.array(ints(-(2 ** 31), 2 ** 31 - 1, length), { minLength: 1, maxLength: 3 }),
          coefficients: fc.array(ints(-(2 ** 17) + 1, 2 ** 17 - 1, shape.features), { minLength: 3, maxLength: 3 }),
          constants: ints(-(2 ** 31), 2 ** 31 - 1, shape.features),
          shift: fc.integer({ min: 1, max: largestShift }),
        });
      });
    fc.assert(
      fc.property(cases, ({ addends, coefficients, constants, shift }) => {
        const half = 2 ** 15;
        const data: IntegerResidual = {
          kind: "residual",
          coefficients: coefficients.slice(0, addends.length),
          constants,
          shift,
          lo: -half,
          hi: half - 1,
        };
        const expected = referenceResidual(data, addends.map(big)).map(Number);
        expect(
          Array.from(
            runResidual(
              data,
              addends.map((x) => Int32Array.from(x)),
            ),
          ),
        ).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("sums over time, and picks the last token's columns", () => {
    const x = Int32Array.of(1, 2, 3, 4, 5, -6);
    expect(runPool(2, x)).toEqual(Int32Array.of(9, 0));
    const last = { kind: "last", name: "last", input: "x", output: "y", columns: [1, 1, 0] } as const;
    expect(runLast(last, 2, x)).toEqual(Int32Array.of(-6, -6, 5));
  });
});
