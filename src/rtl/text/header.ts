import type { ModuleGraph } from "../core/graph.js";
import type { Type } from "../core/types.js";

/** Breaks a paragraph into lines. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.trim().split("\n")) {
    let line = "";
    for (const word of paragraph.trim().split(/\s+/)) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Lines of columns, each as wide as its widest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join("")
      .trimEnd(),
  );
}

function typeText(type: Type): string {
  if (type.kind === "bit") return "1 bit";
  const bits = type.width === 1 ? "1 bit" : `${type.width} bits`;
  const interval = type.width > 32 ? "" : `, ${type.lo} .. ${type.hi}`;
  return `${type.signed ? "signed" : "unsigned"}, ${bits}${interval}`;
}

/** The manual of an entity, without comment marks: what it does, its ports, its state. `gated`: it has a clock enable. */
export function manualOf(graph: ModuleGraph, gated: boolean): string[] {
  const lines = [graph.name, ""];
  if (graph.doc !== undefined) lines.push(...wrapText(graph.doc, 100), "");
  const rows = graph.ports.map(({ name, direction, type }) => [
    `  ${name}`,
    `  ${direction === "in" ? "in " : "out"}`,
    `  ${typeText(type)}`,
    type.note === undefined ? "" : `  ${type.note}`,
  ]);
  if (gated) rows.unshift(["  clock_enable", "  in ", "  1 bit", "  low: nothing inside changes but by reset"]);
  if (graph.resettable) rows.unshift(["  reset", "  in ", "  1 bit", "  synchronous, active high"]);
  if (graph.clocked) rows.unshift(["  clock", "  in ", "  1 bit", "  rising edge"]);
  if (rows.length > 0) lines.push("Ports", ...alignColumns(rows));
  const paused = graph.ports.flatMap(({ stream }) =>
    stream?.pausedBy === undefined || stream.role !== "valid"
      ? []
      : [
          ` ${stream.name} stands still while ${stream.pausedBy} is low: valid is low then, and what was offered comes again.`,
        ],
  );
  const streams = [...new Set(graph.ports.flatMap((port) => (port.stream === undefined ? [] : [port.stream.name])))];
  if (streams.length > 0) {
    const names = streams.join(", ");
    lines.push(
      "",
      ...wrapText(
        `Streams: ${names}. A transfer happens in each cycle with valid and ready high; once valid is high, valid and data hold until then.${paused.join("")}`,
        100,
      ),
    );
  }
  return lines;
}
