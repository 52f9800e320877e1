import { type IntegerModel, planOperator, type TensorData, tensorIntervals } from "../../integer/index.js";
import { randomIntegerModel } from "../../integer/testing/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  foldNames,
  type Graph,
  type OperatorKind,
  type ScaleKind,
  tensor,
} from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { runStreams, simulate } from "../../rtl/index.js";
import { operatorModule } from "../assemble.js";
import { inputsOf } from "../network.js";
import { deriveParameters, type OperatorParameters, outputBeat } from "../parameters.js";
import type { Beat } from "../parts/beat.js";
import { randomChoices } from "./random-choices.js";

/** A random small network of mixed widths. */
export function randomCase(
  seed: number,
  fixed: Partial<Architecture> = {},
  scales: ScaleKind = "free",
): { model: IntegerModel; graph: Graph; random: Random } {
  const random = new Random(seed, 7);
  const from = (lo: number, hi: number) => lo + random.integer(hi - lo + 1);
  const heads = from(1, 2);
  const folding = new Random(seed, 12);
  const inputs = from(1, 3);
  const architecture = defineArchitecture({
    window: from(3, 9),
    inputs,
    targets: from(1, inputs),
    horizon: from(1, 2),
    heads,
    dModel: heads * from(2, 6),
    feedForward: from(4, 20),
    folds: foldNames.filter((fold) => folding.integer(3) === 0 && (fold === "tail" || (fixed.heads ?? heads) === 1)),
    ...fixed,
  });
  const precision = definePrecision({
    weights: from(3, 8),
    activations: from(3, 8),
    samples: from(6, 14),
    forecast: from(8, 16),
    scores: from(5, 8),
    exponentials: from(5, 8),
    overrides: { embedded: from(3, 8), "layers.0.query": from(3, 6), "layers.0.linear1.weight": from(2, 8) },
    scales,
  });
  return {
    model: randomIntegerModel(architecture, precision, seed),
    graph: buildGraph(architecture, precision),
    random,
  };
}

/** Words of a tensor, as a stream of such beats carries them. */
function beatsOf(data: ArrayLike<number>, beat: Beat): bigint[] {
  const { width } = beat.type;
  return Array.from({ length: data.length / beat.lanes }, (_, index) => {
    if (beat.lanes === 1) return BigInt(data[index] ?? 0);
    let word = 0n;
    for (let lane = beat.lanes - 1; lane >= 0; lane--) {
      word = (word << BigInt(width)) | BigInt.asUintN(width, BigInt(data[index * beat.lanes + lane] ?? 0));
    }
    return word;
  });
}

/** Values within what each feature can take: mostly anywhere, often at an end. */
function randomTensor(random: Random, length: number, features: readonly { lo: number; hi: number }[]): Float64Array {
  return Float64Array.from({ length }, (_, index) => {
    const { lo, hi } = features[index % features.length] ?? { lo: 0, hi: 0 };
    const kind = random.integer(4);
    return kind === 0 ? lo : kind === 1 ? hi : lo + Math.floor(random.uniform() * (hi - lo + 1));
  });
}

/** Names of the input streams, in the order of `inputsOf`. */
function portsOf(parameters: OperatorParameters): readonly string[] {
  switch (parameters.kind) {
    case "attention":
      return ["query", "key", "value"];
    case "residual":
      return parameters.addends.map((_, index) => `x${index}`);
    default:
      return ["x"];
  }
}

/**
 * Runs every operator of a kind alone, with random lanes, two windows of random and extreme values, and pauses on all
 * sides, against the interpreter's function; returns how many values were compared and how many differ.
 */
export function checkOperators(
  kind: OperatorKind,
  seed: number,
  fixed: Partial<Architecture> = {},
  scales: ScaleKind = "free",
) {
  const { model, graph, random } = randomCase(seed, fixed, scales);
  const choices = randomChoices(graph, random);
  const parameters = deriveParameters(graph, model, choices, "test");
  const intervals = tensorIntervals(graph, model);
  let compared = 0;
  let different = 0;
  for (const operator of graph.operators) {
    if (operator.kind !== kind) continue;
    const made = parameters.operators.get(operator.name);
    const data = model.operators.get(operator.name);
    if (!made || !data) throw new Error(`no operator "${operator.name}"`);
    const names = inputsOf(operator);
    const ports = portsOf(made);
    const inputs: Record<string, { data: bigint }[]> = Object.fromEntries(ports.map((port) => [port, []]));
    const expected: number[] = [];
    for (let window = 0; window < 2; window++) {
      const tensors = new Map<string, TensorData>();
      names.forEach((name, index) => {
        const { tokens, features } = tensor(graph, name);
        const values = randomTensor(random, tokens * features, intervals.get(name) ?? []);
        tensors.set(name, values);
        const beat = made.kind === "residual" ? made.addends[index] : parameters.beats.get(name);
        if (!beat) throw new Error(`no beats of "${name}"`);
        inputs[ports[index] ?? ""]?.push(...beatsOf(values, beat).map((word) => ({ data: word })));
      });
      const output = tensor(graph, operator.output);
      const result = new Float64Array(output.tokens * output.features);
      tensors.set(operator.output, result);
      planOperator(graph, operator, data, (name) => {
        const found = tensors.get(name);
        if (!found) throw new Error(`no tensor "${name}"`);
        return found;
      })();
      expected.push(...result);
    }
    const beat = outputBeat(made);
    const wanted = beatsOf(expected, beat);
    const module = operatorModule(made);
    const [port] = Object.keys(module.outputs);
    if (port === undefined) throw new Error("an operator without output");
    const pauses = random.uniform() * 0.7;
    const run = runStreams(simulate(module), {
      inputs,
      outputs: { [port]: wanted.length },
      stall: () => random.uniform() < pauses,
      maxCycles: 400_000,
    });
    const got = (run.outputs[port] ?? []).map((element) => element.data);
    compared += wanted.length;
    different += wanted.filter((word, index) => word !== got[index]).length;
  }
  return { compared, different };
}
