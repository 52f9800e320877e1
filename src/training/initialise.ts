import { branchTensors, type Graph, type Parameter, parameterShapes } from "../model/index.js";
import { cos, exp, log, sin } from "../numeric/elementary.js";
import { Random } from "../numeric/random.js";

/** Stream of the random numbers that make the first weights (`new Random(seed, stream)`). */
const STREAM = 1;

/**
 * First weights: Xavier-uniform (Glorot and Bengio 2010), behind which a ReLU follows Kaiming-uniform (He et al. 2015); biases 0;
 * the positional table sinusoids (Vaswani et al. 2017) of half size; norms the identity. The head is small and the skip 0, so that
 * training starts at persistence where the graph has it.
 */
export function initialise(graph: Graph, seed: number): Map<string, Parameter> {
  const random = new Random(seed, STREAM);
  const result = new Map<string, Parameter>();
  for (const [name, shape] of parameterShapes(graph)) {
    result.set(name, { shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) });
  }
  const data = (name: string) => result.get(name)?.data ?? new Float32Array(0);
  const branch = branchTensors(graph);
  for (const operator of graph.operators) {
    if (operator.kind === "linear") {
      const { name, rows, columns } = operator.weight;
      if (operator.bias.perToken) sinusoids(data(operator.bias.name), rows);
      if (operator.flatten) continue; // the skip stays 0
      const relu = graph.tensors.get(operator.output)?.relu ?? false;
      const gain = branch.includes(operator.output) ? 0.1 : 1;
      const bound = gain * Math.sqrt(relu ? 6 / columns : 6 / (rows + columns));
      const weight = data(name);
      for (let index = 0; index < weight.length; index++) weight[index] = random.uniformBetween(-bound, bound);
    } else if (operator.kind === "residual" && operator.norm !== null) {
      data(`${operator.norm}.weight`).fill(1);
      data(`${operator.norm}.running_var`).fill(1);
    }
  }
  return result;
}

/** table[t][2 i] = sin(t / 10000^(2 i / d)) / 2, table[t][2 i + 1] = cos of the same. */
function sinusoids(table: Float32Array, d: number): void {
  for (let index = 0; index < table.length; index++) {
    const t = Math.floor(index / d);
    const c = index % d;
    const angle = t * exp((-(c - (c % 2)) / d) * log(10000));
    table[index] = 0.5 * (c % 2 === 0 ? sin(angle) : cos(angle));
  }
}
