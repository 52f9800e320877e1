/** How a piece of a line looks where colours are shown; without them nothing is lost but the colour. */
export type Style = "quiet" | "strong";

/** A piece of a line: its text, of characters one cell wide, or text with a style. */
export type Span = string | { readonly text: string; readonly style: Style };

/** One line of a display, before it is fitted and coloured. */
export type Line = readonly Span[];

/** Room for a display, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** SGR codes: faint, and cyan, which can be read on dark and on light. */
const codes: Readonly<Record<Style, number>> = { quiet: 2, strong: 36 };
const sgr = (code: number) => `\u001b[${code}m`;
const reset = sgr(0);

/** A line as text of at most `columns` characters, not counting the codes of its colours. */
export function renderLine(line: Line, columns: number, colours: boolean): string {
  let left = columns;
  let text = "";
  let style: Style | undefined;
  const wear = (next: Style | undefined) => {
    if (colours && next !== style)
      text += `${style === undefined ? "" : reset}${next === undefined ? "" : sgr(codes[next])}`;
    style = next;
  };
  for (const span of line) {
    const shown = [...(typeof span === "string" ? span : span.text)].slice(0, left);
    if (shown.length === 0) continue;
    left -= shown.length;
    wear(typeof span === "string" ? undefined : span.style);
    text += shown.join("");
  }
  wear(undefined);
  return text;
}

/** A line of exactly `columns` characters: its end is cut off, or blanks are added. */
export function fitLine(line: Line, columns: number): Line {
  const fitted: Span[] = [];
  let left = columns;
  for (const span of line) {
    const shown = [...(typeof span === "string" ? span : span.text)].slice(0, left);
    left -= shown.length;
    const text = shown.join("");
    fitted.push(typeof span === "string" ? text : { ...span, text });
  }
  return [...fitted, " ".repeat(left)];
}
