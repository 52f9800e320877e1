/** Numbers for people, the same on every machine (no locale of the host is asked). */

/** 12345 -> "12,345"; a whole number. */
export function count(value: number): string {
  return group(String(Math.round(value)));
}

/**
 * At least `digits` significant digits; digits before the point are never dropped, thousands are grouped, and there is no
 * exponent between 1e-5 and 1e15: 9.6134 -> "9.61", 1234.5 -> "1,235".
 */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size < 1e-5 || size >= 1e15) return value.toExponential(digits - 1);
  let places = digits;
  for (let limit = 1; size >= limit && places > 0; limit *= 10) places--;
  if (size < 1) for (let limit = 0.1; size < limit * 0.9999999999; limit /= 10) places++;
  return group(value.toFixed(places));
}

/** As `significant`, without zeros at the end: 100 -> "100", 0.0625 -> "0.0625". */
export function plain(value: number, digits = 4): string {
  const text = significant(value, digits);
  return /^-?[\d,]+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** 0.0731 -> "7.3 %". */
export function percent(share: number, places = 1): string {
  return `${(100 * share).toFixed(places)} %`;
}

/** A share that is almost nothing is not called nothing: 0.0001 -> "< 0.1 %". */
export function smallPercent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.001 ? "< 0.1 %" : percent(share);
}

/** A time in seconds with a fitting unit: 0.0000312 -> "31.2 µs". */
export function latency(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
  ];
  for (const [size, unit] of units) if (seconds >= size) return `${significant(seconds / size)} ${unit}`;
  return `${significant(seconds / 1e-9)} ns`;
}

/** How long a step took: 0.4 -> "0.4 s", 75 -> "1 min 15 s". */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "2019-05-03 14:05", as recorded: the milliseconds are read without a time zone. */
export function timestamp(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, iso.slice(17, 19) === "00" ? 16 : 19)}`;
}

/** Step between rows: 300 -> "5 min", 3600 -> "1 h". */
export function stepName(seconds: number): string {
  if (seconds % 86400 === 0) return `${count(seconds / 86400)} d`;
  if (seconds % 3600 === 0) return `${count(seconds / 3600)} h`;
  if (seconds % 60 === 0) return `${count(seconds / 60)} min`;
  return `${plain(seconds)} s`;
}

/** "1 window", "3 windows". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c". */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

function group(digits: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/.exec(digits) ?? [];
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}
