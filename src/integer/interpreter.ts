import { GatecastError } from "../errors.js";
import { buildGraph, codeRange, type Graph, type Operator, outputs, tensor } from "../model/index.js";
import { tensorIntervals } from "./intervals.js";
import type { IntegerModel, IntegerOperator } from "./model.js";
import { type AttentionInternals, attentionInternals, planAttention } from "./operators/attention.js";
import { planLast } from "./operators/last.js";
import { planLinear } from "./operators/linear.js";
import { planPool } from "./operators/pool.js";
import { planResidual } from "./operators/residual.js";
import { allocate, type TensorData } from "./tensor.js";

/** Runs an integer-only model, to the bit as docs/arithmetic.md says. Everything is planned once; a window allocates nothing. */
export interface Interpreter {
  readonly graph: Graph;
  /**
   * Forecast codes of windows.
   * @param codes [count][n][m], each within the range of a sample
   * @returns [count][horizon * targets]
   * @throws GatecastError "data" where the length is not whole windows or a code is outside of its range
   */
  run(codes: Int32Array | Int16Array): Int32Array;
  /**
   * The same for windows of one long series, without copying it.
   * @param series codes, [rows][m]
   * @param firstRows row at which each window begins
   */
  runAt(series: Int32Array | Int16Array, firstRows: ArrayLike<number>): Int32Array;
  /** Every tensor of the graph for one window [n][m]; copies, which stay as they are. */
  trace(codes: Int32Array | Int16Array): Trace;
}

/** Everything that one window makes. */
export interface Trace {
  /** By tensor name, [tokens][features]; window and forecast included. */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** By the name of the attention operator. */
  readonly attention: ReadonlyMap<string, AttentionInternals>;
}

/** @throws GatecastError "model" where the architecture or precision is not valid */
export function createInterpreter(model: IntegerModel): Interpreter {
  const graph = buildGraph(model.architecture, model.precision);
  const intervals = tensorIntervals(graph, model);
  const tensors = new Map<string, TensorData>();
  for (const [name, features] of intervals) {
    const { tokens } = tensor(graph, name);
    tensors.set(name, allocate(tokens * features.length, features));
  }
  const steps = planGraph(graph, model.operators, tensors);
  let traced: ReturnType<typeof planTrace> | undefined;
  const input = tensors.get(graph.input);
  const output = tensors.get(graph.output);
  if (!input || !output) throw new Error("the graph has no input or no output");
  const { inputs } = model.architecture;
  const width = outputs(model.architecture);
  const { lo, hi } = codeRange(model.precision.samples, false);

  const load = (codes: Int32Array | Int16Array, from: number): void => {
    if (!(from >= 0 && from + input.length <= codes.length)) {
      throw new GatecastError("data", `A window of ${input.length} codes from ${from} is not within ${codes.length}.`, {
        remedy: `Give whole windows of ${model.architecture.window} steps and ${inputs} columns.`,
      });
    }
    for (let index = 0; index < input.length; index++) {
      const code = codes[from + index] as number;
      if (code < lo || code > hi) {
        throw new GatecastError("data", `Sample code ${code} is outside of ${lo} .. ${hi}.`, {
          remedy: "Convert samples with encodeSamples, which clamps them.",
        });
      }
      input[index] = code;
    }
  };

  const runWindows = (codes: Int32Array | Int16Array, count: number, firstOf: (index: number) => number) => {
    const forecasts = new Int32Array(count * width);
    for (let window = 0; window < count; window++) {
      load(codes, firstOf(window));
      for (const step of steps) step();
      for (let index = 0; index < width; index++) forecasts[window * width + index] = output[index] as number;
    }
    return forecasts;
  };

  return {
    graph,
    run(codes) {
      const count = codes.length / input.length;
      if (!Number.isInteger(count)) {
        throw new GatecastError("data", `${codes.length} codes are not whole windows of ${input.length}.`, {
          remedy: `Give whole windows of ${model.architecture.window} steps and ${inputs} columns.`,
        });
      }
      return runWindows(codes, count, (window) => window * input.length);
    },
    runAt(series, firstRows) {
      return runWindows(series, firstRows.length, (window) => (firstRows[window] ?? Number.NaN) * inputs);
    },
    trace(codes) {
      if (codes.length !== input.length) {
        throw new GatecastError("data", `A trace takes one window of ${input.length} codes, not ${codes.length}.`, {
          remedy: "Cut the window out with subarray.",
        });
      }
      // Planned once more, with room for the internals of attention, at the first trace.
      traced ??= planTrace(graph, model.operators, tensors);
      load(codes, 0);
      for (const step of traced.steps) step();
      return {
        tensors: new Map([...tensors].map(([name, data]) => [name, data.slice()])),
        attention: new Map([...traced.attention].map(([name, internals]) => [name, copy(internals)])),
      };
    },
  };
}

/** One function per operator, in order, reading and writing the given tensors. */
function planGraph(
  graph: Graph,
  operators: ReadonlyMap<string, IntegerOperator>,
  tensors: ReadonlyMap<string, TensorData>,
  internals?: Map<string, AttentionInternals>,
): readonly (() => void)[] {
  const of = (name: string): TensorData => {
    const found = tensors.get(name);
    if (!found) throw new Error(`no room for tensor "${name}"`);
    return found;
  };
  return graph.operators.map((operator) => {
    const data = operators.get(operator.name);
    if (!data) throw new Error(`the model has no operator "${operator.name}"`);
    return planOperator(graph, operator, data, of, internals);
  });
}

function largestCode(graph: Graph, name: string): number {
  const { bits, symmetric } = tensor(graph, name);
  return codeRange(bits ?? 8, symmetric).hi;
}

function planTrace(
  graph: Graph,
  operators: ReadonlyMap<string, IntegerOperator>,
  tensors: ReadonlyMap<string, TensorData>,
): { readonly steps: readonly (() => void)[]; readonly attention: ReadonlyMap<string, AttentionInternals> } {
  const attention = new Map<string, AttentionInternals>();
  return { steps: planGraph(graph, operators, tensors, attention), attention };
}

function copy({ scores, exponentials, sums, reciprocals, weighted }: AttentionInternals): AttentionInternals {
  return {
    scores: scores.slice(),
    exponentials: exponentials.slice(),
    sums: sums.slice(),
    reciprocals: reciprocals.slice(),
    weighted: weighted.slice(),
  };
}

/** The function of one operator on kept tensors. `internals`, where given, receives those of attention. */
export function planOperator(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  of: (name: string) => TensorData,
  internals?: Map<string, AttentionInternals>,
): () => void {
  const output = of(operator.output);
  if (operator.kind === "linear" && data.kind === "linear")
    return planLinear(operator, data, of(operator.input), output);
  if (operator.kind === "attention" && data.kind === "attention") {
    const { tokens, features } = tensor(graph, operator.query);
    const { query, key, value } = operator;
    const largest = {
      query: largestCode(graph, query),
      key: largestCode(graph, key),
      value: largestCode(graph, value),
    };
    const inputs = { features, query: of(query), key: of(key), value: of(value), largest };
    const room = internals && attentionInternals(operator, tokens, features);
    if (room) internals.set(operator.name, room);
    return planAttention(operator, data, inputs, output, room);
  }
  if (operator.kind === "residual" && data.kind === "residual") {
    return planResidual(data, operator.addends.map(of), output);
  }
  if (operator.kind === "pool") return planPool(of(operator.input), output);
  if (operator.kind === "last") {
    return planLast(operator, tensor(graph, operator.input).features, of(operator.input), output);
  }
  throw new Error(`the model's "${operator.name}" is a ${data.kind}, the graph's a ${operator.kind}`);
}
