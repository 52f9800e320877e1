/** Order of the numbers in dates such as 03/04/2020, where the text itself cannot tell. */
export type DateOrder = "dmy" | "mdy";

const ISO = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]+(.+))?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})[T ](.+)$/;
const NUMBERED = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ]+(.+))?$/;
const CLOCK = /^(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?\s*([AaPp][Mm])?\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;
const HOUR_ONLY = /^(\d{1,2})\s*([AaPp][Mm])$/;

const MINUTE = 60_000;

/** Milliseconds since midnight (minus the offset from UTC where one is written), or undefined. */
function parseClock(text: string): number | undefined {
  const short = HOUR_ONLY.exec(text);
  const match = short === null ? CLOCK.exec(text) : [text, short[1], "00", undefined, undefined, short[2], undefined];
  if (match === null) return undefined;
  const half = match[5]?.toLowerCase();
  let hour = Number(match[1]);
  const minute = Number(match[2]);
  const second = Number(match[3] ?? 0);
  if (hour > 24 || minute > 59 || second > 60) return undefined;
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === "pm" ? 12 : 0);
  }
  // Rounded to whole milliseconds: finer steps are no matter for a forecaster of a sensor.
  const fraction = match[4] === undefined ? 0 : Math.round(Number(`0.${match[4]}`) * 1000);
  return ((hour * 60 + minute) * 60 + second) * 1000 + fraction - parseOffset(match[6]);
}

function parseOffset(zone: string | undefined): number {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0;
  const digits = zone.slice(1).replace(":", "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith("-") ? -minutes : minutes) * MINUTE;
}

/** Milliseconds since 1970 of a calendar day (proleptic Gregorian, as if UTC), or undefined for a day there is not. */
export function dayToMilliseconds(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime();
}

/**
 * Parses one timestamp: ISO 8601 with "T" or blank (also with / or . and without seconds), 20160104T0005,
 * 04.01.2016 00:05 (day first), 4/1/2016 12:05 AM (by `order`), with fractions of seconds and offsets from UTC.
 * A timestamp without offset is taken as written, as if it were UTC.
 *
 * @returns milliseconds since 1970, or undefined when the text is no timestamp
 */
export function parseTimestamp(text: string, order: DateOrder): number | undefined {
  const iso = ISO.exec(text) ?? COMPACT.exec(text)?.toSpliced(2, 0, "-");
  if (iso !== undefined) return join(Number(iso[1]), Number(iso[3]), Number(iso[4]), iso[5]);
  const numbered = NUMBERED.exec(text);
  if (numbered === null) return undefined;
  const first = Number(numbered[1]);
  const second = Number(numbered[3]);
  const dayFirst = numbered[2] === "." || order === "dmy";
  return join(Number(numbered[4]), dayFirst ? second : first, dayFirst ? first : second, numbered[5]);
}

function join(year: number, month: number, day: number, clock: string | undefined): number | undefined {
  const midnight = dayToMilliseconds(year, month, day);
  if (midnight === undefined) return undefined;
  if (clock === undefined) return midnight;
  const time = parseClock(clock.trim());
  return time === undefined ? undefined : midnight + time;
}

/** Could this field be a timestamp, in any order of day and month? */
export function looksLikeTimestamp(text: string): boolean {
  return parseTimestamp(text, "dmy") !== undefined || parseTimestamp(text, "mdy") !== undefined;
}

/**
 * The order of day and month that the dates themselves prove: some first number above 12 proves day first, some second
 * one month first.
 * @returns "none needed" where no date of that form occurs, "ambiguous" where nothing proves either or both are proved
 */
export function recogniseDateOrder(texts: readonly string[]): DateOrder | "none needed" | "ambiguous" {
  let occurs = false;
  let dayFirst = false;
  let monthFirst = false;
  for (const text of texts) {
    const match = NUMBERED.exec(text);
    if (match === null || match[2] === ".") continue;
    occurs = true;
    if (Number(match[1]) > 12) dayFirst = true;
    if (Number(match[3]) > 12) monthFirst = true;
  }
  if (!occurs) return "none needed";
  if (dayFirst === monthFirst) return "ambiguous";
  return dayFirst ? "dmy" : "mdy";
}
