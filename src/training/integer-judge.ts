import { conversions, createInterpreter, decodeForecast, encodeSamples, toIntegerModel } from "../integer/index.js";
import { type Graph, outputs, type QuantisedParameters, type TensorQuantiser } from "../model/index.js";
import { meanSquaredError } from "./forward.js";
import type { WindowSource } from "./source.js";

/** Windows that integer-only models of one architecture are judged by; their samples are encoded once. */
export class IntegerJudge {
  /** Targets, [count][horizon * targets]. */
  readonly wanted: Float32Array;
  readonly #samples: Float32Array;
  readonly #scaling: Parameters<typeof conversions>[1];
  #codes: { readonly codes: Int16Array; readonly range: TensorQuantiser } | null = null;

  constructor({ architecture }: Graph, source: WindowSource) {
    const { inputs, targets, window } = architecture;
    const indices = Uint32Array.from({ length: source.count }, (_, index) => index);
    this.wanted = new Float32Array(indices.length * outputs(architecture));
    this.#samples = new Float32Array(indices.length * window * inputs);
    source.gather(indices, this.#samples, this.wanted);
    // Training sees standardised values, so their unit is the signal's unit here.
    const columns = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ column: `${index}`, mean: 0, deviation: 1 }));
    this.#scaling = { inputs: columns(inputs), targets: columns(targets) };
  }

  /** Forecasts of the integer-only model of these parameters, scaled as the targets are. */
  forecasts(graph: Graph, quantised: QuantisedParameters): Float64Array {
    const input = quantised.activations.get(graph.input);
    const output = quantised.activations.get(graph.output);
    if (!input || !output) throw new Error("window or forecast has no quantiser");
    const model = toIntegerModel(graph, quantised, conversions(graph, this.#scaling, input, output));
    const { range } = this.#codes ?? {};
    if (!this.#codes || range?.scale !== input.scale || range.zeroPoint !== input.zeroPoint) {
      this.#codes = { codes: encodeSamples(model, this.#samples), range: input };
    }
    return decodeForecast(model, createInterpreter(model).run(this.#codes.codes));
  }

  /** Mean squared error of those forecasts. */
  error(graph: Graph, quantised: QuantisedParameters): number {
    return meanSquaredError(this.forecasts(graph, quantised), this.wanted);
  }
}
