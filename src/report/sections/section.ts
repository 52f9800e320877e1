import { type Content, html, type Markup } from "../html.js";

/** One numbered part of the page. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** What stands in place of a part whose step has not been done. */
export function notDone(what: string, command: string): Markup {
  return html`<p class="undone"><strong>Not done yet.</strong> ${what} <code>${command}</code></p>`;
}

/** A cell of a table; `bar` (0..1) draws a bar behind the figure's right, `tone` colours it. */
export interface TableCell {
  readonly content: Content;
  readonly bar?: number;
  readonly tone?: "good" | "bad" | "main" | "own" | "quiet";
}

export type TableColumn = { readonly title: Content; readonly numeric?: boolean };

/** A table that scrolls sideways on its own where the screen is narrow; the first cell of a row is its head. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly { readonly cells: readonly (TableCell | Content)[]; readonly main?: boolean }[],
): Markup {
  const cell = (entry: TableCell | Content, index: number): Markup => {
    const value: TableCell = isCell(entry) ? entry : { content: entry };
    const numeric = columns[index]?.numeric === true;
    const style = [numeric ? "numeric" : "", value.tone ?? ""].filter((name) => name !== "").join(" ");
    const drawn =
      value.bar !== undefined &&
      html`<span class="bar" aria-hidden="true"><span style="width:${(100 * Math.min(1, Math.max(0, value.bar))).toFixed(1)}%"></span></span>`;
    return index === 0
      ? html`<th scope="row">${value.content}${drawn}</th>`
      : html`<td class="${style}">${value.content}${drawn}</td>`;
  };
  return html`<div class="scroll"><table><thead><tr>${columns.map(
    (column) => html`<th scope="col"${column.numeric === true && html` class="numeric"`}>${column.title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => html`<tr${row.main === true && html` class="main"`}>${row.cells.map(cell)}</tr>`,
  )}</tbody></table></div>`;
}

function isCell(entry: TableCell | Content): entry is TableCell {
  return typeof entry === "object" && entry !== null && "content" in entry;
}

/** A figure's basis, as a small label. */
export function basisLabel(basis: string): Markup {
  return html`<span class="basis ${basis.replaceAll(" ", "-")}">${basis}</span>`;
}

/** Terms and what they are, side by side. */
export function facts(entries: readonly (readonly [Content, Content])[]): Markup {
  return html`<dl class="facts">${entries.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}
