/**
 * exp, log, sin and cos made of + - * / and comparisons only. IEEE 754 fixes the result of those to the last bit, so
 * these functions return the same bits on every machine and engine, which the host's `Math` functions do not.
 * Each stays below 1 ulp of error (measured against exact integer arithmetic in the test).
 *
 * Method: classical argument reduction with split constants (Cody and Waite, 1980), then the Taylor series on the small
 * interval, written so that the largest term is added last.
 */

// ln 2 and pi/2 as sums of parts. The leading parts have 32 or 33 bits, so k * part is exact for every k that occurs.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

/** Largest |x| that `sin` and `cos` accept: beyond it the split of pi/2 would no longer be exact. */
export const LARGEST_ANGLE = 1048576;

const SMALLEST_EXPONENT = -1074;

/** POWERS[k + 1074] = 2^k for every k that a double can hold; multiplication by 2 is exact. */
const POWERS: Float64Array = (() => {
  const powers = new Float64Array(1074 + 1024);
  let power = Number.MIN_VALUE;
  for (let index = 0; index < powers.length; index++) {
    powers[index] = power;
    power *= 2;
  }
  return powers;
})();

/** Exactly 2^k for an integer k in -1074 .. 1023. */
export function powerOfTwo(k: number): number {
  const power = POWERS[k - SMALLEST_EXPONENT];
  if (power === undefined) throw new RangeError(`2^${k} is not a finite double`);
  return power;
}

/** 1/n! rounded to double: n! is exact up to 18!, so the quotient is correctly rounded. */
function inverseFactorial(n: number): number {
  let factorial = 1;
  for (let factor = 2; factor <= n; factor++) factorial *= factor;
  return 1 / factorial;
}

/** Horner's rule; coefficients from the constant term upwards. */
function polynomial(coefficients: Float64Array, z: number): number {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) sum = sum * z + (coefficients[index] ?? 0);
  return sum;
}

// (e^r - 1 - r) / r^2 in r
const EXP_SERIES = Float64Array.from({ length: 13 }, (_, index) => inverseFactorial(index + 2));

/** e^x. Overflows to Infinity above 709.78..., goes through the subnormals to 0 below -745.13...; NaN gives NaN. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const value = 1 + (high - (low - r * r * polynomial(EXP_SERIES, r)));
  if (k < -1021) return value * powerOfTwo(k + 64) * powerOfTwo(-64); // one rounding, at the step into the subnormals
  if (k > 1023) return value * 2 * powerOfTwo(k - 1);
  return value * powerOfTwo(k);
}

// (2 atanh(s) - 2 s) / s in z = s^2, without the first factor z: 2/3, 2/5, 2/7 ...
const LOG_SERIES = Float64Array.from({ length: 12 }, (_, index) => 2 / (2 * index + 3));

/** The k and m of x = m * 2^k with m in [sqrt(1/2), sqrt(2)), both exact; x is positive and finite. */
function splitAroundOne(x: number): { m: number; k: number } {
  let low = 0;
  let high = POWERS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((POWERS[middle] ?? Number.POSITIVE_INFINITY) <= x) low = middle;
    else high = middle - 1;
  }
  let k = low + SMALLEST_EXPONENT + 1; // now x / 2^k is in [1/2, 1)
  // Two steps, since 2^-k alone may be no double; both are exact.
  const half = k >> 1;
  let m = x * powerOfTwo(-half) * powerOfTwo(half - k);
  if (m < Math.SQRT1_2) {
    m *= 2;
    k -= 1;
  }
  return { m, k };
}

/** Natural logarithm. log(0) = -Infinity, log of a negative number or of NaN is NaN, log(Infinity) = Infinity. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const { m, k } = splitAroundOne(x);
  const f = m - 1; // exact
  const s = f / (2 + f);
  const z = s * s;
  const halfSquare = 0.5 * f * f;
  // log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(z)), the identity that keeps f itself unrounded.
  const tail = s * (halfSquare + z * polynomial(LOG_SERIES, z));
  return k * LN2_HIGH - (halfSquare - (tail + k * LN2_LOW) - f);
}

/** x = quarter * pi/2 + r + tail with |r| <= pi/4 (nearly) and r + tail good to about 2^-70. */
function reduceAngle(x: number): { quarter: number; r: number; tail: number } {
  if (!(x >= -LARGEST_ANGLE && x <= LARGEST_ANGLE)) {
    throw new RangeError(`sin and cos are defined here for angles within +-${LARGEST_ANGLE}, got ${x}`);
  }
  const k = Math.floor(x * TWO_OVER_PI + 0.5);
  const a = x - k * HALF_PI_1; // exact
  const b = k * HALF_PI_2; // exact
  const sum = a - b;
  const back = sum - a;
  const lost = a - (sum - back) - (b + back); // sum + lost = a - b exactly (Knuth's two-sum)
  const rest = lost - k * HALF_PI_3;
  const r = sum + rest;
  return { quarter: ((k % 4) + 4) % 4, r, tail: sum - r + rest };
}

// (sin r - r) / r^3 and (cos r - 1 + r^2/2) / r^4 in z = r^2
const SIN_SERIES = Float64Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? -1 : 1) * inverseFactorial(2 * i + 3));
const COS_SERIES = Float64Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -1) * inverseFactorial(2 * i + 4));

/** sin(r + tail) for |r| <= pi/4. */
function sinSmall(r: number, tail: number): number {
  const z = r * r;
  return r + (r * z * polynomial(SIN_SERIES, z) + tail * (1 - 0.5 * z));
}

/** cos(r + tail) for |r| <= pi/4. */
function cosSmall(r: number, tail: number): number {
  const z = r * r;
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * z * polynomial(COS_SERIES, z) - r * tail));
}

/**
 * Sine of x in radians.
 * @throws RangeError when |x| is above `LARGEST_ANGLE` or x is NaN.
 */
export function sin(x: number): number {
  if (x === 0) return x;
  const { quarter, r, tail } = reduceAngle(x);
  if (quarter === 0) return sinSmall(r, tail);
  if (quarter === 1) return cosSmall(r, tail);
  if (quarter === 2) return -sinSmall(r, tail);
  return -cosSmall(r, tail);
}

/**
 * Cosine of x in radians.
 * @throws RangeError when |x| is above `LARGEST_ANGLE` or x is NaN.
 */
export function cos(x: number): number {
  const { quarter, r, tail } = reduceAngle(x);
  if (quarter === 0) return cosSmall(r, tail);
  if (quarter === 1) return -sinSmall(r, tail);
  if (quarter === 2) return -cosSmall(r, tail);
  return sinSmall(r, tail);
}
