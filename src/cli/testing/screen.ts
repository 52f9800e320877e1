/** A terminal for tests, with as much of a real one as the live lines use: an endless screen of `columns` cells a row. */
export class Screen {
  readonly isTTY = true;
  /** What was written, write by write. */
  readonly writes: string[] = [];
  rows: number | undefined;
  private cells: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(public columns: number) {}

  write(text: string): void {
    this.writes.push(text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal obeys
    for (const [, amount = "", command, character] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|([\s\S])/gu)) {
      if (command !== undefined) this.obey(command, amount);
      else this.put(character ?? "");
    }
  }

  /** The lines on the screen, without blanks at their ends and empty ones below. */
  get lines(): string[] {
    const lines = this.cells.map((row) =>
      Array.from(row, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.row, column: this.column };
  }

  private obey(command: string, amount: string): void {
    if (command === "A") this.row = Math.max(0, this.row - Number(amount || 1));
    else if (command === "K") this.current.length = Math.min(this.current.length, this.column);
    else if (command === "J") {
      this.current.length = Math.min(this.current.length, this.column);
      this.cells.length = this.row + 1;
    } else if (command !== "m") throw new Error(`this terminal does not know ${command}`);
  }

  private put(character: string): void {
    if (character === "\r") this.column = 0;
    else if (character === "\n") this.feed();
    else {
      if (this.column >= this.columns) this.feed();
      this.current[this.column++] = character;
    }
  }

  private feed(): void {
    this.row++;
    this.column = 0;
    this.cells[this.row] ??= [];
  }

  private get current(): string[] {
    const row = this.cells[this.row] ?? [];
    this.cells[this.row] = row;
    return row;
  }
}
