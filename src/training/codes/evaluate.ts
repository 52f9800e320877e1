import type { IntegerLinear, IntegerModel, IntegerOperator, IntegerResidual } from "../../integer/index.js";
import {
  buildGraph,
  type Graph,
  type LastOperator,
  type LinearOperator,
  type Operator,
  outputs,
  type PoolOperator,
  type ResidualOperator,
  tensor,
} from "../../model/index.js";
import { attentionCodes } from "./attention.js";
import { type Codes, limit, requantiseValue } from "./requantise.js";

/**
 * The evaluation mode of training: docs/arithmetic.md on codes, operator by operator over all windows at once, in doubles. It is
 * written apart from the interpreter of src/integer, and must equal it in every bit of every output.
 *
 * @param codes sample codes [count][n][m]
 * @returns forecast codes [count][horizon * targets]
 */
export function evaluateCodes(model: IntegerModel, codes: ArrayLike<number>): Int32Array {
  const graph = buildGraph(model.architecture, model.precision);
  const size = model.architecture.window * model.architecture.inputs;
  const count = codes.length / size;
  if (!Number.isInteger(count)) throw new RangeError(`${codes.length} codes are not whole windows of ${size}`);
  const tensors = new Map<string, Codes>([[graph.input, Float64Array.from(codes)]]);
  const get = (name: string): Codes => {
    const found = tensors.get(name);
    if (!found) throw new Error(`"${name}" is read before it is made`);
    return found;
  };
  for (const operator of graph.operators) {
    const data = model.operators.get(operator.name);
    if (!data) throw new Error(`the model has no operator "${operator.name}"`);
    tensors.set(operator.output, run(graph, operator, data, get, count));
  }
  const forecast = Int32Array.from(get(graph.output));
  if (forecast.length !== count * outputs(model.architecture)) throw new Error("forecast has the wrong size");
  return forecast;
}

function run(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  get: (name: string) => Codes,
  count: number,
): Codes {
  if (operator.kind === "linear" && data.kind === "linear") return linear(operator, data, get(operator.input));
  if (operator.kind === "attention" && data.kind === "attention") {
    return attentionCodes(graph, operator, data, get(operator.query), get(operator.key), get(operator.value));
  }
  if (operator.kind === "residual" && data.kind === "residual") return residual(graph, operator, data, get);
  if (operator.kind === "pool" && data.kind === "pool") return pool(graph, operator, get(operator.input), count);
  if (operator.kind === "last" && data.kind === "last") return last(graph, operator, get(operator.input), count);
  throw new Error(`operator "${operator.name}" is ${operator.kind} in the graph and ${data.kind} in the model`);
}

/** Rows of x are tokens, or whole windows with `flatten`. */
function linear(operator: LinearOperator, data: IntegerLinear, x: Codes): Codes {
  const { rows, columns } = operator.weight;
  const products = x.length / columns;
  const biases = data.bias.length / rows; // 1, or one per token
  const y = new Float64Array(products * rows);
  for (let t = 0; t < products; t++) {
    for (let o = 0; o < rows; o++) {
      let acc = data.bias[(t % biases) * rows + o] ?? Number.NaN;
      for (let i = 0; i < columns; i++) acc += (data.weights[o * columns + i] ?? 0) * (x[t * columns + i] ?? 0);
      y[t * rows + o] = data.requantiser ? requantiseValue(acc, o, data.requantiser) : acc;
    }
  }
  return y;
}

function residual(
  graph: Graph,
  operator: ResidualOperator,
  data: IntegerResidual,
  get: (name: string) => Codes,
): Codes {
  const { features } = tensor(graph, operator.output);
  const addends = operator.addends.map(get);
  const power = 2 ** data.shift;
  return Float64Array.from({ length: addends[0]?.length ?? 0 }, (_, index) => {
    const c = index % features;
    let sum = data.constants[c] ?? Number.NaN;
    for (const [a, values] of addends.entries())
      sum += (data.coefficients[a]?.[c] ?? Number.NaN) * (values[index] ?? 0);
    return limit(Math.floor((sum + power / 2) / power), data.lo, data.hi);
  });
}

function pool(graph: Graph, operator: PoolOperator, x: Codes, count: number): Codes {
  const { tokens, features } = tensor(graph, operator.input);
  const y = new Float64Array(count * features);
  for (let index = 0; index < x.length; index++) {
    const window = Math.floor(index / (tokens * features));
    const at = window * features + (index % features);
    y[at] = (y[at] ?? 0) + (x[index] ?? 0);
  }
  return y;
}

function last(graph: Graph, operator: LastOperator, x: Codes, count: number): Codes {
  const { tokens, features } = tensor(graph, operator.input);
  const { columns } = operator;
  return Float64Array.from({ length: count * columns.length }, (_, index) => {
    const window = Math.floor(index / columns.length);
    return x[((window + 1) * tokens - 1) * features + (columns[index % columns.length] ?? 0)] ?? Number.NaN;
  });
}
