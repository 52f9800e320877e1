import { type Graph, type Operator, tensor } from "../model/index.js";
import { jobOf } from "./operators/matrix-unit/derive.js";
import { type MatrixUnitParameters, placeTasks } from "./operators/matrix-unit/parameters.js";
import { type OperatorParameters, outputBeat, type Parameters } from "./parameters.js";
import type { Beat } from "./parts/beat.js";
import type { Choices, QueuePlan } from "./plan.js";

/**
 * What the accelerator is wired with. The same wiring makes the register transfer and the cycle model, so that both have
 * the same gearboxes, forks and queues.
 */
export interface Wiring<S> {
  operator(parameters: OperatorParameters, inputs: readonly S[]): S;
  /** Outputs in the order of the unit's tasks. */
  unit(parameters: MatrixUnitParameters, inputs: readonly S[]): S[];
  /** A stream whose source comes later: units are wired in loops. */
  later(name: string, beat: Beat): { readonly stream: S; connect(source: S): void };
  fork(name: string, stream: S, beat: Beat, count: number): S[];
  /** `depth` in beats. */
  queue(name: string, stream: S, beat: Beat, depth: number, style: QueuePlan["style"]): S;
  lanes(name: string, stream: S, from: Beat, lanes: number): S;
}

/** Wires the whole graph, from the stream of samples to that of the forecast, which leaves one code in a beat. */
export function wireNetwork<S>(
  graph: Graph,
  parameters: Parameters,
  choices: Pick<Choices, "queues">,
  samples: S,
  wiring: Wiring<S>,
): S {
  const units = wireUnits(parameters, wiring);
  /** Who takes the stream of a tensor: an operator, or a job of a unit for all of its operators. */
  const readers = new Map<string, string[]>();
  for (const operator of graph.operators) {
    const reader = units.readerOf(operator.name);
    for (const input of inputsOf(operator)) {
      const before = readers.get(input) ?? [];
      if (!before.includes(reader)) readers.set(input, [...before, reader]);
    }
  }
  /** By tensor, the stream of it for each reader. */
  const streams = new Map<string, Map<string, S>>();
  const publish = (name: string, stream: S): void => {
    const beat = parameters.beats.get(name);
    if (!beat) throw new Error(`no beats of tensor "${name}"`);
    const consumers = readers.get(name) ?? [];
    const { features } = tensor(graph, name);
    const label = identifier(name);
    const queue = (what: string, from: S, plan: QueuePlan): S =>
      wiring.queue(`${label}_${what}`, from, beat, (plan.tokens * features) / beat.lanes, plan.style);
    const given = new Map<string, S>();
    const layer = layerInput(graph, name);
    const queues = layer === null ? undefined : choices.queues[layer.index];
    if (layer?.part === "attention" && queues) {
      // Keys and values first; the tokens wait for them, then go to the query and, by a queue of their own, around attention.
      const early = consumers.filter((consumer) => /\.(k|v)_proj$|_kv$|\.self_attn$/.test(consumer));
      const late = consumers.filter((consumer) => !early.includes(consumer));
      const branches = wiring.fork(label, stream, beat, early.length + 1);
      for (const [index, consumer] of early.entries()) {
        const branch = branches[index] as S;
        const keys = consumer.endsWith(".self_attn") && queues.keys;
        give(given, consumer, keys ? queue("keys", branch, keys) : branch);
      }
      const waiting = queue("waiting", branches[early.length] as S, queues.tokens);
      const second = wiring.fork(`${label}_again`, waiting, beat, late.length);
      late.forEach((consumer, index) => {
        const branch = second[index] as S;
        give(given, consumer, consumer.endsWith(".norm1") ? queue("around", branch, queues.attention) : branch);
      });
    } else {
      const branches = wiring.fork(label, stream, beat, consumers.length);
      consumers.forEach((consumer, index) => {
        const branch = branches[index] as S;
        const around = layer?.part === "feedForward" && consumer.endsWith(".norm2") && queues?.feedForward;
        give(given, consumer, around ? queue("around", branch, around) : branch);
      });
    }
    streams.set(name, given);
  };

  publish(graph.input, samples);
  let output: S | undefined;
  for (const operator of graph.operators) {
    const made = parameters.operators.get(operator.name);
    if (!made) throw new Error(`no parameters of operator "${operator.name}"`);
    if (made.kind === "shared") {
      const [input] = inputsOf(operator);
      const stream = streams.get(input ?? "")?.get(units.readerOf(operator.name));
      if (stream === undefined) throw new Error(`"${operator.name}" has no stream of "${input}"`);
      units.connect(operator.name, stream);
      const output = units.output(operator.name);
      const { results } = made.unit;
      const beat = outputBeat(made);
      const depth = (results.tokens * made.task.rows) / beat.lanes;
      publish(
        operator.output,
        made.task.requantiser
          ? output
          : wiring.queue(`${identifier(operator.output)}_results`, output, beat, depth, results.style),
      );
      continue;
    }
    const inputs = inputsOf(operator).map((name, index) => {
      const stream = streams.get(name)?.get(operator.name);
      const beat = parameters.beats.get(name);
      if (stream === undefined || !beat) throw new Error(`"${operator.name}" has no stream of "${name}"`);
      // Residuals add beats as they are; the other operators have gearboxes of their own.
      return made.kind === "residual"
        ? wiring.lanes(`${identifier(operator.name)}_addend_${index}`, stream, beat, made.plan.lanes)
        : stream;
    });
    const stream = wiring.operator(made, inputs);
    if (operator.output === graph.output) output = wiring.lanes("forecast_codes", stream, outputBeat(made), 1);
    else publish(operator.output, stream);
  }
  if (output === undefined) throw new Error("the graph has no output");
  return output;
}

/** All units, with inputs that are connected later. */
function wireUnits<S>(parameters: Parameters, wiring: Wiring<S>) {
  const outputs = new Map<string, S>();
  const inputs = new Map<string, { readonly stream: S; connect(source: S): void }>();
  const connected = new Set<string>();
  const shared = new Set<string>();
  for (const unit of parameters.units) {
    const open = unit.jobs.map((job) => {
      const input = wiring.later(job.name, job.input);
      inputs.set(job.name, input);
      return input.stream;
    });
    const results = wiring.unit(unit, open);
    placeTasks(unit).forEach(({ task }, index) => {
      outputs.set(task.title, results[index] as S);
      shared.add(task.title);
    });
  }
  return {
    readerOf: (operator: string) => (shared.has(operator) ? jobOf(operator) : operator),
    /** The first operator of a job brings the tokens for all of them. */
    connect(operator: string, source: S): void {
      const job = jobOf(operator);
      if (connected.has(job)) return;
      connected.add(job);
      inputs.get(job)?.connect(source);
    },
    output(operator: string): S {
      const stream = outputs.get(operator);
      if (stream === undefined) throw new Error(`"${operator}" is on no unit`);
      return stream;
    },
  };
}

function give<S>(given: Map<string, S>, consumer: string, stream: S | undefined): void {
  if (stream === undefined) throw new Error(`no branch for "${consumer}"`);
  given.set(consumer, stream);
}

/** The tensors an operator reads, in the order of its ports. */
export function inputsOf(operator: Operator): readonly string[] {
  switch (operator.kind) {
    case "linear":
    case "pool":
    case "last":
      return [operator.input];
    case "attention":
      return [operator.query, operator.key, operator.value];
    case "residual":
      return operator.addends;
  }
}

/** A tensor or operator name as an instance name. */
export function identifier(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** Whether the tensor enters a layer's attention or its feed-forward part, and which layer. */
function layerInput(graph: Graph, name: string): { index: number; part: "attention" | "feedForward" } | null {
  for (const operator of graph.operators) {
    if (operator.kind !== "linear" || operator.input !== name) continue;
    const match = /^layers\.(\d+)\.(self_attn\.q_proj|linear1)$/.exec(operator.name);
    if (match) return { index: Number(match[1]), part: match[2] === "linear1" ? "feedForward" : "attention" };
  }
  return null;
}
