import Papa from "papaparse";
import { GatecastError } from "../errors.js";
import { decodeText, type TextEncoding } from "./bytes.js";
import { recogniseDecimal, recogniseDelimiter, recogniseHeader } from "./dialect.js";
import { DEFAULT_MISSING_TOKENS, type DecimalSign, parseNumber } from "./numbers.js";
import { type Column, makeTable, type Table } from "./table.js";

/** How to read a CSV text; everything that is left out is recognised. */
export interface CsvOptions {
  /** Name of the file, for messages. Default "the data". */
  readonly source?: string;
  /** Sign between fields: "," ";" "|" a tab or a blank. */
  readonly delimiter?: string;
  readonly decimal?: DecimalSign;
  /** Is the first line a header? Without one the columns are named column1, column2, ... */
  readonly header?: boolean;
  readonly encoding?: TextEncoding;
  /** What stands for a missing value, whatever the case. Default: empty, NA, N/A, NaN, null, none. */
  readonly missingTokens?: readonly string[];
}

/**
 * Reads CSV text into a table. Blank lines are skipped, fields trimmed. A column is numeric when every value in it is a
 * number or missing; otherwise it is text, and asking for its numbers is an error that names the first line at fault.
 *
 * @example const table = readCsv("time,flow\n2016-01-04 00:00,12\n2016-01-04 00:05,13\n");
 * @throws GatecastError (data) for an empty file, a header without rows, lines of unequal length, an unclosed quote,
 *   duplicate column names, or a form that cannot be recognised without doubt
 */
export function readCsv(data: string | Uint8Array | ArrayBuffer, options: CsvOptions = {}): Table {
  const source = options.source ?? "the data";
  const { text: decoded, note } = decodeText(source, data, options.encoding ?? "auto");
  const text = decoded.replace(/\r\n?/g, "\n");
  if (text.trim() === "") {
    throw new GatecastError("data", `${source} is empty.`, {
      remedy: "Check that the recording was written completely.",
      where: { file: source },
    });
  }
  const delimiter = options.delimiter ?? recogniseDelimiter(text);
  const { rows, lines } = parseRows(source, text, delimiter);
  const first = rows[0] ?? [];
  const decimal = options.decimal ?? recogniseDecimal(source, rows, delimiter);
  const header = options.header ?? recogniseHeader(source, first, decimal);
  const body = header ? rows.slice(1) : rows;
  const bodyLines = header ? lines.slice(1) : lines;

  const named = first.map((field, index) => (header && unquote(field) !== "" ? unquote(field) : `column${index + 1}`));
  const unnamedTail =
    header && unquote(first.at(-1) ?? "") === "" && body.every((row) => (row.at(-1) ?? "").trim() === "");
  const names = unnamedTail ? named.slice(0, -1) : named; // a delimiter at the end of every line is no column
  for (const [index, row] of body.entries()) checkWidth(source, row, first.length, bodyLines[index] ?? 0);

  const missing = new Set((options.missingTokens ?? DEFAULT_MISSING_TOKENS).map((token) => token.trim().toLowerCase()));
  const columns = names.map((name, index) => readColumn(name, body, index, decimal, missing));
  const notes = [
    `fields are separated by ${JSON.stringify(delimiter)}, the decimal sign is "${decimal}", ` +
      (header ? "the first line is a header" : "there is no header"),
    ...(note === undefined ? [] : [note]),
  ];
  return makeTable(source, columns, Int32Array.from(bodyLines), notes);
}

/** All non-blank rows with the 1-based line each starts in; quoted fields may span lines. */
function parseRows(source: string, text: string, delimiter: string): { rows: string[][]; lines: number[] } {
  const parsed = Papa.parse<string[]>(text, { delimiter });
  const rows: string[][] = [];
  const lines: number[] = [];
  const startLines: number[] = [];
  let line = 1;
  for (const row of parsed.data) {
    startLines.push(line);
    if (row.length > 1 || !isEmpty(row)) {
      rows.push(row);
      lines.push(line);
    }
    line += 1;
    for (const field of row) line += field.match(/\n/g)?.length ?? 0;
  }
  // Spreadsheets leave rows of empty fields at the end; one in the middle is a sample whose values are missing.
  while (isEmpty(rows.at(-1) ?? ["no row left"])) {
    rows.pop();
    lines.pop();
  }
  const fault = parsed.errors.find((error) => error.type === "Quotes");
  if (fault !== undefined) {
    const at = startLines[fault.row ?? 0] ?? 1;
    throw new GatecastError("data", `Line ${at} of ${source} has a quoted field that is not closed properly.`, {
      remedy: 'Mend the quotes of that line; a quote inside a quoted field is written twice ("").',
      where: { file: source, line: at },
    });
  }
  return { rows, lines };
}

function isEmpty(row: readonly string[]): boolean {
  return row.every((field) => field.trim() === "");
}

function checkWidth(source: string, row: readonly string[], expected: number, line: number): void {
  if (row.length === expected) return;
  throw new GatecastError(
    "data",
    `Line ${line} of ${source} has ${row.length} field${row.length === 1 ? "" : "s"} where the first line has ${expected}.`,
    {
      remedy: "Mend that line, or name the delimiter if it was recognised wrongly.",
      where: { file: source, line },
    },
  );
}

/** Trims, and removes quotes that blanks before them kept the parser from seeing. */
function unquote(field: string): string {
  const trimmed = field.trim();
  return trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1).trim()
    : trimmed;
}

function readColumn(
  name: string,
  rows: readonly (readonly string[])[],
  index: number,
  decimal: DecimalSign,
  missing: ReadonlySet<string>,
): Column {
  const values = new Float64Array(rows.length);
  for (const [row, fields] of rows.entries()) {
    const text = unquote(fields[index] ?? "");
    const number = parseNumber(text, decimal);
    if (number !== undefined) values[row] = number;
    else if (missing.has(text.toLowerCase())) values[row] = Number.NaN;
    else {
      const texts = rows.map((other) => unquote(other[index] ?? ""));
      return { kind: "text", name, values: texts, firstText: { row, value: text } };
    }
  }
  // A number may itself be a token for "missing", such as -999.
  for (const token of missing) {
    const number = parseNumber(token, decimal);
    if (number === undefined) continue;
    for (let row = 0; row < values.length; row++) if (values[row] === number) values[row] = Number.NaN;
  }
  return { kind: "numeric", name, values };
}
