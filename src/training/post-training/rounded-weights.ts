import {
  codeRange,
  type Graph,
  type LinearOperator,
  type Parameter,
  type QuantisedParameters,
  tensor,
} from "../../model/index.js";
import type { Engine } from "../engine/engine.js";
import { type InputMoments, roundRows } from "../quantisation/round-skip.js";
import { spread, type WindowSource } from "../source.js";

/** Windows that moments are taken over at most. */
const WINDOWS = 256;

interface Rounded {
  readonly weights: Float32Array;
  readonly scales: Float32Array;
  readonly moved: Float64Array;
}

/**
 * Rounds every weight but the skip's to its codes, row by row, so that its products with the inputs that the float model gives it move least: each weight also
 * makes up for the errors of those before it (`roundWithFeedback`). That is the nearest to what training does about rounding that can be had without.
 */
export class WeightRounding {
  readonly #moments = new Map<string, InputMoments>();
  readonly #rounded = new Map<string, Rounded>();

  /** @param engine holds the float parameters */
  constructor(engine: Engine, source: WindowSource) {
    const names = new Set(products(engine.graph).map(({ input }) => input));
    const sums = new Map([...names].map((name) => [name, new Sums(tensor(engine.graph, name).features)]));
    const program = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
    const { batch } = engine;
    const { window, inputs, horizon, targets } = engine.graph.architecture;
    const [x, y] = [new Float32Array(batch * window * inputs), new Float32Array(batch * horizon * targets)];
    const windows = spread(source, WINDOWS);
    program.prepare();
    for (let first = 0; first < windows.count; first += batch) {
      const count = Math.min(batch, windows.count - first);
      windows.gather(
        Uint32Array.from({ length: count }, (_, index) => first + index),
        x,
        y,
      );
      engine.setWindows(x, count);
      program.run();
      for (const [name, sum] of sums) sum.add(engine.read(name, count));
    }
    for (const [name, sum] of sums) this.#moments.set(name, sum.moments());
  }

  /** What a graph's quantised parameters become. */
  apply(graph: Graph, quantised: QuantisedParameters): QuantisedParameters {
    const parameters = new Map(quantised.parameters);
    const weights = new Map(quantised.weights);
    for (const operator of products(graph)) {
      const { name } = operator.weight;
      const kept = find(parameters, name);
      const { moved, ...rounded } = this.#round(operator, kept.data, weights.get(name) ?? new Float32Array(0));
      parameters.set(name, { ...kept, data: rounded.weights });
      weights.set(name, rounded.scales);
      const bias = find(parameters, operator.bias.name);
      const data = bias.data.map((value, index) => value + (moved[index % moved.length] ?? Number.NaN));
      parameters.set(operator.bias.name, { ...bias, data });
    }
    return { ...quantised, parameters, weights };
  }

  #round({ input, weight }: LinearOperator, float: Float32Array, scales: Float32Array): Rounded {
    const key = `${weight.name} ${weight.bits}`;
    const known = this.#rounded.get(key);
    if (known) return known;
    const moments = this.#moments.get(input);
    if (!moments) throw new Error(`no moments of "${input}"`);
    const rounded = { weights: float.slice(), scales: scales.slice() };
    const moved = roundRows(rounded.weights, rounded.scales, moments, codeRange(weight.bits, true).hi, 0);
    this.#rounded.set(key, { ...rounded, moved });
    return { ...rounded, moved };
  }
}

function products(graph: Graph): readonly LinearOperator[] {
  return graph.operators.flatMap((operator) => (operator.kind === "linear" && !operator.flatten ? [operator] : []));
}

function find(parameters: ReadonlyMap<string, Parameter>, name: string): Parameter {
  const found = parameters.get(name);
  if (!found) throw new Error(`there is no parameter "${name}"`);
  return found;
}

/** Sums of vectors and of their products. */
class Sums {
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(readonly size: number) {
    this.#sum = new Float64Array(size);
    this.#squares = new Float64Array(size * size);
  }

  add(values: Float32Array): void {
    const { size } = this;
    for (let at = 0; at < values.length; at += size) {
      this.#count++;
      for (let i = 0; i < size; i++) {
        const value = values[at + i] ?? Number.NaN;
        this.#sum[i] = (this.#sum[i] ?? 0) + value;
        if (value === 0) continue; // behind a ReLU, every other one
        for (let j = 0; j <= i; j++)
          this.#squares[i * size + j] = (this.#squares[i * size + j] ?? 0) + value * (values[at + j] ?? Number.NaN);
      }
    }
  }

  moments(): InputMoments {
    const { size } = this;
    const mean = this.#sum.map((sum) => sum / this.#count);
    const covariance = this.#squares.map((square, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      return j > i ? 0 : square / this.#count - (mean[i] ?? 0) * (mean[j] ?? 0);
    });
    return { mean, covariance };
  }
}
