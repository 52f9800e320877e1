import { describe, expect, it } from "vitest";
import { cos, exp, LARGEST_ANGLE, log, powerOfTwo, sin } from "./elementary.js";
import { Random } from "./random.js";

// An independent reference: fixed-point numbers with 260 fractional bits as BigInt.
const BITS = 260n;
const ONE = 1n << BITS;

const view = new DataView(new ArrayBuffer(8));

/** A double as an exact fixed-point number (it must be a multiple of 2^-260). */
function toFixed(x: number): bigint {
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const mantissa = field === 0 ? word & 0xfffffffffffffn : (word & 0xfffffffffffffn) | 0x10000000000000n;
  const shift = BigInt(Math.max(field, 1) - 1075) + BITS;
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return word >> 63n === 0n ? size : -size;
}

function ulpOf(x: number): number {
  view.setFloat64(0, Math.abs(x));
  const field = Number(view.getBigUint64(0) >> 52n);
  return powerOfTwo(Math.max(field, 1) - 1075);
}

/** Error of `got` against the exact value, in units of got's last place. */
function errorInUlp(got: number, exact: bigint): number {
  const difference = toFixed(got) - exact;
  const unit = toFixed(ulpOf(got));
  return Math.abs(Number((difference * 10000n) / unit)) / 10000;
}

function expFixed(x: bigint): bigint {
  // halve the argument 16 times, Taylor, square 16 times
  const small = x >> 16n;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n; n++) {
    term = (term * small) / (n << BITS);
    sum += term;
  }
  for (let square = 0; square < 16; square++) sum = (sum * sum) >> BITS;
  return sum;
}

/** log by Newton's method on expFixed, from a good start. */
function logFixed(x: number): bigint {
  const target = toFixed(x);
  let y = toFixed(Math.log(x));
  for (let step = 0; step < 3; step++) {
    const e = expFixed(y);
    y += (2n * (target - e) * ONE) / (target + e);
  }
  return y;
}

function sinCosFixed(x: bigint, odd: boolean): bigint {
  let term = odd ? x : ONE;
  let sum = term;
  for (let n = odd ? 1n : 0n; term !== 0n; n += 2n) {
    term = -((((term * x) >> BITS) * x) >> BITS) / ((n + 1n) * (n + 2n));
    sum += term;
  }
  return sum;
}

describe("elementary functions", () => {
  const random = new Random(1);
  const sample = (count: number, low: number, high: number): number[] =>
    Array.from({ length: count }, () => random.uniformBetween(low, high));

  it("exp stays within 0.85 ulp of the exact value", () => {
    const worst = Math.max(
      ...[...sample(300, -1, 1), ...sample(200, -60, 60)].map((x) => errorInUlp(exp(x), expFixed(toFixed(x)))),
    );
    expect(worst).toBeLessThan(0.85);
  });

  it("log stays within 0.85 ulp of the exact value", () => {
    const inputs = [...sample(200, 0.5, 2), ...sample(100, 1e-9, 1e-3), ...sample(100, 1, 1e15), 1 + 2 ** -52];
    const worst = Math.max(...inputs.map((x) => errorInUlp(log(x), logFixed(x))));
    expect(worst).toBeLessThan(0.85);
  });

  it("sin and cos stay within 0.85 ulp of the exact value, also beside their zeros", () => {
    const inputs = [...sample(2000, -8, 8), Math.PI, Math.PI / 2, -Math.PI / 2, 3 * Math.PI, 11, 355 / 113, 22];
    const worstSin = Math.max(...inputs.map((x) => errorInUlp(sin(x), sinCosFixed(toFixed(x), true))));
    const worstCos = Math.max(...inputs.map((x) => errorInUlp(cos(x), sinCosFixed(toFixed(x), false))));
    expect(worstSin).toBeLessThan(0.85);
    expect(worstCos).toBeLessThan(0.85);
  });

  it("agrees with Math within 2 ulp over the whole range", () => {
    for (const x of [...sample(4000, -745, 709), ...sample(1000, -2, 2)]) {
      expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(2 * ulpOf(Math.exp(x)));
    }
    for (const x of [...sample(2000, 0, 4), ...sample(500, 0, 1e300), ...sample(500, 0, 1e-300), 5e-324, 1e-310]) {
      expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(2 * ulpOf(Math.log(x)));
    }
    for (const x of [...sample(2000, -10, 10), ...sample(1000, -1e6, 1e6)]) {
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThanOrEqual(2 * ulpOf(Math.sin(x)));
      expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThanOrEqual(2 * ulpOf(Math.cos(x)));
    }
  });

  it("has the right corners", () => {
    expect(exp(0)).toBe(1);
    expect(exp(709.9)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(709.78)).toBe(Math.exp(709.78));
    expect(exp(-746)).toBe(0);
    expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exp(Number.NaN)).toBeNaN();
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(-1)).toBeNaN();
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(sin(0)).toBe(0);
    expect(cos(0)).toBe(1);
    expect(powerOfTwo(-1074)).toBe(5e-324);
    expect(powerOfTwo(1023)).toBe(2 ** 1023);
    expect(() => powerOfTwo(1024)).toThrow(RangeError);
    expect(() => sin(LARGEST_ANGLE * 2)).toThrow(RangeError);
    expect(() => cos(Number.NaN)).toThrow(RangeError);
  });

  it("returns these very bits on every machine", () => {
    expect([exp(1.1), exp(-3.3), log(7), log(0.3), sin(1), cos(100)]).toEqual([
      3.0041660239464334, 0.036883167401240015, 1.9459101490553132, -1.2039728043259361, 0.8414709848078965,
      0.8623188722876839,
    ]);
  });
});
