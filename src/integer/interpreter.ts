import { GatecastError } from "../errors.js";
import { buildGraph, codeRange, type Graph, outputs, tensor } from "../model/index.js";
import { tensorIntervals } from "./intervals.js";
import { LANES } from "./lanes/place.js";
import { type LanePlan, planLanes } from "./lanes/plan.js";
import type { IntegerModel, IntegerOperator } from "./model.js";
import type { AttentionInternals } from "./operators/attention.js";
import { planOperator } from "./plan-operator.js";
import { allocate, type TensorData } from "./tensor.js";

/**
 * Runs an integer-only model, to the bit as docs/arithmetic.md says. `run` and `runAt` go through the kernels of
 * wasm/integer, four windows at a time; `trace` through the readable operators, which share no code with them. Everything
 * is planned once, at the first call; from then on nothing is allocated but what is returned.
 */
export interface Interpreter {
  readonly graph: Graph;
  /**
   * Operators that `run` too takes in their readable form, because their numbers are not proven to fit the kernels (an
   * accumulator beyond 32 bits). Slower, and equal.
   */
  readonly readable: readonly string[];
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
  const { inputs, window } = model.architecture;
  const length = window * inputs;
  const width = outputs(model.architecture);
  const samples = codeRange(model.precision.samples, false);
  let planned: LanePlan | undefined;
  let traced: TracePlan | undefined;
  const lanes = () => {
    planned ??= planLanes(graph, model);
    return planned;
  };

  const check = (codes: Int32Array | Int16Array, from: number): void => {
    if (!(from >= 0 && from + length <= codes.length)) {
      throw new GatecastError("data", `A window of ${length} codes from ${from} is not within ${codes.length}.`, {
        remedy: `Give whole windows of ${window} steps and ${inputs} columns.`,
      });
    }
    for (let index = from; index < from + length; index++) {
      const code = codes[index] as number;
      if (code >= samples.lo && code <= samples.hi) continue;
      throw new GatecastError("data", `Sample code ${code} is outside of ${samples.lo} .. ${samples.hi}.`, {
        remedy: "Convert samples with encodeSamples, which clamps them.",
      });
    }
  };

  const runWindows = (codes: Int32Array | Int16Array, count: number, firstOf: (index: number) => number) => {
    const plan = lanes();
    const forecasts = new Int32Array(count * width);
    for (let first = 0; first < count; first += LANES) {
      const together = Math.min(LANES, count - first);
      // Lanes without a window keep what was in them; nobody reads their forecast.
      for (let lane = 0; lane < together; lane++) {
        const from = firstOf(first + lane);
        check(codes, from);
        load(plan, codes, from, lane);
      }
      plan.run();
      for (let lane = 0; lane < together; lane++) store(plan, forecasts, (first + lane) * width, lane);
    }
    return forecasts;
  };

  return {
    graph,
    get readable() {
      return lanes().readable;
    },
    run(codes) {
      const count = codes.length / length;
      if (!Number.isInteger(count)) {
        throw new GatecastError("data", `${codes.length} codes are not whole windows of ${length}.`, {
          remedy: `Give whole windows of ${window} steps and ${inputs} columns.`,
        });
      }
      return runWindows(codes, count, (index) => index * length);
    },
    runAt(series, firstRows) {
      return runWindows(series, firstRows.length, (index) => (firstRows[index] ?? Number.NaN) * inputs);
    },
    trace(codes) {
      if (codes.length !== length) {
        throw new GatecastError("data", `A trace takes one window of ${length} codes, not ${codes.length}.`, {
          remedy: "Cut the window out with subarray.",
        });
      }
      check(codes, 0);
      traced ??= planTrace(graph, model);
      traced.input.set(codes);
      for (const step of traced.steps) step();
      return {
        tensors: new Map([...traced.tensors].map(([name, data]) => [name, data.slice()])),
        attention: new Map([...traced.attention].map(([name, internals]) => [name, copy(internals)])),
      };
    },
  };
}

/** A window into its lane. */
function load({ input, codes }: LanePlan, window: Int32Array | Int16Array, from: number, lane: number): void {
  const { indices, step } = input;
  for (let index = 0; index < indices.length; index++) {
    codes[(indices[index] as number) + lane * step] = window[from + index] as number;
  }
}

/** A lane's forecast into the results. */
function store({ output, codes }: LanePlan, forecasts: Int32Array, to: number, lane: number): void {
  const { indices, step } = output;
  for (let index = 0; index < indices.length; index++) {
    forecasts[to + index] = codes[(indices[index] as number) + lane * step] as number;
  }
}

/** The readable operators on kept tensors of one window. */
interface TracePlan {
  readonly steps: readonly (() => void)[];
  readonly input: TensorData;
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly attention: ReadonlyMap<string, AttentionInternals>;
}

function planTrace(graph: Graph, model: IntegerModel): TracePlan {
  const tensors = new Map<string, TensorData>();
  for (const [name, features] of tensorIntervals(graph, model)) {
    tensors.set(name, allocate(tensor(graph, name).tokens * features.length, features));
  }
  const attention = new Map<string, AttentionInternals>();
  const steps = planGraph(graph, model.operators, tensors, attention);
  const input = tensors.get(graph.input);
  if (!input) throw new Error("the graph has no input");
  return { steps, input, tensors, attention };
}

/** One function per operator, in order, reading and writing the given tensors. */
function planGraph(
  graph: Graph,
  operators: ReadonlyMap<string, IntegerOperator>,
  tensors: ReadonlyMap<string, TensorData>,
  internals: Map<string, AttentionInternals>,
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

function copy({ scores, exponentials, sums, reciprocals, weighted }: AttentionInternals): AttentionInternals {
  return {
    scores: scores.slice(),
    exponentials: exponentials.slice(),
    sums: sums.slice(),
    reciprocals: reciprocals.slice(),
    weighted: weighted.slice(),
  };
}
