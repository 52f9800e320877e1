import {
  type Architecture,
  defineArchitecture,
  definePrecision,
  type Graph,
  type Operator,
  type Parameter,
  parameterShapes,
  type Tensor,
} from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { Engine } from "../engine/engine.js";

type Shape = readonly [tokens: number, features: number, relu?: "relu"];

/** A graph of a test's own operators, with float tensors [tokens, features] by name; "window" comes in, "forecast" goes out. */
export function smallGraph(
  options: { readonly window: number; readonly inputs: number; readonly outputs: number },
  tensors: Readonly<Record<string, Shape>>,
  operators: readonly Operator[],
): Graph {
  const architecture: Architecture = {
    ...defineArchitecture({ window: options.window, inputs: options.inputs, dModel: 4 }),
    targets: options.outputs,
  };
  const all = new Map<string, Tensor>();
  const shapes: Readonly<Record<string, Shape>> = {
    window: [options.window, options.inputs],
    forecast: [1, options.outputs],
    ...tensors,
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const [tokens, features, relu] = shape;
    all.set(name, { name, tokens, features, kind: "code", bits: 8, symmetric: false, relu: relu === "relu" });
  }
  return { architecture, precision: definePrecision(), tensors: all, operators, input: "window", output: "forecast" };
}

/** A linear operator of a test. */
export function linear(
  name: string,
  input: string,
  output: string,
  rows: number,
  columns: number,
  options: { flatten?: boolean; perToken?: boolean } = {},
): Operator {
  return {
    kind: "linear",
    name,
    input,
    output,
    weight: { name: `${name}.weight`, rows, columns, bits: 8 },
    bias: { name: `${name}.bias`, perToken: options.perToken ?? false },
    flatten: options.flatten ?? false,
  };
}

/**
 * Compares every derivative of the loss (for parameters and the window) with central differences.
 *
 * @returns by name, the largest difference over the largest derivative of all
 */
export function gradientErrors(graph: Graph, batch: number, norm: "batch" | "running" = "batch"): Map<string, number> {
  const random = new Random(7);
  const engine = new Engine(graph, batch, { inputGradient: true });
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.uniformBetween(-1, 1));
  const parameters = new Map<string, Parameter>();
  for (const [name, shape] of parameterShapes(graph)) {
    const data = draw(shape.reduce((product, length) => product * length, 1));
    if (name.endsWith("running_var")) data.set(data.map((value) => 1 + value * value));
    parameters.set(name, { shape, data });
  }
  const { window, inputs, targets } = graph.architecture;
  const x = draw(batch * window * inputs);
  engine.setTargets(draw(batch * targets));
  const program = engine.program({ quantised: false, norm, backward: true, mute: [] });
  const loss = (): number => {
    engine.load(parameters);
    engine.setWindows(x);
    program.prepare();
    program.run();
    return engine.loss;
  };
  loss();
  const gradients = new Map<string, Float32Array>([["window", engine.read("window", batch, "gradient")]]);
  for (const [name, { data }] of engine.gradients()) gradients.set(name, data);
  const arrays = new Map<string, Float32Array>([["window", x]]);
  for (const [name, { data }] of parameters) if (!name.includes("running_")) arrays.set(name, data);

  let largest = 0;
  for (const gradient of gradients.values()) for (const value of gradient) largest = Math.max(largest, Math.abs(value));
  const errors = new Map<string, number>();
  // The loss is f32: a smaller step drowns in its rounding, a larger one in the third derivative and the kinks of a ReLU.
  const h = 2 ** -10;
  for (const [name, array] of arrays) {
    const gradient = gradients.get(name);
    let worst = 0;
    for (let index = 0; index < array.length; index++) {
      const kept = array[index] ?? 0;
      array[index] = kept + h;
      const above = loss();
      array[index] = kept - h;
      const below = loss();
      array[index] = kept;
      const error = Math.abs((above - below) / (2 * h) - (gradient?.[index] ?? Number.NaN));
      if (!(error <= worst)) worst = error;
    }
    errors.set(name, worst / largest);
  }
  return errors;
}
