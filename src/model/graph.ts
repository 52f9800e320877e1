import { GatecastError } from "../errors.js";
import { type Architecture, outputs } from "./architecture.js";
import type { Precision } from "./precision.js";

/**
 * A tensor between operators: `tokens x features`, token by token.
 * - `code`: quantised, value = scale * (q - zero_point), q signed of `bits` bits. `symmetric`: zero point 0 and the narrow
 *   range +-(2^(bits-1) - 1); otherwise the full range with a zero point inside it. `relu`: the zero point is the lowest code.
 * - `accumulator`: a wide integer that is not requantised; its consumer's coefficients carry its scale.
 */
export interface Tensor {
  readonly name: string;
  readonly tokens: number;
  readonly features: number;
  readonly kind: "code" | "accumulator";
  /** Width of a code; null for an accumulator, whose width follows from the weights. */
  readonly bits: number | null;
  readonly symmetric: boolean;
  readonly relu: boolean;
}

/** A matrix of the model that is quantised: `rows` outputs x `columns` inputs, symmetric in the narrow range, one scale per row. */
export interface WeightSpec {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
}

interface OperatorBase {
  /** Dotted stem that parameters, reports and hardware share ("layers.0.linear1"). */
  readonly name: string;
  /** Name of the tensor it makes. */
  readonly output: string;
}

/**
 * y[t] = W x[t] + bias[t or 0]; then requantised where the output is a code (ReLU is that clamp's lower bound), left as it
 * is where the output is an accumulator. `flatten`: the whole window is one vector (tokens x features inputs, one token out).
 */
export interface LinearOperator extends OperatorBase {
  readonly kind: "linear";
  readonly input: string;
  readonly weight: WeightSpec;
  /** Parameter name of the bias; `perToken` biases are [tokens][rows] (the positional encoding), others [rows]. */
  readonly bias: { readonly name: string; readonly perToken: boolean };
  readonly flatten: boolean;
}

/** Softmax attention of every token over all tokens, head by head; the output is a code tensor. */
export interface AttentionOperator extends OperatorBase {
  readonly kind: "attention";
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly heads: number;
  readonly scoreBits: number;
  readonly exponentialBits: number;
}

/**
 * Sum of its addends (all `tokens x features` alike), each with a coefficient per feature, plus a constant per feature,
 * requantised once. With `norm`, the batch normalisation of that name is folded into coefficients and constants.
 */
export interface ResidualOperator extends OperatorBase {
  readonly kind: "residual";
  readonly addends: readonly string[];
  readonly norm: string | null;
}

/** Sum over time: one token out. The 1/n lives in the coefficients behind it. */
export interface PoolOperator extends OperatorBase {
  readonly kind: "pool";
  readonly input: string;
}

/** The last token of the input, its features picked by `columns` (one per output value). */
export interface LastOperator extends OperatorBase {
  readonly kind: "last";
  readonly input: string;
  readonly columns: readonly number[];
}

export type Operator = LinearOperator | AttentionOperator | ResidualOperator | PoolOperator | LastOperator;
export type OperatorKind = Operator["kind"];

/** The one graph every later room reads. `operators` are in an order in which each input exists before it is used. */
export interface Graph {
  readonly architecture: Architecture;
  readonly precision: Precision;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly operators: readonly Operator[];
  /** Name of the tensor of samples, [n][m]. */
  readonly input: string;
  /** Name of the forecast tensor, [1][horizon * targets]. */
  readonly output: string;
}

/** Name of the norm's four parameters, as PyTorch's BatchNorm1d has them. */
export const normParameters = ["weight", "bias", "running_mean", "running_var"] as const;

/**
 * The operator graph of an architecture at a precision.
 *
 * @throws GatecastError "model" where `precision.overrides` names a tensor that does not exist
 */
export function buildGraph(architecture: Architecture, precision: Precision): Graph {
  const { window: n, inputs: m, dModel: d, feedForward: f } = architecture;
  const o = outputs(architecture);
  const tensors = new Map<string, Tensor>();
  const operators: Operator[] = [];
  const unused = new Set(Object.keys(precision.overrides));
  const width = (name: string, otherwise: number) => {
    unused.delete(name);
    return precision.overrides[name] ?? otherwise;
  };

  const code = (
    name: string,
    tokens: number,
    features: number,
    traits: { bits?: number; symmetric?: boolean; relu?: boolean } = {},
  ) => {
    tensors.set(name, {
      name,
      tokens,
      features,
      kind: "code",
      bits: traits.bits ?? width(name, precision.activations),
      symmetric: traits.symmetric ?? false,
      relu: traits.relu ?? false,
    });
    return name;
  };
  const accumulator = (name: string, tokens: number, features: number) => {
    tensors.set(name, { name, tokens, features, kind: "accumulator", bits: null, symmetric: false, relu: false });
    return name;
  };
  const weight = (name: string, rows: number, columns: number): WeightSpec => ({
    name: `${name}.weight`,
    rows,
    columns,
    bits: width(`${name}.weight`, precision.weights),
  });
  const linear = (name: string, input: string, rows: number, columns: number, output: string, flatten = false) => {
    const bias = { name: `${name}.bias`, perToken: false };
    operators.push({ kind: "linear", name, input, weight: weight(name, rows, columns), bias, flatten, output });
    return output;
  };

  const { folds } = architecture;
  /** Tokens that enter a layer. Where they are its keys too, they have no zero point, as keys have none. */
  const stream = (name: string) => code(name, n, d, { symmetric: folds.includes("query") });

  const samples = code("window", n, m, { bits: precision.samples });
  operators.push({
    kind: "linear",
    name: "embed",
    input: samples,
    weight: weight("embed", d, m),
    bias: { name: "embed.position", perToken: true },
    flatten: false,
    output: stream("embedded"),
  });
  let tokens = "embedded";
  /** What is summed over time for the head. */
  let pooled: readonly { readonly suffix: string; readonly input: string; readonly features: number }[] = [];
  for (let layer = 0; layer < architecture.layers; layer++) {
    const stem = `layers.${layer}`;
    const attention = `${stem}.self_attn`;
    const query = linear(`${attention}.q_proj`, tokens, d, d, code(`${stem}.query`, n, d, { symmetric: true }));
    const key = folds.includes("query")
      ? tokens
      : linear(`${attention}.k_proj`, tokens, d, d, code(`${stem}.key`, n, d, { symmetric: true }));
    const value = linear(`${attention}.v_proj`, tokens, d, d, code(`${stem}.value`, n, d, { symmetric: true }));
    const context = code(`${stem}.context`, n, d);
    operators.push({
      kind: "attention",
      name: attention,
      query,
      key,
      value,
      heads: architecture.heads,
      scoreBits: precision.scores,
      exponentialBits: precision.exponentials,
      output: context,
    });
    const attended = folds.includes("value")
      ? context
      : linear(`${attention}.out_proj`, context, d, d, accumulator(`${stem}.attended`, n, d));
    const norm1 = code(`${stem}.norm1`, n, d);
    operators.push({
      kind: "residual",
      name: `${stem}.norm1`,
      addends: [tokens, attended],
      norm: `${stem}.norm1`,
      output: norm1,
    });
    const hidden = linear(`${stem}.linear1`, norm1, f, d, code(`${stem}.hidden`, n, f, { relu: true }));
    if (folds.includes("tail") && layer === architecture.layers - 1) {
      pooled = [
        { suffix: "", input: norm1, features: d },
        { suffix: "_hidden", input: hidden, features: f },
      ];
      break;
    }
    const contracted = linear(`${stem}.linear2`, hidden, d, f, accumulator(`${stem}.contracted`, n, d));
    tokens = stream(`${stem}.norm2`);
    operators.push({
      kind: "residual",
      name: `${stem}.norm2`,
      addends: [norm1, contracted],
      norm: `${stem}.norm2`,
      output: tokens,
    });
    pooled = [{ suffix: "", input: tokens, features: d }];
  }
  for (const { suffix, input, features } of pooled) {
    operators.push({ kind: "pool", name: `pool${suffix}`, input, output: accumulator(`pooled${suffix}`, 1, features) });
  }
  const addends = pooled.map(({ suffix, features }) =>
    linear(`head${suffix}`, `pooled${suffix}`, o, features, accumulator(`branch${suffix}`, 1, o)),
  );
  if (architecture.skip) addends.push(linear("skip", samples, o, n * m, accumulator("skipped", 1, o), true));
  if (architecture.persistence) {
    const columns = Array.from(
      { length: o },
      (_, index) => architecture.persistence?.[index % architecture.targets] ?? 0,
    );
    operators.push({ kind: "last", name: "last", input: samples, columns, output: accumulator("last", 1, o) });
    addends.push("last");
  }
  operators.push({
    kind: "residual",
    name: "forecast",
    addends,
    norm: null,
    output: code("forecast", 1, o, { bits: precision.forecast }),
  });
  const [stranger] = unused;
  if (stranger !== undefined) {
    throw new GatecastError("model", `The precision names "${stranger}", which this network does not have.`, {
      where: { key: stranger },
      remedy: `Name one of: ${[...quantisable(tensors, operators)].join(", ")}.`,
    });
  }
  return { architecture, precision, tensors, operators, input: samples, output: "forecast" };
}

function* quantisable(tensors: ReadonlyMap<string, Tensor>, operators: readonly Operator[]): Generator<string> {
  for (const tensor of tensors.values()) {
    if (tensor.kind === "code" && tensor.name !== "window" && tensor.name !== "forecast") yield tensor.name;
  }
  for (const operator of operators) if (operator.kind === "linear") yield operator.weight.name;
}

/** The addends of the forecast that are the Transformer's, made by its head: one tensor, or two where its tail is folded. */
export function branchTensors(graph: Graph): readonly string[] {
  const forecast = graph.operators.find(({ output }) => output === graph.output);
  if (forecast?.kind !== "residual") throw new Error("the forecast is not a residual");
  return forecast.addends.filter((addend) => {
    const maker = graph.operators.find(({ output }) => output === addend);
    return maker?.kind === "linear" && !maker.flatten;
  });
}

/** The tensor of that name; a name the graph does not have is a bug of the caller. */
export function tensor(graph: Graph, name: string): Tensor {
  const found = graph.tensors.get(name);
  if (!found) throw new Error(`graph has no tensor "${name}"`);
  return found;
}

/** Smallest and largest code of a code tensor or weight of `bits` bits. */
export function codeRange(bits: number, symmetric: boolean): { readonly lo: number; readonly hi: number } {
  const half = 2 ** (bits - 1);
  return { lo: symmetric ? 1 - half : -half, hi: half - 1 };
}
