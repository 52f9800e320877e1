import { timelineChart } from "../charts/timeline.js";
import type { AcceleratorOperator, ReportData } from "../data.js";
import { blockDiagram, memoryText } from "../diagram/diagram.js";
import { count } from "../format.js";
import { html } from "../html.js";
import { notDone, type Section, table } from "./section.js";

const modes = {
  window: "takes a whole window of samples and gives one forecast",
  sample: "keeps the last samples in a ring buffer: one new sample in, one forecast out",
} as const;

/** The block diagram and the operators one by one. */
export function acceleratorSection(data: ReportData): Section {
  const { accelerator } = data;
  const title = "The accelerator";
  if (!accelerator) {
    return { id: "accelerator", title, body: notDone("No hardware has been planned:", "gatecast generate") };
  }
  const arrays = new Map<string, number>();
  for (const { name, lanes: own } of accelerator.operators) if (own) arrays.set(own.shared ?? `own ${name}`, own.count);
  const lanes = [...arrays.values()].reduce((sum, one) => sum + one, 0);
  return {
    id: "accelerator",
    title,
    body: html`<p>Planned for the ${accelerator.device}: ${accelerator.operators.length} operators, ${count(lanes)} multiplications per cycle when all are busy. The top level ${modes[accelerator.mode]}. Arrows are valid/ready streams and carry the values of one beat, each of that many bits (b).</p>
<figure>${blockDiagram(accelerator)}</figure>
${
  accelerator.timeline &&
  html`<h3>One inference, cycle by cycle</h3><figure>${timelineChart(accelerator.timeline)}<figcaption>From the plan's cycle model, which simulation must equal: an operator is at work while tokens come in, and as long before each result as it computes on a token.</figcaption></figure>`
}
<details><summary>Table of operators</summary>${operatorTable(accelerator.operators)}</details>`,
  };
}

function operatorTable(operators: readonly AcceleratorOperator[]) {
  const bits = (value: number | undefined) => (value === undefined ? "–" : String(value));
  return table(
    [
      { title: "Operator" },
      { title: "Kind" },
      { title: "Features", numeric: true },
      { title: "Lanes", numeric: true },
      { title: "Made of" },
      { title: html`Cycles <span class="unit">per token</span>`, numeric: true },
      { title: html`In <span class="unit">bit</span>`, numeric: true },
      { title: html`Weights <span class="unit">bit</span>`, numeric: true },
      { title: html`Accumulator <span class="unit">bit</span>`, numeric: true },
      { title: html`Out <span class="unit">bit</span>`, numeric: true },
      { title: "Memories" },
    ],
    operators.map((operator) => ({
      cells: [
        html`<code>${operator.name}</code>`,
        operator.kind,
        `${operator.features.in} → ${operator.features.out}`,
        operator.lanes?.layout ?? "–",
        operator.multiplier ?? "–",
        count(operator.cyclesPerToken),
        bits(operator.bits.input),
        bits(operator.bits.weight),
        bits(operator.bits.accumulator),
        bits(operator.bits.output),
        operator.memories.length > 0 ? operator.memories.map((memory) => html`<div>${memoryText(memory)}</div>`) : "–",
      ],
    })),
  );
}
