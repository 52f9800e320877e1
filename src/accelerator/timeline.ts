import type { IntegerModel } from "../integer/index.js";
import { buildGraph } from "../model/index.js";
import { wiringOf } from "./cycles.js";
import { type Wiring, wireNetwork } from "./network.js";
import { placeTasks } from "./operators/matrix-unit/parameters.js";
import { deriveParameters } from "./parameters.js";
import { historyTiming } from "./parts/history.js";
import type { Choices } from "./plan.js";
import { stepsOf } from "./plan-report.js";
import { CycleModel, type Link } from "./timing/cycle-model.js";

/** When an operator is at work in one inference. */
export interface TimelineRow {
  /** Of the graph's operator. */
  readonly name: string;
  /** The array whose lanes it uses in turns with others; null: its own. */
  readonly unit: string | null;
  /** Cycles from (inclusive) to (exclusive), counted from the first sample, in order and apart from each other. */
  readonly busy: readonly (readonly [from: number, to: number])[];
}

export interface Timeline {
  /** First sample in to forecast out. */
  readonly cycles: number;
  /** In the order of the graph. */
  readonly rows: readonly TimelineRow[];
}

/** Pauses of so small a part of the inference do not part two spells of work. */
const FINEST = 250;

/**
 * One inference on an idle machine, operator by operator, from the cycle model of the plan: an operator is at work while tokens come
 * in, and as long before each beat that leaves as it computes on a token.
 */
export function timelineOf(model: IntegerModel, choices: Choices): Timeline {
  const graph = buildGraph(model.architecture, model.precision);
  const parameters = deriveParameters(graph, model, choices, "timeline");
  const control = new CycleModel();
  const traces = new Map<string, Trace>();
  const source = control.link();
  const samples = choices.mode === "sample" ? historyTiming(control, source, model.architecture.window) : source;
  const sink = wireNetwork(graph, parameters, choices, samples, tracing(wiringOf(control), traces));
  sink.ready = true;
  const { window, horizon, targets } = model.architecture;
  const starting = choices.mode === "sample" ? window - 1 : 0;
  let accepted = 0;
  let produced = 0;
  let start = 0;
  while (produced < horizon * targets) {
    source.valid = accepted < window;
    control.step(() => {
      if (source.valid && source.ready) {
        if (accepted === starting) start = control.cycle;
        accepted++;
      }
      if (sink.valid) produced++;
      for (const trace of traces.values()) trace.note(control.cycle);
    });
  }
  const cycles = control.cycle - start;
  return {
    cycles,
    rows: graph.operators.flatMap(({ name }): TimelineRow[] => {
      const trace = traces.get(name);
      return trace ? [{ name, unit: trace.unit, busy: trace.busy(start, cycles) }] : [];
    }),
  };
}

/** Watches the streams of an operator. */
class Trace {
  readonly #cycles: [from: number, to: number][] = [];

  constructor(
    readonly unit: string | null,
    readonly inputs: readonly Link[],
    readonly output: Link,
    /** Cycles on a beat that leaves. */
    readonly steps: number,
  ) {}

  note(cycle: number): void {
    if (this.inputs.some(moves)) this.#cycles.push([cycle, cycle + 1]);
    if (moves(this.output)) this.#cycles.push([cycle - this.steps, cycle + 1]);
  }

  busy(start: number, cycles: number): [number, number][] {
    const spells: [number, number][] = [];
    for (const [from, to] of this.#cycles.sort((a, b) => a[0] - b[0])) {
      const [begin, end] = [Math.max(0, from - start), Math.min(cycles, to - start)];
      const last = spells[spells.length - 1];
      if (last && begin - last[1] <= cycles / FINEST) last[1] = Math.max(last[1], end);
      else if (end > begin) spells.push([begin, end]);
    }
    return spells;
  }
}

function moves(link: Link): boolean {
  return link.valid && link.ready;
}

function tracing(wiring: Wiring<Link>, traces: Map<string, Trace>): Wiring<Link> {
  return {
    ...wiring,
    operator: (parameters, inputs) => {
      const output = wiring.operator(parameters, inputs);
      traces.set(parameters.title, new Trace(null, inputs, output, stepsOf(parameters)));
      return output;
    },
    unit: (parameters, inputs) => {
      const outputs = wiring.unit(parameters, inputs);
      const { plan, jobs } = parameters;
      placeTasks(parameters).forEach(({ job, task }, index) => {
        const output = outputs[index];
        const steps = (task.rows / plan.lanesOut) * ((jobs[job]?.columns ?? plan.lanesIn) / plan.lanesIn);
        // Tokens wait in the buffers of the unit: work is seen only at what leaves.
        if (output) traces.set(task.title, new Trace(plan.name, [], output, steps));
      });
      return outputs;
    },
  };
}
