import type { AcceleratorMemory, AcceleratorOperator, AcceleratorReport } from "../data.js";
import { count } from "../format.js";
import { html, type Markup } from "../html.js";
import { type Layout, type LayoutEdge, type LayoutNode, layOut, type PlacedBox, type Point } from "./layers.js";

const boxWidth = 246;
const lineHeight = 16;
const inputPort = "(samples)";
const outputPort = "(forecast)";

interface Box {
  readonly node: LayoutNode;
  readonly title: string;
  readonly lines: readonly string[];
  readonly memories: readonly string[];
}

/**
 * The accelerator as a block diagram: one box per operator with its lanes, widths, cycles and memories, arrows with what one
 * beat of the stream carries, bands for the passes. Everything in it is read from the plan.
 */
export function blockDiagram(accelerator: AcceleratorReport): Markup {
  const last = accelerator.phases.length;
  const boxes = [
    ...accelerator.operators.map(operatorBox),
    ...(accelerator.streams.some((stream) => stream.from === null) ? [port(inputPort, "samples in", -1)] : []),
    ...(accelerator.streams.some((stream) => stream.to === null) ? [port(outputPort, "forecast out", last)] : []),
  ];
  const edges = accelerator.streams.map((stream) => ({
    from: stream.from ?? inputPort,
    to: stream.to ?? outputPort,
    label: `${stream.values > 1 ? `${count(stream.values)} × ` : ""}${stream.bits} b`,
  }));
  const layout = layOut(
    boxes.map((box) => box.node),
    edges,
  );
  const { width, height } = layout;
  return html`<div class="diagram"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="Block diagram of the accelerator, ${accelerator.operators.length} operators"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5L8 4L0 7.5Z" class="head"/></marker></defs>${bands(
    accelerator,
    layout,
  )}${layout.routes.map((route) => html`<path class="wire" d="${curve(route)}" marker-end="url(#arrow)"/>`)}${boxes.map(
    (box) => drawBox(box, placed(layout, box.node.id)),
  )}${labels(edges, layout)}</svg></div>`;
}

function operatorBox(operator: AcceleratorOperator): Box {
  const { lanes, features, bits } = operator;
  const products = lanes && lanes.in * lanes.out;
  const work =
    lanes === undefined
      ? [`${operator.kind} ${features.in} → ${features.out}`]
      : [
          `${operator.kind} ${features.in} → ${features.out}`,
          `${products === 1 ? "1 lane" : `${products} lanes (${lanes.in} × ${lanes.out})`}${operator.multiplier === undefined ? "" : ` in ${operator.multiplier}`}`,
        ];
  const widths = (
    [
      ["weights", bits.weight],
      ["acc.", bits.accumulator],
      ["out", bits.output],
    ] as const
  ).flatMap(([name, size]) => (size === undefined ? [] : [`${name} ${size} b`]));
  const lines = [work.join(" · "), [cycles(operator), ...widths].join(" · ")];
  const memories = operator.memories.map(memoryText);
  const height = 12 + lineHeight * (1 + lines.length) + (memories.length > 0 ? 8 + lineHeight * memories.length : 2);
  const longest = Math.max(operator.name.length * 7.6, ...[...lines, ...memories].map((line) => line.length * 6.1));
  const width = Math.max(boxWidth, Math.ceil(longest) + 26);
  return {
    node: { id: operator.name, band: operator.phase, width, height },
    title: operator.name,
    lines,
    memories,
  };
}

function cycles(operator: AcceleratorOperator): string {
  return `${count(operator.cyclesPerToken)} ${operator.cyclesPerToken === 1 ? "cycle" : "cycles"}/token`;
}

/** "key: 24 × 64 b, distributed". */
export function memoryText(memory: AcceleratorMemory): string {
  return `${memory.name}: ${count(memory.words)} × ${memory.width} b, ${memory.style}`;
}

function port(id: string, title: string, band: number): Box {
  return { node: { id, band, width: 130, height: 30 }, title, lines: [], memories: [] };
}

function placed(layout: Layout, id: string): PlacedBox {
  const box = layout.boxes.get(id);
  if (!box) throw new Error(`no box "${id}"`);
  return box;
}

function drawBox(box: Box, { x, y, width, height }: PlacedBox): Markup {
  const left = x - width / 2;
  if (box.lines.length === 0) {
    return html`<rect class="port" x="${left}" y="${y}" width="${width}" height="${height}" rx="15"/><text class="name" x="${x}" y="${y + 20}" text-anchor="middle">${box.title}</text>`;
  }
  const text = (line: string, index: number, style: string) =>
    html`<text class="${style}" x="${left + 12}" y="${y + 21 + lineHeight * index}">${line}</text>`;
  const store = y + 12 + lineHeight * (1 + box.lines.length) + 3;
  return html`<rect class="box" x="${left}" y="${y}" width="${width}" height="${height}" rx="7"/>${
    box.memories.length > 0 &&
    html`<path class="store" d="M${left} ${store}H${left + width}V${y + height - 7}Q${left + width} ${y + height} ${left + width - 7} ${y + height}H${left + 7}Q${left} ${y + height} ${left} ${y + height - 7}Z"/>`
  }${text(box.title, 0, "name")}${box.lines.map((line, index) => text(line, index + 1, "line"))}${box.memories.map(
    (line, index) => html`<text class="line" x="${left + 12}" y="${store + 14 + lineHeight * index}">▤ ${line}</text>`,
  )}`;
}

function bands(accelerator: AcceleratorReport, layout: Layout): Markup {
  return html`${accelerator.phases.map((phase, index) => {
    const band = layout.bands.get(index);
    if (!band) return "";
    return html`<rect class="band" x="1" y="${band.top}" width="${layout.width - 2}" height="${band.bottom - band.top}" rx="10"/><text class="phase" x="14" y="${band.top + 19}">${phase.name}<tspan class="line" dx="10">${phase.note}</tspan></text>`;
  })}`;
}

/** What a stream carries stands once below its source; where a source feeds streams that differ, above each target. */
function labels(edges: readonly (LayoutEdge & { readonly label: string })[], layout: Layout): Markup {
  const seen = new Set<string>();
  return html`${edges.map((edge, index) => {
    const route = layout.routes[index] ?? [];
    const alike = edges.every((other) => other.from !== edge.from || other.label === edge.label);
    const end = alike ? route[0] : route[route.length - 1];
    if (!end || (alike && seen.has(edge.from))) return "";
    seen.add(edge.from);
    return html`<text class="wirelabel" x="${end.x + 7}" y="${alike ? end.y + 15 : end.y - 11}">${edge.label}</text>`;
  })}`;
}

/** A smooth line through the points of a route: upright at each of them. */
function curve(route: readonly Point[]): string {
  return route
    .map((point, index) => {
      const before = route[index - 1];
      if (!before) return `M${point.x} ${point.y}`;
      if (before.x === point.x) return `L${point.x} ${point.y}`;
      const middle = (before.y + point.y) / 2;
      return `C${before.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    })
    .join("");
}
