/** One column of a text table. */
export interface Column {
  readonly title: string;
  /** Shown under the title, in brackets; leave out where there is none. */
  readonly unit?: string;
  /** Numbers stand right, words left (the default: right where every cell is a number). */
  readonly align?: "left" | "right";
}

export type Cell = string | number | null;

/**
 * A table for a terminal: columns aligned, two blanks between them, a rule under the head. A number is shown as it is
 * (format it before where it needs rounding), null as a dash.
 *
 * @throws RangeError where a row has another number of cells than there are columns
 */
export function renderTable(columns: readonly (Column | string)[], rows: readonly (readonly Cell[])[]): string {
  const heads = columns.map((column) => (typeof column === "string" ? { title: column } : column));
  const body = rows.map((row, index) => {
    if (row.length !== heads.length) {
      throw new RangeError(`row ${index} has ${row.length} cells, the table ${heads.length} columns`);
    }
    return row.map((cell) => (cell === null ? "-" : String(cell)));
  });
  const titles = heads.map((head: Column) => (head.unit === undefined ? head.title : `${head.title} [${head.unit}]`));
  const widths = titles.map((title, at) => Math.max(width(title), ...body.map((row) => width(row[at] ?? ""))));
  const right = heads.map((head: Column, at) =>
    head.align === undefined ? body.every((row) => /^([-+<~]? ?\d|-$)/.test(row[at] ?? "")) : head.align === "right",
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const blanks = " ".repeat((widths[at] ?? 0) - width(cell));
        return right[at] ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return [line(titles), widths.map((size) => "-".repeat(size)).join("  "), ...body.map(line)].join("\n");
}

/** Characters as a terminal counts them: code points, combining marks aside. */
function width(text: string): number {
  return [...text.replace(/\p{Mark}/gu, "")].length;
}
