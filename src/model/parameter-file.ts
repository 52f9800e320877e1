import { GatecastError } from "../errors.js";
import type { Graph } from "./graph.js";
import { type Parameter, type Parameters, parameterShapes, type QuantisedParameters } from "./parameters.js";
import { readSafetensors, type SafeTensor, type SafeTensors, writeSafetensors } from "./safetensors.js";

/**
 * Parameters as safetensors, under their own names (docs/integer-model.md):
 * - `layers.0.linear1.weight`, F32, as PyTorch has it, and so for every parameter;
 * and with quantisers
 * - `layers.0.linear1.weight.scale`, F32 [rows];
 * - `embedded.scale`, F64 [], and `embedded.zero_point`, I32 [], for every code tensor;
 * - `layers.0.self_attn.scores.scale`, F64 [], for every attention operator.
 */
export function writeParameters(parameters: Parameters, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return writeSafetensors(parameters, metadata);
}

/** Parameters and quantisers in one file. */
export function writeQuantisedParameters(
  quantised: QuantisedParameters,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const tensors = new Map<string, SafeTensor>(quantised.parameters);
  const scalar = (name: string, data: Float64Array | Int32Array) => tensors.set(name, { shape: [], data });
  for (const [name, data] of quantised.weights) tensors.set(`${name}.scale`, { shape: [data.length], data });
  for (const [name, { scale, zeroPoint }] of quantised.activations) {
    scalar(`${name}.scale`, Float64Array.of(scale));
    scalar(`${name}.zero_point`, Int32Array.of(zeroPoint));
  }
  for (const [name, scale] of quantised.scores) scalar(`${name}.scores.scale`, Float64Array.of(scale));
  return writeSafetensors(tensors, metadata);
}

/**
 * @returns the graph's parameters in the graph's order
 * @throws GatecastError "run" where the file is corrupt, or does not hold exactly the parameters of this graph
 */
export function readParameters(bytes: Uint8Array, graph: Graph, fileName: string): Parameters {
  const reader = new TensorReader(readSafetensors(bytes, fileName), fileName);
  const parameters = takeParameters(reader, graph);
  reader.finish();
  return parameters;
}

/** @throws GatecastError "run" where the file is corrupt, or does not hold exactly what this graph needs */
export function readQuantisedParameters(bytes: Uint8Array, graph: Graph, fileName: string): QuantisedParameters {
  const reader = new TensorReader(readSafetensors(bytes, fileName), fileName);
  const parameters = takeParameters(reader, graph);
  const weights = new Map<string, Float32Array>();
  const scores = new Map<string, number>();
  for (const operator of graph.operators) {
    if (operator.kind === "linear") {
      const { name, rows } = operator.weight;
      weights.set(name, reader.take(`${name}.scale`, [rows], Float32Array));
    } else if (operator.kind === "attention") {
      scores.set(operator.name, reader.takeNumber(`${operator.name}.scores.scale`, Float64Array));
    }
  }
  const activations = new Map<string, { scale: number; zeroPoint: number }>();
  for (const { name, kind } of graph.tensors.values()) {
    if (kind !== "code") continue;
    activations.set(name, {
      scale: reader.takeNumber(`${name}.scale`, Float64Array),
      zeroPoint: reader.takeNumber(`${name}.zero_point`, Int32Array),
    });
  }
  reader.finish();
  return { parameters, activations, scores, weights };
}

function takeParameters(reader: TensorReader, graph: Graph): Parameters {
  const parameters = new Map<string, Parameter>();
  for (const [name, shape] of parameterShapes(graph)) {
    parameters.set(name, { shape, data: reader.take(name, shape, Float32Array) });
  }
  return parameters;
}

type ArrayType<A> = { new (length: number): A; readonly name: string };

/** Takes tensors of a file one by one, checked; nothing may be left over. */
class TensorReader {
  readonly #left: Map<string, SafeTensor>;
  readonly #fileName: string;

  constructor({ tensors }: SafeTensors, fileName: string) {
    this.#left = new Map(tensors);
    this.#fileName = fileName;
  }

  take<A extends Float32Array | Float64Array | Int32Array>(
    name: string,
    shape: readonly number[],
    type: ArrayType<A>,
  ): A {
    const found = this.#left.get(name);
    if (!found) return this.#wrong(`has no tensor "${name}"`, name);
    this.#left.delete(name);
    if (found.shape.join() !== shape.join()) {
      return this.#wrong(`has "${name}" of shape [${found.shape}]; this network needs [${shape}]`, name);
    }
    if (!(found.data instanceof type))
      return this.#wrong(`has "${name}" in another number format than ${type.name}`, name);
    return found.data;
  }

  takeNumber(name: string, type: ArrayType<Float64Array> | ArrayType<Int32Array>): number {
    const [value] = this.take<Float64Array | Int32Array>(name, [], type);
    return value ?? this.#wrong(`has no value in "${name}"`, name);
  }

  finish(): void {
    const [stranger] = this.#left.keys();
    if (stranger !== undefined) this.#wrong(`holds "${stranger}", which this network does not have`, stranger);
  }

  #wrong(what: string, name: string): never {
    throw new GatecastError("run", `"${this.#fileName}" ${what}.`, {
      where: { file: this.#fileName, tensor: name },
      remedy: "Use the parameters that were trained for this very architecture and precision.",
    });
  }
}
