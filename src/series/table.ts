import { GatecastError } from "../errors.js";
import { nearestName } from "./nearest-name.js";

/** Numbers; NaN where the value is missing, +-Infinity where the file says so. */
export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly values: Float64Array;
}

/** A column with at least one value that is neither a number nor a missing token. Values are trimmed. */
export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  readonly values: readonly string[];
  /** The first row whose value is not a number, for error messages. */
  readonly firstText: { readonly row: number; readonly value: string };
}

/** Instants as milliseconds since 1970 (only from formats that store them as such, like Parquet); NaN = missing. */
export interface TimeColumn {
  readonly kind: "time";
  readonly name: string;
  readonly values: Float64Array;
}

export type Column = NumericColumn | TextColumn | TimeColumn;

/** A recording as it was read: named columns of equal length, nothing cleaned yet. */
export interface Table {
  /** What it was read from, for messages: usually a file name. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** 1-based line of each row in the source (for Parquet: the 1-based row number). */
  readonly lines: Int32Array;
  /** What the reader recognised or decided, in plain words. */
  readonly notes: readonly string[];
}

/**
 * Puts a table together and checks it: unique, non-empty names, equal lengths, at least one row.
 * @throws GatecastError (data) for duplicate column names or a table without rows
 */
export function makeTable(
  source: string,
  columns: readonly Column[],
  lines: Int32Array,
  notes: readonly string[] = [],
): Table {
  const places = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    const earlier = places.get(column.name);
    if (earlier !== undefined) {
      throw new GatecastError(
        "data",
        `${source} has two columns named "${column.name}" (columns ${earlier + 1} and ${index + 1}).`,
        { remedy: "Rename one of them in the header.", where: { file: source, column: column.name } },
      );
    }
    places.set(column.name, index);
    if (column.values.length !== lines.length) {
      throw new RangeError(`column ${column.name} has ${column.values.length} values for ${lines.length} rows`);
    }
  }
  if (lines.length === 0) {
    throw new GatecastError("data", `${source} has column names but no rows of data.`, {
      remedy: "Check that the recording was written completely.",
      where: { file: source },
    });
  }
  return { source, rows: lines.length, columns, lines, notes };
}

/**
 * The column of that name.
 * @throws GatecastError (data) naming the columns there are and the most similar one
 */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = table.columns.map((candidate) => candidate.name);
  const similar = nearestName(name, names);
  throw new GatecastError("data", `${table.source} has no column "${name}"; its columns are ${names.join(", ")}.`, {
    remedy: similar === undefined ? "Name one of these columns." : `Did you mean "${similar}"?`,
    where: { file: table.source, column: name },
  });
}

/**
 * The values of a column that must be numeric; missing ones are NaN.
 * @throws GatecastError (data) for an unknown column, or with file, line and value for one that holds text
 */
export function numericValues(table: Table, name: string): Float64Array {
  const column = columnOf(table, name);
  if (column.kind === "numeric") return column.values;
  if (column.kind === "time") {
    throw new GatecastError("data", `Column "${name}" of ${table.source} holds instants of time, not numbers.`, {
      remedy: "Use it as the timestamp column; choose a numeric column as input or target.",
      where: { file: table.source, column: name },
    });
  }
  const { row, value } = column.firstText;
  const line = table.lines[row] ?? 0;
  throw new GatecastError(
    "data",
    `Column "${name}" of ${table.source} is needed as numbers but has the text "${value}" in line ${line}.`,
    {
      remedy:
        `Mend that line, or name "${value}" as a missing token (--missing-tokens) if it means that no value was recorded. ` +
        "A text column can be used only as timestamp or split column.",
      where: { file: table.source, line, column: name, value },
    },
  );
}
