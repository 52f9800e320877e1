import type { QuantisedParameters, TensorQuantiser } from "../../model/index.js";
import type { Engine } from "../engine/engine.js";
import type { Quantisers } from "./quantisers.js";

/** The engine's parameters and quantisers as the contract names them. */
export function quantisedParameters(engine: Engine): QuantisedParameters {
  const activations = new Map<string, TensorQuantiser>();
  const scores = new Map<string, number>();
  for (const [index, { name }] of engine.quantisers.entries()) {
    const [scale = 0, , zeroPoint = 0] = engine.quantiserRecord(index);
    if (engine.graph.tensors.has(name)) activations.set(name, { scale, zeroPoint });
    else scores.set(name, scale);
  }
  const weights = new Map(
    engine.rowScales.map(({ weight, scales, rows }) => [weight, engine.rows(scales, rows).slice()]),
  );
  return { parameters: engine.parameters(), activations, scores, weights };
}

/** Loads parameters and quantisers into an engine. */
export function loadQuantised(engine: Engine, quantised: QuantisedParameters): void {
  engine.load(quantised.parameters);
  loadQuantisers(engine, quantised);
}

/** Loads quantisers alone. */
export function loadQuantisers(engine: Engine, quantised: Quantisers): void {
  for (const [index, { name }] of engine.quantisers.entries()) {
    const activation = quantised.activations.get(name);
    const scale = activation?.scale ?? quantised.scores.get(name);
    if (scale === undefined) throw new Error(`no quantiser for "${name}"`);
    const record = engine.quantiserRecord(index);
    record[0] = scale;
    record[1] = 1 / (record[0] ?? 1);
    record[2] = activation?.zeroPoint ?? 0;
  }
  for (const { weight, scales, rows } of engine.rowScales) {
    const given = quantised.weights.get(weight);
    if (given?.length !== rows) throw new Error(`no ${rows} row scales for "${weight}"`);
    engine.rows(scales, rows).set(given);
  }
}
