import Papa from "papaparse";
import { GatecastError } from "../errors.js";
import { type DecimalSign, hasFraction, parseNumber } from "./numbers.js";
import { looksLikeTimestamp } from "./timestamp-format.js";

/** In order of preference: a decimal comma makes "," the least telling of the usual four. */
const DELIMITERS = ["\t", ";", "|", ",", " "] as const;
const SAMPLE_ROWS = 50;

/** Recognises the delimiter: the first that cuts all lines of a sample into the same number (> 1) of fields. */
export function recogniseDelimiter(text: string): string {
  const counts = DELIMITERS.map((delimiter) => {
    const { data } = Papa.parse<string[]>(text, { delimiter, preview: SAMPLE_ROWS, skipEmptyLines: "greedy" });
    return { delimiter, fields: data.map((row) => row.length) };
  });
  const even = counts.find(({ fields }) => (fields[0] ?? 0) > 1 && fields.every((count) => count === fields[0]));
  if (even !== undefined) return even.delimiter;
  // No delimiter fits all lines: take the header's, so that the faulty line can be named later.
  const header = counts.filter(({ delimiter }) => delimiter !== " ");
  header.sort((a, b) => (b.fields[0] ?? 0) - (a.fields[0] ?? 0));
  return header[0]?.delimiter ?? ",";
}

/**
 * Recognises the decimal sign from the fields of a sample. With "," as delimiter it is always "." unless given, since a
 * quoted "1,234" is more likely a thousands separator there.
 * @throws GatecastError (data) when numbers with both signs occur
 */
export function recogniseDecimal(source: string, rows: readonly (readonly string[])[], delimiter: string): DecimalSign {
  if (delimiter === ",") return ".";
  let withComma: string | undefined;
  let withPoint: string | undefined;
  for (const row of rows.slice(0, 1000)) {
    for (const field of row) {
      const trimmed = field.trim();
      if (hasFraction(trimmed, ",")) withComma ??= trimmed;
      else if (hasFraction(trimmed, ".")) withPoint ??= trimmed;
    }
  }
  if (withComma !== undefined && withPoint !== undefined) {
    throw new GatecastError(
      "data",
      `${source} has numbers with a decimal comma ("${withComma}") and with a decimal point ("${withPoint}").`,
      { remedy: "Say which one it is with the option decimal.", where: { file: source } },
    );
  }
  return withComma === undefined ? "." : ",";
}

/**
 * Is the first row a header? Yes when none of its fields is a number or timestamp, no when all are.
 * @throws GatecastError (data) for a mixture, which could be either
 */
export function recogniseHeader(source: string, first: readonly string[], decimal: DecimalSign): boolean {
  const filled = first.map((field) => field.trim()).filter((field) => field !== "");
  const data = filled.filter((field) => parseNumber(field, decimal) !== undefined || looksLikeTimestamp(field));
  if (data.length === 0) return true;
  if (data.length === filled.length) return false;
  throw new GatecastError(
    "data",
    `The first line of ${source} mixes names and values ("${filled[0]}", "${data[0]}", ...), so it may be a header or data.`,
    { remedy: "Say which with the option header (true or false).", where: { file: source, line: 1 } },
  );
}
