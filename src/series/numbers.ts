/** The sign between whole and fractional digits. */
export type DecimalSign = "." | ",";

/** What counts as "no value was recorded", compared without regard to case and surrounding blanks. */
export const DEFAULT_MISSING_TOKENS: readonly string[] = ["", "NA", "N/A", "NaN", "null", "none"];

const WITH_POINT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WITH_COMMA = /^[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** The number a trimmed field stands for (perhaps infinite), or undefined when it is none. Never NaN. */
export function parseNumber(text: string, decimal: DecimalSign): number | undefined {
  if (decimal === "." ? WITH_POINT.test(text) : WITH_COMMA.test(text)) {
    return Number(decimal === "." ? text : text.replace(",", "."));
  }
  const infinite = INFINITE.exec(text);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Does the field have fractional digits behind this decimal sign? */
export function hasFraction(text: string, decimal: DecimalSign): boolean {
  return (decimal === "." ? /^[+-]?\d*\.\d+(?:[eE][+-]?\d+)?$/ : /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/).test(text);
}
