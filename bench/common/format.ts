import type { Precision } from "../../src/model/index.js";

/** A figure for a table, or null (a dash) where it was not measured. */
const shown = (value: number | null, text: (value: number) => string): string | null =>
  value === null || !Number.isFinite(value) ? null : text(value);

/** 12345.6 -> "12,346". */
export function whole(value: number | null): string | null {
  return shown(value, (number) => Math.round(number).toLocaleString("en-US"));
}

export function decimals(value: number | null, digits: number): string | null {
  return shown(value, (number) => number.toFixed(digits));
}

/** "3.10 [2.95 .. 3.32]". */
export function withRange(value: number | null, range: readonly [number, number] | null): string | null {
  if (value === null || range === null) return null;
  return `${value.toFixed(2)} [${range[0].toFixed(2)} .. ${range[1].toFixed(2)}]`;
}

/** "4 bits", or "2 to 6 bits" where tensors differ. */
export function widthsText({ weights, activations, overrides }: Precision): string {
  const all = [weights, activations, ...Object.values(overrides)];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? `${least} bits` : `${least} to ${most} bits`;
}
