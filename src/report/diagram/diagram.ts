import type { AcceleratorMemory, AcceleratorOperator, AcceleratorReport } from "../data.js";
import { count } from "../format.js";
import { html, type Markup } from "../html.js";
import { type Layout, type LayoutEdge, type LayoutNode, layOut, type PlacedBox, type Point } from "./layers.js";

const boxWidth = 200;
const lineHeight = 16;
const inputPort = "(samples)";
const outputPort = "(forecast)";

/** Height of the tab below a box that says what its stream carries. */
const tabHeight = 17;

interface Box {
  readonly node: LayoutNode;
  /** What its stream carries; absent where it has none, or streams that differ (which are labelled at their ends). */
  readonly tab: string | undefined;
  readonly title: string;
  readonly lines: readonly string[];
  readonly memories: readonly string[];
}

/**
 * The accelerator as a block diagram: one box per operator with its lanes, widths, cycles and memories, arrows with what one
 * beat of the stream carries, bands for the passes. Everything in it is read from the plan.
 */
export function blockDiagram(accelerator: AcceleratorReport): Markup {
  const edges = accelerator.streams.map((stream) => ({
    from: stream.from ?? inputPort,
    to: stream.to ?? outputPort,
    label: `${stream.values > 1 ? `${count(stream.values)} × ` : ""}${stream.bits} b`,
  }));
  const names = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const tab = (id: string) => {
    const labels = new Set(edges.flatMap((edge) => (edge.from === id ? [edge.label] : [])));
    return labels.size === 1 ? [...labels][0] : undefined;
  };
  const title = titles(accelerator);
  const boxes = [
    ...accelerator.operators.map((operator) => operatorBox(operator, title(operator.name), tab(operator.name))),
    ...(names.has(inputPort) ? [port(inputPort, "samples in", -1, tab(inputPort))] : []),
    ...(names.has(outputPort) ? [port(outputPort, "forecast out", accelerator.phases.length, undefined)] : []),
  ];
  const layout = layOut(
    boxes.map((box) => box.node),
    edges,
  );
  const { width, height } = layout;
  return html`<div class="diagram"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="Block diagram of the accelerator, ${accelerator.operators.length} operators"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.5L8 4L0 7.5Z" class="head"/></marker></defs>${bands(
    accelerator,
    layout,
  )}${layout.routes.map((route) => html`<path class="wire" d="${curve(route)}" marker-end="url(#arrow)"/>`)}${phaseNames(
    accelerator,
    layout,
  )}${boxes.map((box) => drawBox(box, placed(layout, box.node.id)))}${endLabels(edges, boxes, layout)}</svg></div>`;
}

function operatorBox(operator: AcceleratorOperator, title: string, tab: string | undefined): Box {
  const { lanes, features, bits } = operator;
  const lines = [`${operator.kind} ${features.in} → ${features.out} · ${cycles(operator)}`];
  if (lanes !== undefined) {
    const shape = lanes.count === 1 ? "1 lane" : `${count(lanes.count)} lanes (${lanes.layout})`;
    lines.push(operator.multiplier === undefined ? shape : `${shape} in ${operator.multiplier}`);
  }
  const widths = (
    [
      ["weights", bits.weight],
      ["accumulator", bits.accumulator],
    ] as const
  ).flatMap(([name, size]) => (size === undefined ? [] : [`${name} ${size} b`]));
  if (widths.length > 0) lines.push(widths.join(" · "));
  const memories = operator.memories.map(memoryText);
  const store = memories.length > 0 ? 8 + lineHeight * memories.length : 2;
  const height = 12 + lineHeight * (1 + lines.length) + store + (tab === undefined ? 0 : tabHeight);
  const longest = Math.max(
    title.length * 7.8,
    ...lines.map((line) => line.length * 6.3),
    ...memories.map((line) => 12 + line.length * 6.3),
  );
  const width = Math.max(boxWidth, Math.ceil(longest) + 24);
  return { node: { id: operator.name, band: operator.phase, width, height }, tab, title, lines, memories };
}

/** Names as the graph has them; with a single layer its prefix says nothing and is left out. */
function titles(accelerator: AcceleratorReport): (name: string) => string {
  const prefixes = new Set(accelerator.operators.flatMap(({ name }) => /^layers\.\d+\./.exec(name)?.[0] ?? []));
  const [prefix = ""] = prefixes;
  return (name) => (prefixes.size === 1 && name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

function cycles(operator: AcceleratorOperator): string {
  return `${count(operator.cyclesPerToken)} ${operator.cyclesPerToken === 1 ? "cycle" : "cycles"}/token`;
}

/** "key: 24 × 64 b, distributed". */
export function memoryText(memory: AcceleratorMemory): string {
  return `${memory.name}: ${count(memory.words)} × ${memory.width} b, ${memory.style}`;
}

function port(id: string, title: string, band: number, tab: string | undefined): Box {
  const height = 30 + (tab === undefined ? 0 : tabHeight);
  return { node: { id, band, width: 130, height }, tab, title, lines: [], memories: [] };
}

function placed(layout: Layout, id: string): PlacedBox {
  const box = layout.boxes.get(id);
  if (!box) throw new Error(`no box "${id}"`);
  return box;
}

function drawBox(box: Box, { x, y, width, height: whole }: PlacedBox): Markup {
  const left = x - width / 2;
  const right = left + width;
  const height = box.tab === undefined ? whole : whole - tabHeight;
  const bottom = y + height;
  const tab =
    box.tab !== undefined &&
    html`<rect class="tab" x="${x - 32}" y="${bottom - 8}" width="64" height="${tabHeight + 8}" rx="6"/><text class="wirelabel" x="${x}" y="${bottom + 12}" text-anchor="middle">${box.tab}</text>`;
  if (box.lines.length === 0) {
    return html`${tab}<rect class="port" x="${left}" y="${y}" width="${width}" height="${height}" rx="15"/><text class="portname" x="${x}" y="${y + 20}" text-anchor="middle">${box.title}</text>`;
  }
  const text = (line: string, index: number, style: string) =>
    html`<text class="${style}" x="${left + 12}" y="${y + 21 + lineHeight * index}">${line}</text>`;
  const store = y + 12 + lineHeight * (1 + box.lines.length) + 3;
  return html`${tab}<rect class="box" x="${left}" y="${y}" width="${width}" height="${height}" rx="7"/>${
    box.memories.length > 0 &&
    html`<path class="store" d="M${left} ${store}H${right}V${bottom - 7}Q${right} ${bottom} ${right - 7} ${bottom}H${left + 7}Q${left} ${bottom} ${left} ${bottom - 7}Z"/>`
  }${text(box.title, 0, "name")}${box.lines.map((line, index) => text(line, index + 1, "line"))}${box.memories.map(
    (line, index) => html`<text class="line" x="${left + 12}" y="${store + 14 + lineHeight * index}">▤ ${line}</text>`,
  )}`;
}

function bands(accelerator: AcceleratorReport, layout: Layout): Markup {
  return html`${accelerator.phases.map((_, index) => {
    const band = layout.bands.get(index);
    if (!band) return "";
    return html`<rect class="band" x="1" y="${band.top}" width="${layout.width - 2}" height="${band.bottom - band.top}" rx="10"/>`;
  })}`;
}

function phaseNames(accelerator: AcceleratorReport, layout: Layout): Markup {
  return html`${accelerator.phases.map((phase, index) => {
    const band = layout.bands.get(index);
    if (!band) return "";
    return html`<text class="phase" x="14" y="${band.top + 19}">${phase.name}<tspan class="line" dx="10">${phase.note}</tspan></text>`;
  })}`;
}

/** Where a source feeds streams that differ, each is labelled above its target. */
function endLabels(
  edges: readonly (LayoutEdge & { readonly label: string })[],
  boxes: readonly Box[],
  layout: Layout,
): Markup {
  const labelled = new Set(boxes.flatMap((box) => (box.tab === undefined ? [] : [box.node.id])));
  return html`${edges.map((edge, index) => {
    const end = layout.routes[index]?.at(-1);
    if (!end || labelled.has(edge.from)) return "";
    return html`<text class="wirelabel" x="${end.x + 7}" y="${end.y - 11}">${edge.label}</text>`;
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
