import type { IntegerModel } from "../integer/index.js";
import { buildGraph, type Graph } from "../model/index.js";
import { type Bit, type Builder, bit, type Module, module } from "../rtl/index.js";
import { checkBeats, checkChoices } from "./by-name/check-choices.js";
import { identifier, type Wiring, wireNetwork } from "./network.js";
import { attentionModule } from "./operators/attention.js";
import { lastModule } from "./operators/last.js";
import { linearModule } from "./operators/linear.js";
import { inputPort } from "./operators/matrix-unit/multiply.js";
import { placeTasks } from "./operators/matrix-unit/parameters.js";
import { matrixUnitModule } from "./operators/matrix-unit/unit.js";
import { poolModule } from "./operators/pool.js";
import { residualModule } from "./operators/residual.js";
import { deriveParameters, type OperatorParameters, type Parameters } from "./parameters.js";
import { type Beat, beatStream } from "./parts/beat.js";
import { counter } from "./parts/counter.js";
import { type Elements, forked, queued, withLanes } from "./parts/flow.js";
import { historyModule } from "./parts/history.js";
import type { Choices } from "./plan.js";
import { wakeModule } from "./wake.js";

/** The accelerator as a module: a stream of samples in, a stream of forecasts out, and `enable` and `idle`. */
export type Accelerator = ReturnType<typeof assemble>;

/**
 * Builds the accelerator of a model by its plan.
 *
 * @param name first part of the names of its entities; the module itself is `<name>_core`
 * @throws GatecastError "hardware" where the name is no legal one (lower case letters, digits, single underscores), or where the plan was
 *   changed to what cannot be built: lanes that do not divide, beats that do not meet
 */
export function buildAccelerator(model: IntegerModel, plan: Choices, name = DEFAULT_NAME): Accelerator {
  const graph = buildGraph(model.architecture, model.precision);
  checkChoices(graph, plan);
  const parameters = deriveParameters(graph, model, plan, name);
  checkBeats(graph, parameters);
  return assemble(graph, parameters, plan, `${name}_core`, name);
}

export const DEFAULT_NAME = "forecaster";

function beatOf(parameters: Parameters, tensor: string): Beat {
  const beat = parameters.beats.get(tensor);
  if (!beat) throw new Error(`no beats of tensor "${tensor}"`);
  return beat;
}

/** The top level: all operators of the graph, wired by streams, behind a clock enable. */
function assemble(graph: Graph, parameters: Parameters, choices: Choices, core: string, name: string) {
  const { window, inputs } = graph.architecture;
  const samples = beatOf(parameters, graph.input);
  const forecast = { ...beatOf(parameters, graph.output), lanes: 1 };
  const taken =
    choices.mode === "sample"
      ? `one sample in (${inputs} column(s)), a forecast out once ${window} are known`
      : `${window} samples of ${inputs} column(s) in, a forecast out`;
  const network = module(
    `${name}_network`,
    {
      doc: `All operators, wired by streams: ${taken}.`,
      in: { sample: beatStream(samples) },
      out: { forecast: beatStream(forecast), starts: bit().about("the next sample that is taken begins an inference") },
    },
    (p, m) => {
      const wired = (stream: Elements) => wireNetwork(graph, parameters, choices, stream, wiringOf(m));
      if (choices.mode === "sample") {
        const ring = historyModule({ name: `${name}_history`, beat: samples, tokens: window, style: choices.history });
        const { y, starts } = m.use("history", ring, { x: p.sample });
        return { forecast: wired(y), starts };
      }
      const [sample, ready] = watched(m, "window", p.sample, samples);
      const place = counter(m, "window_place", window, sample.valid.and(ready));
      return { forecast: wired(sample), starts: place.value.eq(0) };
    },
  );
  return wakeModule(network, {
    name: core,
    doc: `Integer-only Transformer: ${taken}. Streams with valid and ready; reset may come at any time and drops what was begun. While \`enable\` is low nothing changes but by reset; while \`idle\` is high and no sample is offered nothing changes either.`,
    samples,
    forecast,
    outputs: graph.architecture.horizon * graph.architecture.targets,
    layers: graph.architecture.layers,
  });
}

/** The stream as it is, and whether it is taken. */
function watched(m: Builder, name: string, stream: Elements, beat: Beat): [stream: Elements, ready: Bit] {
  const link = m.stream(name, beatStream(beat).payload);
  link.drive({ valid: stream.valid, data: stream.data });
  stream.accept(link.ready);
  return [link.stream, link.ready];
}

function wiringOf(m: Builder): Wiring<Elements> {
  return {
    operator: (parameters, inputs) => use(m, parameters, inputs),
    unit: (parameters, inputs) => {
      const { jobs, plan } = parameters;
      const given = Object.fromEntries(jobs.map((job, index) => [inputPort(job), inputs[index] as Elements]));
      const outputs = m.use(plan.name, matrixUnitModule(parameters), given);
      return placeTasks(parameters).map(({ task }) => outputs[task.port] as Elements);
    },
    later: (name, beat) => {
      const link = m.stream(name, beatStream(beat).payload);
      return {
        stream: link.stream,
        connect: (source) => {
          source.accept(link.ready);
          link.drive({ valid: source.valid, data: source.data });
        },
      };
    },
    fork: (name, stream, beat, count) => forked(m, name, stream, beat, count),
    queue: (name, stream, beat, depth, style) => queued(m, name, stream, beat, depth, style),
    lanes: (name, stream, from, lanes) => withLanes(m, name, stream, from, lanes),
  };
}

/** The module of an operator, alone: streams `x` to `y`; attention from `query`, `key`, `value` to `context`. */
export function operatorModule(parameters: OperatorParameters): Module {
  switch (parameters.kind) {
    case "linear":
      return linearModule(parameters);
    case "shared":
      throw new Error(`"${parameters.title}" is on a matrix unit`);
    case "attention":
      return attentionModule(parameters);
    case "residual":
      return residualModule(parameters);
    case "pool":
      return poolModule(parameters);
    case "last":
      return lastModule(parameters);
  }
}

function use(m: Builder, parameters: OperatorParameters, inputs: readonly Elements[]): Elements {
  const name = identifier(parameters.title);
  const input = (index: number): Elements => {
    const stream = inputs[index];
    if (!stream) throw new Error(`"${parameters.title}" has no input ${index}`);
    return stream;
  };
  switch (parameters.kind) {
    case "linear":
      return m.use(name, linearModule(parameters), { x: input(0) }).y;
    case "shared":
      throw new Error(`"${parameters.title}" is on a matrix unit`);
    case "attention":
      return m.use(name, attentionModule(parameters), { query: input(0), key: input(1), value: input(2) }).context;
    case "residual": {
      const addends = Object.fromEntries(inputs.map((stream, index) => [`x${index}`, stream]));
      return m.use(name, residualModule(parameters), addends).y;
    }
    case "pool":
      return m.use(name, poolModule(parameters), { x: input(0) }).y;
    case "last":
      return m.use(name, lastModule(parameters), { x: input(0) }).y;
  }
}
