import { type Line, renderLine, type Size } from "./line.js";

/** A terminal as far as it is written to; its size may change at any time. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

const up = (lines: number) => (lines === 0 ? "\r" : `\r\u001b[${lines}A`);
const clearToEndOfLine = "\u001b[K";
const clearBelow = "\u001b[J";

/**
 * Lines at the bottom of a terminal that are redrawn in place. Every change is a single write that overwrites and never clears
 * first, so that nothing flickers. The cursor stays visible, at the start of the line below the block: what others write (the ^C that a
 * terminal echoes), or a sudden end, leaves whole lines.
 */
export class LiveBlock {
  /** Lengths of the lines that stand there, without colours. */
  private drawn: readonly number[] = [];

  constructor(
    private readonly terminal: Terminal,
    private readonly colours: boolean,
  ) {}

  /** Room for a block: whole lines, and one line below. */
  get size(): Size {
    return { columns: (this.terminal.columns || 80) - 1, rows: (this.terminal.rows || 24) - 1 };
  }

  /** Puts `lines` in place of those that stand there, and `above`, which stays, over them. */
  draw(lines: readonly Line[], above: readonly string[] = []): void {
    const { columns, rows } = this.size;
    const shown = lines.slice(0, rows);
    const texts = [...above, ...shown.map((line) => renderLine(line, columns, this.colours))];
    const text = texts.map((each) => `${each}${clearToEndOfLine}\n`).join("");
    const before = this.height();
    if (before === 0 && texts.length === 0) return;
    this.terminal.write(`${before === 0 ? "" : up(before)}${text}${before > texts.length ? clearBelow : ""}`);
    this.drawn = shown.map((line) => [...renderLine(line, columns, false)].length);
  }

  /** Rows the block takes now: a terminal that has become narrower has wrapped its lines. */
  private height(): number {
    const columns = this.terminal.columns || 80;
    return this.drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns)), 0);
  }
}
