import { describe, expect, it } from "vitest";
import {
  conversions,
  createInterpreter,
  decodeForecast,
  encodeSamples,
  type IntegerModel,
  pureShifts,
  toIntegerModel,
} from "../integer/index.js";
import {
  buildGraph,
  defineArchitecture,
  definePrecision,
  foldParameters,
  type Graph,
  type QuantisedParameters,
} from "../model/index.js";
import { allTargets, meanSquaredError } from "./forward.js";
import {
  decodeTrainingState,
  encodeTrainingState,
  evaluateCodes,
  type TrainingState,
  trainFloat,
  trainQuantised,
} from "./index.js";
import { oscillations } from "./testing/source.js";

const n = 8;
const data = oscillations(n);
const short = { epochs: 6, batch: 32, learningRate: 5e-3 };
const rows = { ...short, weightScales: "rows" } as const;
const shifts = definePrecision({ bits: 4, scales: "power-of-two" });
const graph = buildGraph(defineArchitecture({ window: n, dModel: 8 }), shifts);

/** The integer-only model, and sample codes of the validation windows. */
function converted(of: Graph, quantised: QuantisedParameters): { model: IntegerModel; codes: Int16Array } {
  const [window, forecast] = [of.input, of.output].map((name) => quantised.activations.get(name));
  if (!window || !forecast) throw new Error("no quantisers at the ends");
  const column = [{ column: "x", mean: 0, deviation: 1 }];
  const model = toIntegerModel(of, quantised, conversions(of, { inputs: column, targets: column }, window, forecast));
  const x = new Float32Array(data.validation.count * n);
  data.validation.gather(
    Uint32Array.from({ length: data.validation.count }, (_, i) => i),
    x,
    new Float32Array(data.validation.count),
  );
  return { model, codes: encodeSamples(model, x) };
}

describe("training with power-of-two scales", () => {
  it("learns models whose requantisers are shifts; the integer-only model equals the evaluation mode in every bit", async () => {
    const float = await trainFloat(graph, data, { ...short, epochs: 30 });
    const { quantised, kept, history } = await trainQuantised(graph, float.parameters, data, { ...short, epochs: 20 });
    expect(kept.validation).toBeLessThan(1.8 * float.kept.validation);
    expect(kept.epoch).toBeGreaterThan(0);
    const { model, codes } = converted(graph, quantised);
    for (const [name, operator] of model.operators) {
      const by = operator.kind === "attention" ? operator.score : operator.kind === "linear" && operator.requantiser;
      if (by) expect(pureShifts(by), name).not.toBeNull();
    }
    const integer = createInterpreter(model).run(codes);
    expect(evaluateCodes(model, codes)).toEqual(integer);
    const error = meanSquaredError(decodeForecast(model, integer), allTargets(graph, data.validation));
    expect(error).toBe(kept.validation);

    // Free scales learn otherwise.
    const free = buildGraph(graph.architecture, definePrecision({ bits: 4 }));
    const usual = await trainQuantised(free, float.parameters, data, { ...short, epochs: 20 });
    expect(usual.history).not.toEqual(history);
    const multipliers = [...converted(free, usual.quantised).model.operators.values()].flatMap((operator) =>
      operator.kind === "linear" && operator.requantiser ? [operator.requantiser] : [],
    );
    expect(multipliers.every((by) => pureShifts(by) === null)).toBe(true);
  });

  it("keeps the weights' codes in the last epochs, and goes on from a stored state to the same bits", async () => {
    const { parameters } = await trainFloat(graph, data, short);
    const whole = await trainQuantised(graph, parameters, data, rows);
    const ended = new AbortController();
    let state: TrainingState | undefined;
    const stopped = trainQuantised(graph, parameters, data, rows, {
      signal: ended.signal,
      onEpoch: ({ epoch }, save) => {
        if (epoch !== 5) return;
        state = decodeTrainingState(encodeTrainingState(save()));
        ended.abort(new Error("stopped"));
      },
    });
    await expect(stopped).rejects.toThrow("stopped");
    if (!state) throw new Error("no state");
    expect(await trainQuantised(graph, parameters, data, rows, { resume: state })).toEqual(whole);

    const codesOf = ({ model }: { model: IntegerModel }) =>
      [...model.operators].flatMap(([name, operator]) =>
        operator.kind === "linear" ? [[name, operator.weights, operator.requantiser?.multipliers]] : [],
      );
    const learned = await trainQuantised(graph, parameters, data, { ...rows, epochs: 4, polish: 0.25, polishRate: 0 });
    const polished = await trainQuantised(graph, parameters, data, { ...rows, epochs: 4, polish: 0.25 });
    expect(polished.history.at(-1)).not.toEqual(learned.history.at(-1));
    expect(codesOf(converted(graph, polished.quantised))).toEqual(codesOf(converted(graph, learned.quantised)));
  });

  it.each([
    [{}, 1],
    [{ weightScales: "rows" }, undefined],
    [{ weightScales: "rows", ranges: "averaged" }, undefined],
    [{ weightScales: "rows", start: "extremes" }, undefined],
    [{ rowRate: 0 }, 1],
  ] as const)("has the variants of the recipe: %o", async (options, shiftsOfMatrix) => {
    const folded = buildGraph(defineArchitecture({ window: n, dModel: 8, folds: ["value", "query", "tail"] }), shifts);
    const float = await trainFloat(graph, data, short);
    const parameters = foldParameters(folded, float.parameters);
    const { quantised, kept } = await trainQuantised(folded, parameters, data, { ...short, ...options });
    expect(kept.validation).toBeLessThan(2 * float.kept.validation);
    const { model, codes } = converted(folded, quantised);
    expect(evaluateCodes(model, codes)).toEqual(createInterpreter(model).run(codes));
    for (const operator of model.operators.values()) {
      if (operator.kind !== "linear" || !operator.requantiser || shiftsOfMatrix === undefined) continue;
      expect(operator.requantiser.multipliers).toHaveLength(shiftsOfMatrix);
    }
  });
});
