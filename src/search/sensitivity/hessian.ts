import {
  codeRange,
  type Graph,
  type LinearOperator,
  type Parameters,
  type QuantisedParameters,
} from "../../model/index.js";
import { square } from "../../numeric/square.js";
import {
  activationEffects,
  type Calibration,
  type CurvatureHooks,
  type WindowSource,
  weightTraces,
} from "../../training/index.js";
import { widths } from "../types.js";
import { atWidths, type ChosenTensor } from "./chosen-tensors.js";

/** Probes of each weight's trace. */
export const PROBES = 8;

/**
 * For each tensor and each of `widths`, what the second derivatives of the float model's mean squared error say that its rounding adds.
 *
 * - A weight: 1/2 trace(H) / n |Q(w) - w|^2, as HAWQ-V2 ranks layers, with Hutchinson's estimate of the trace.
 * - The linear skip's weight, whose errors make up for one another: the mean squared change of the skip's sum, which is its Hessian's
 *   form exactly.
 * - An activation: the mean of |J e|^2, with the errors e that its values have and J from gradients (`activationEffects`).
 */
export async function addedBySecondOrder(
  graph: Graph,
  parameters: Parameters,
  tensors: readonly ChosenTensor[],
  calibration: Calibration,
  windows: WindowSource,
  seed: number,
  hooks: CurvatureHooks,
): Promise<number[][]> {
  const ways = widths.map((bits) => {
    const at = atWidths(graph, bits);
    return { bits, quantised: calibration.quantised(at) };
  });
  const traces = await weightTraces(graph, parameters, tracedWeights(graph), windows, { probes: PROBES, seed }, hooks);
  const activations = tensors.flatMap(({ name, kind }) => (kind === "activation" ? [name] : []));
  const effects = await activationEffects(
    graph,
    parameters,
    windows,
    activations,
    (name, values) => ways.map(({ bits, quantised }) => activationErrors(graph, name, bits, quantised, values)),
    seed,
    hooks,
  );
  return tensors.map(({ name, kind }) => {
    if (kind === "activation") return effects.get(name) ?? [];
    const operator = graph.operators.find((one) => one.kind === "linear" && one.weight.name === name);
    if (operator?.kind !== "linear") throw new Error(`no operator has the weight "${name}"`);
    const errors = ways.map(({ bits, quantised }) => weightErrors(name, bits, parameters, quantised));
    if (operator.flatten)
      return ways.map(({ quantised }, way) => skipEffect(graph, operator, parameters, quantised, errors[way], windows));
    const trace = traces.get(name) ?? Number.NaN;
    return errors.map((error) => ((trace / error.length) * error.reduce((sum, value) => sum + value * value, 0)) / 2);
  });
}

/** Weights whose trace is wanted: all but the skip's. */
export function tracedWeights(graph: Graph): readonly string[] {
  return graph.operators.flatMap((operator) =>
    operator.kind === "linear" && !operator.flatten ? [operator.weight.name] : [],
  );
}

/** Q(a) - a of an activation's values. */
function activationErrors(
  graph: Graph,
  name: string,
  bits: number,
  { activations }: QuantisedParameters,
  values: Float32Array,
): Float32Array {
  const { scale, zeroPoint } = activations.get(name) ?? { scale: Number.NaN, zeroPoint: 0 };
  const { lo, hi } = codeRange(bits, graph.tensors.get(name)?.symmetric ?? false);
  return values.map((value) => {
    const code = Math.min(hi, Math.max(lo, Math.floor(value / scale + 0.5) + zeroPoint));
    return scale * (code - zeroPoint) - value;
  });
}

/** Q(w) - w of a weight. */
function weightErrors(name: string, bits: number, float: Parameters, quantised: QuantisedParameters): Float64Array {
  const before = dataOf(float, name);
  const held = dataOf(quantised.parameters, name);
  const scales = quantised.weights.get(name) ?? new Float32Array(0);
  const { hi } = codeRange(bits, true);
  const columns = before.length / scales.length;
  return Float64Array.from(held, (weight, index) => {
    const scale = scales[Math.floor(index / columns)] ?? Number.NaN;
    const code = Math.min(hi, Math.max(-hi, Math.round(weight / scale)));
    return scale * code - (before[index] ?? Number.NaN);
  });
}

/** Mean squared change of the skip's sums, per output: e^T E[x x^T] e with the change of the bias. */
function skipEffect(
  { architecture }: Graph,
  { weight, bias }: LinearOperator,
  float: Parameters,
  quantised: QuantisedParameters,
  error: Float64Array = new Float64Array(0),
  windows: WindowSource,
): number {
  const { rows, columns } = weight;
  const x = new Float32Array(windows.count * columns);
  const indices = Uint32Array.from({ length: windows.count }, (_, index) => index);
  windows.gather(indices, x, new Float32Array(windows.count * architecture.horizon * architecture.targets));
  const [before, after] = [dataOf(float, bias.name), dataOf(quantised.parameters, bias.name)];
  let sum = 0;
  for (let window = 0; window < windows.count; window++) {
    for (let row = 0; row < rows; row++) {
      let change = (after[row] ?? Number.NaN) - (before[row] ?? Number.NaN);
      for (let c = 0; c < columns; c++) {
        change += (error[row * columns + c] ?? Number.NaN) * (x[window * columns + c] ?? Number.NaN);
      }
      sum += square(change);
    }
  }
  return sum / (windows.count * rows);
}

function dataOf(parameters: Parameters, name: string): Float32Array {
  const found = parameters.get(name);
  if (!found) throw new Error(`there is no parameter "${name}"`);
  return found.data;
}
