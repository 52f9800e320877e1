import { GatecastError } from "../errors.js";
import { type Column, columnOf, numericValues, type Table } from "./table.js";
import {
  type DateOrder,
  dayToMilliseconds,
  looksLikeTimestamp,
  parseTimestamp,
  recogniseDateOrder,
} from "./timestamp-format.js";

/** The instant of every row. */
export interface Timestamps {
  /** Milliseconds since 1970, as if every clock without an offset showed UTC; never NaN. */
  readonly milliseconds: Float64Array;
  /** The columns it was made of. */
  readonly columns: readonly string[];
}

const CALENDAR = ["year", "month", "day", "hour", "minute", "second"] as const;
const TELLING_NAME = /^(date|time|timestamp|datetime|date[_ ]?time|time[_ ]?stamp|ts|when)$/i;
const EPOCH_NAME = /^(timestamp|time[_ ]?stamp|epoch|unix.*|ts|time)$/i;

/**
 * The instants of the rows, from the named columns or from those that are recognised: a column of instants; text that
 * parses as timestamps, `date` and `time` apart included; year, month, day[, hour, minute, second]; a numeric column
 * named like an epoch count whose values are seconds or milliseconds since 1970.
 *
 * @param named column names; null = there is no timestamp; undefined = recognise
 * @returns undefined where there is none
 * @throws GatecastError (data) with the line of a value that is no timestamp, or for dates that can be read two ways
 */
export function timestampsOf(
  table: Table,
  named: readonly string[] | null | undefined,
  order?: DateOrder,
): Timestamps | undefined {
  if (named === null) return undefined;
  const columns = named?.map((name) => columnOf(table, name)) ?? recognise(table);
  if (columns === undefined) return undefined;
  return { milliseconds: convert(table, columns, order), columns: columns.map((column) => column.name) };
}

function recognise(table: Table): readonly Column[] | undefined {
  const { columns } = table;
  const instants = columns.find((column) => column.kind === "time");
  if (instants !== undefined) return [instants];

  const date = columns.find((column) => /^date$/i.test(column.name) && column.kind === "text");
  const time = columns.find((column) => /^time$/i.test(column.name) && column.kind === "text");
  if (date?.kind === "text" && time?.kind === "text" && looksLikeTimestamp(`${date.values[0]} ${time.values[0]}`)) {
    return [date, time];
  }
  const texts = columns.filter((column) => column.kind === "text");
  const telling = texts.filter((column) => TELLING_NAME.test(column.name));
  const text = [...telling, ...texts].find((column) => isMostlyTimestamps(column.values));
  if (text !== undefined) return [text];

  const calendar = CALENDAR.map((unit) => columns.find((column) => column.name.toLowerCase() === unit));
  const known = calendar.slice(0, calendar.includes(undefined) ? calendar.indexOf(undefined) : calendar.length);
  if (known.length >= 3) return known.filter((column) => column !== undefined);

  const epoch = columns.find((column) => EPOCH_NAME.test(column.name) && epochUnit(column) !== undefined);
  return epoch === undefined ? undefined : [epoch];
}

function isMostlyTimestamps(values: readonly string[]): boolean {
  const sample = values.slice(0, 100);
  return sample.filter(looksLikeTimestamp).length >= 0.9 * sample.length;
}

/** Milliseconds per count of an epoch column by the size of its values (years 1973 .. 2286), or undefined. */
function epochUnit(column: Column): number | undefined {
  if (column.kind !== "numeric") return undefined;
  const within = (low: number, high: number): boolean => column.values.every((value) => value >= low && value < high);
  if (within(1e8, 1e10)) return 1000;
  if (within(1e11, 1e13)) return 1;
  return undefined;
}

function convert(table: Table, columns: readonly Column[], order: DateOrder | undefined): Float64Array {
  const [first, second] = columns;
  const name = columns.map((column) => column.name).join(", ");
  if (first?.kind === "time" && second === undefined) {
    return eachRow(
      table,
      name,
      (row) => first.values[row],
      () => "(missing)",
    );
  }
  if (columns.length >= 3) return fromCalendar(table, columns, name);
  if (first?.kind === "numeric" && second === undefined) {
    const unit = epochUnit(first);
    if (unit !== undefined) return first.values.map((value) => Math.round(value * unit));
    throw new GatecastError("data", `Column "${first.name}" of ${table.source} holds numbers that are no timestamps.`, {
      remedy: "Timestamps are text such as 2016-01-04 00:05, or seconds or milliseconds since 1970. For none: null.",
      where: { file: table.source, column: first.name },
    });
  }
  const parts = columns.map((column) => (column.kind === "text" ? column.values : undefined));
  const text = (row: number): string =>
    parts
      .map((values) => values?.[row] ?? "")
      .join(" ")
      .trim();
  const used =
    order ??
    decideOrder(
      table,
      name,
      Array.from({ length: table.rows }, (_, row) => text(row)),
    );
  return eachRow(table, name, (row) => parseTimestamp(text(row), used), text);
}

function decideOrder(table: Table, name: string, texts: readonly string[]): DateOrder {
  const order = recogniseDateOrder(texts);
  if (order === "none needed") return "dmy";
  if (order !== "ambiguous") return order;
  throw new GatecastError(
    "data",
    `The dates in column "${name}" of ${table.source} (such as "${texts[0]}") can be read as day/month or month/day.`,
    { remedy: 'Say which with the option dateOrder ("dmy" or "mdy").', where: { file: table.source, column: name } },
  );
}

function fromCalendar(table: Table, columns: readonly Column[], name: string): Float64Array {
  const units = columns.map((column) => numericValues(table, column.name));
  const at = (unit: number, row: number): number => units[unit]?.[row] ?? 0;
  const instant = (row: number): number | undefined => {
    const midnight = dayToMilliseconds(at(0, row), at(1, row), at(2, row));
    return midnight === undefined ? undefined : midnight + ((at(3, row) * 60 + at(4, row)) * 60 + at(5, row)) * 1000;
  };
  return eachRow(table, name, instant, (row) => units.map((values) => values[row]).join(", "));
}

function eachRow(
  table: Table,
  name: string,
  instant: (row: number) => number | undefined,
  text: (row: number) => string,
): Float64Array {
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const value = instant(row);
    if (value !== undefined && Number.isFinite(value)) return value;
    const line = table.lines[row] ?? 0;
    throw new GatecastError(
      "data",
      `Line ${line} of ${table.source}: "${text(row)}" in column "${name}" is no timestamp.`,
      {
        remedy: "Mend or remove that line, or name another timestamp column (null for none).",
        where: { file: table.source, line, column: name },
      },
    );
  });
}
