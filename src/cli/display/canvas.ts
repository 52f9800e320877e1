import type { Line, Span, Style } from "./line.js";

/** A place in dots, from the left and from the top; no dot where one is no number. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Bits of the eight dots of a Braille character: two columns of four. */
const DOTS = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80] as const;
const MARK = "●";

/** A picture of Braille characters, two by four dots each. */
export class Canvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  private readonly cells: Uint8Array;

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.width = 2 * columns;
    this.height = 4 * rows;
    this.cells = new Uint8Array(columns * rows);
  }

  /** Joins points, which go from left to right; at one that is no number the curve has a gap. */
  curve(points: readonly Point[]): void {
    for (const [index, to] of points.entries()) {
      if (!Number.isFinite(to.y)) continue;
      const before = points[index - 1];
      const from = before !== undefined && Number.isFinite(before.y) ? before : to;
      const steps = Math.max(1, to.x - from.x, Math.abs(to.y - from.y));
      for (let step = 0; step <= steps; step++) {
        const share = step / steps;
        this.dot(Math.round(from.x + share * (to.x - from.x)), Math.round(from.y + share * (to.y - from.y)));
      }
    }
  }

  /** The picture, the cell of `marked` with a mark in place of its dots. */
  lines(style?: Style, marked?: Point): Line[] {
    const mark = marked === undefined ? -1 : this.cellOf(marked.x, marked.y);
    return Array.from({ length: this.rows }, (_, row) => {
      const cells = Array.from(this.cells.subarray(row * this.columns, (row + 1) * this.columns), (dots, column) => {
        if (row * this.columns + column === mark) return MARK;
        return dots === 0 ? " " : String.fromCharCode(0x2800 + dots);
      });
      const text = cells.join("");
      const line: Span = style === undefined ? text : { text, style };
      return [line];
    });
  }

  private dot(x: number, y: number): void {
    const cell = this.cellOf(x, y);
    this.cells[cell] = (this.cells[cell] ?? 0) | (DOTS[4 * (x & 1) + (y & 3)] ?? 0);
  }

  private cellOf(x: number, y: number): number {
    return (y >> 2) * this.columns + (x >> 1);
  }
}
