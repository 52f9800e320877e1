import type { Timeline } from "../../accelerator/index.js";
import { count } from "../format.js";
import { html, type Markup, raw } from "../html.js";

const WIDTH = 1040;
const ROW = 20;
const BAR = 12;
/** Room for names on the left, for the axis below. */
const LEFT = 218;
const RIGHT = 24;
const FOOT = 40;
/** Narrower spells would not be seen. */
const THINNEST = 1.2;

/** One inference: a row for each operator, a bar for each spell of work, cycles from left to right. */
export function timelineChart(timeline: Timeline): Markup {
  const { cycles, rows } = timeline;
  const height = rows.length * ROW + FOOT;
  const scale = (WIDTH - LEFT - RIGHT) / cycles;
  const x = (cycle: number) => (LEFT + cycle * scale).toFixed(1);
  const foot = rows.length * ROW + 4;
  const ticks = ticksOf(cycles);
  const grid = ticks.map(
    (tick) => html`<line class="grid" x1="${x(tick)}" y1="0" x2="${x(tick)}" y2="${foot}"></line>
<text class="tick" x="${x(tick)}" y="${foot + 15}" text-anchor="${tick === cycles ? "end" : "middle"}">${count(tick)}</text>`,
  );
  const bars = rows.map(({ name, unit, busy }, index) => {
    const y = index * ROW;
    const spells = busy.map(
      ([from, to]) =>
        html`<rect class="${unit === null ? "own" : "shared"}" x="${x(from)}" y="${y + (ROW - BAR) / 2}" width="${Math.max(THINNEST, (to - from) * scale).toFixed(1)}" height="${BAR}" rx="1.5"></rect>`,
    );
    return html`<text class="label" x="${LEFT - 10}" y="${y + ROW / 2 + 4}" text-anchor="end">${name}</text>${spells}`;
  });
  const label = `Timeline of one inference of ${count(cycles)} cycles: when each of ${rows.length} operators is at work`;
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${grid}${bars}<text class="tick" x="${x(cycles / 2)}" y="${foot + 32}" text-anchor="middle">cycles since the first sample</text></svg>`;
  const shared = rows.some(({ unit }) => unit !== null);
  return html`${
    shared &&
    html`<ul class="legend"><li><span class="mark own"></span>on lanes of its own</li><li><span class="mark shared"></span>in turns on shared lanes</li></ul>`
  }<div class="diagram timeline">${raw(svg.text)}</div>`;
}

/** 0, round cycles, and the last one; none too near to another. */
function ticksOf(cycles: number): number[] {
  const rough = cycles / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const whole = Math.max(1, step);
  const ticks: number[] = [];
  for (let tick = 0; tick < cycles - whole / 2; tick += whole) ticks.push(tick);
  return [...ticks, cycles];
}
