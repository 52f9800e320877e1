import type { IntegerModel, IntegerOperator } from "../integer/index.js";
import { codeRange, type Graph, type Operator, tensor } from "../model/index.js";
import { type NumType, range } from "../rtl/index.js";
import { type AttentionParameters, attentionOutput } from "./operators/attention.js";
import { type LastParameters, lastOutput } from "./operators/last.js";
import { type LinearParameters, linearOutput } from "./operators/linear.js";
import { deriveUnits } from "./operators/matrix-unit/derive.js";
import {
  type MatrixTask,
  type MatrixUnitParameters,
  type MatrixUnitPlan,
  taskOutput,
} from "./operators/matrix-unit/parameters.js";
import { type PoolParameters, poolOutput } from "./operators/pool.js";
import { type ResidualParameters, residualOutput } from "./operators/residual.js";
import type { Beat } from "./parts/beat.js";
import type { Choices, OperatorPlan } from "./plan.js";

export type OperatorParameters =
  | ({ readonly kind: "linear" } & LinearParameters)
  | ({ readonly kind: "shared" } & SharedParameters)
  | ({ readonly kind: "attention" } & AttentionParameters)
  | ({ readonly kind: "residual" } & ResidualParameters)
  | ({ readonly kind: "pool" } & PoolParameters)
  | ({ readonly kind: "last" } & LastParameters);

/** A `linear` on the lanes of a matrix unit. */
export interface SharedParameters {
  readonly title: string;
  readonly input: Beat;
  readonly weightType: NumType;
  readonly task: MatrixTask;
  readonly unit: MatrixUnitPlan;
}

/** Everything that the hardware of a model is built from. */
export interface Parameters {
  /** In graph order, by operator name. */
  readonly operators: ReadonlyMap<string, OperatorParameters>;
  /** Beats of each tensor, as its producer gives them. */
  readonly beats: ReadonlyMap<string, Beat>;
  readonly units: readonly MatrixUnitParameters[];
}

/** "layers.0.self_attn.q_proj" -> "<top>_layers_0_self_attn_q_proj". */
export function entityName(top: string, operator: string): string {
  const stem = operator.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return `${top}_${stem}`.replace(/_+/g, "_").replace(/_$/, "");
}

/** An operator with its output's beats, and its number among all that were made. */
interface Made {
  readonly parameters: OperatorParameters;
  readonly output: Beat;
  readonly number: number;
}

/** What has been derived for a model and a name of its top entity: most candidates of a search differ in few operators. */
export class DerivedBefore {
  readonly operators = new Map<string, Made>();
  readonly units = new Map<string, MatrixUnitParameters[]>();
}

/** Parameters of all operators: constants and widths from the model, lanes and styles from the choices. */
export function deriveParameters(
  graph: Graph,
  model: IntegerModel,
  choices: Pick<Choices, "operators" | "units">,
  top: string,
  before: DerivedBefore = new DerivedBefore(),
): Parameters {
  const beats = new Map<string, Beat>();
  const makers = new Map<string, number>();
  const samples = codeRange(model.precision.samples, false);
  beats.set(graph.input, { type: range(samples.lo, samples.hi), lanes: model.architecture.inputs });
  const operators = new Map<string, OperatorParameters>();
  for (const operator of graph.operators) {
    const data = model.operators.get(operator.name);
    const plan = choices.operators.get(operator.name);
    if (!data || !plan) throw new Error(`no ${data ? "plan" : "data"} for operator "${operator.name}"`);
    const unit = plan.kind === "shared" ? choices.units.find(({ name }) => name === plan.unit) : undefined;
    const inputs = inputsOf(operator).map((name) => makers.get(name) ?? -1);
    const key = JSON.stringify([operator.name, plan, unit, inputs]);
    let made = before.operators.get(key);
    if (!made) {
      const derived = parametersOf(graph, operator, data, plan, unit, beats, entityName(top, operator.name));
      made = { parameters: derived, output: outputBeat(derived), number: before.operators.size };
      before.operators.set(key, made);
    }
    operators.set(operator.name, made.parameters);
    beats.set(operator.output, made.output);
    makers.set(operator.output, made.number);
  }
  const members = new Map([...operators].flatMap(([name, made]) => (made.kind === "shared" ? [[name, made]] : [])));
  const attentions = new Map(
    Array.from({ length: graph.architecture.layers }, (_, layer) => {
      const plan = choices.operators.get(`layers.${layer}.self_attn`);
      if (plan?.kind !== "attention") throw new Error(`no plan of the attention of layer ${layer}`);
      return [layer, plan];
    }),
  );
  const numbers = graph.operators.map(({ output }) => makers.get(output));
  const rooms = [...attentions].map(([layer, { windows, queries }]) => [layer, windows, queries]);
  const key = JSON.stringify([choices.units, rooms, choices.units.length > 0 ? numbers : []]);
  const units = before.units.get(key) ?? deriveUnits(graph, choices.units, members, attentions, top);
  before.units.set(key, units);
  return { operators, beats, units };
}

/** The tensors that an operator reads. */
function inputsOf(operator: Operator): readonly string[] {
  if (operator.kind === "attention") return [operator.query, operator.key, operator.value];
  return operator.kind === "residual" ? operator.addends : [operator.input];
}

/** Beats of an operator's output. */
export function outputBeat(parameters: OperatorParameters): Beat {
  switch (parameters.kind) {
    case "linear":
      return linearOutput(parameters);
    case "shared":
      return taskOutput(parameters.task, parameters.unit);
    case "attention":
      return attentionOutput(parameters);
    case "residual":
      return residualOutput(parameters);
    case "pool":
      return poolOutput(parameters);
    case "last":
      return lastOutput(parameters);
  }
}

/** Parameters of one operator, from the beats of what it reads. */
export function parametersOf(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  plan: OperatorPlan,
  unit: MatrixUnitPlan | undefined,
  beats: ReadonlyMap<string, Beat>,
  name: string,
): OperatorParameters {
  const title = operator.name;
  const beatOf = (of: string): Beat => {
    const beat = beats.get(of);
    if (!beat) throw new Error(`tensor "${of}" is read before it is made`);
    return beat;
  };
  if (operator.kind === "linear" && data.kind === "linear" && plan.kind === "linear") {
    const { rows, columns, bits } = operator.weight;
    const weights = codeRange(bits, true);
    return {
      kind: "linear",
      name,
      title,
      input: beatOf(operator.input),
      rows,
      columns,
      weightType: range(weights.lo, weights.hi),
      weights: data.weights,
      bias: data.bias,
      accumulator: {
        lo: Math.min(...data.accumulators.map(({ lo }) => lo)),
        hi: Math.max(...data.accumulators.map(({ hi }) => hi)),
      },
      requantiser: data.requantiser,
      plan,
    };
  }
  if (operator.kind === "linear" && data.kind === "linear" && unit) {
    const { rows, columns, bits } = operator.weight;
    const { weights, bias, requantiser } = data;
    const accumulator = {
      lo: Math.min(...data.accumulators.map(({ lo }) => lo)),
      hi: Math.max(...data.accumulators.map(({ hi }) => hi)),
    };
    const port = title.toLowerCase().replace(/[^a-z0-9]+/g, "_");
    const { lo, hi } = codeRange(bits, true);
    const task = { title, port, rows, columns, weights, bias, accumulator, requantiser };
    return { kind: "shared", title, input: beatOf(operator.input), weightType: range(lo, hi), task, unit };
  }
  if (operator.kind === "attention" && data.kind === "attention" && plan.kind === "attention") {
    const { tokens, features } = tensor(graph, operator.query);
    const [multiplier] = data.score.multipliers;
    if (multiplier === undefined) throw new Error(`"${operator.name}" has no score multiplier`);
    return {
      kind: "attention",
      name,
      title,
      query: beatOf(operator.query),
      key: beatOf(operator.key),
      value: beatOf(operator.value),
      tokens,
      features,
      heads: operator.heads,
      score: { multiplier, shift: data.score.shift, lo: data.score.lo, hi: data.score.hi },
      table: data.table,
      numerator: data.numerator,
      shift: data.shift,
      zero: data.zero,
      lo: data.lo,
      hi: data.hi,
      plan,
    };
  }
  if (operator.kind === "residual" && data.kind === "residual" && plan.kind === "residual") {
    const addends = operator.addends.map((addend) => ({ type: beatOf(addend).type, lanes: plan.lanes }));
    const { coefficients, constants, shift, lo, hi } = data;
    const { features } = tensor(graph, operator.output);
    return { kind: "residual", name, title, addends, features, coefficients, constants, shift, lo, hi, plan };
  }
  if (operator.kind === "pool" && plan.kind === "pool") {
    const { tokens, features } = tensor(graph, operator.input);
    return { kind: "pool", name, title, input: beatOf(operator.input), tokens, features, plan };
  }
  if (operator.kind === "last" && plan.kind === "last") {
    const { tokens } = tensor(graph, operator.input);
    return { kind: "last", name, title, input: beatOf(operator.input), tokens, columns: operator.columns, plan };
  }
  throw new Error(`plan (${plan.kind}), model (${data.kind}) and graph (${operator.kind}) of "${title}" disagree`);
}
