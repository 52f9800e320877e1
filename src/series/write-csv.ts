import Papa from "papaparse";
import { formatInstant } from "./report.js";
import type { Table } from "./table.js";

/** The table as CSV text with a header, "," and ".", missing values empty; `readCsv` reads it back. */
export function writeCsv(table: Table): string {
  const cell = (column: Table["columns"][number], row: number): string => {
    const value = column.values[row];
    if (value === undefined || (typeof value === "number" && Number.isNaN(value))) return "";
    return column.kind === "time" && typeof value === "number" ? formatInstant(value) : String(value);
  };
  const data = Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cell(column, row)));
  return `${Papa.unparse({ fields: table.columns.map((column) => column.name), data }, { newline: "\n" })}\n`;
}
