import { expect, it } from "vitest";
import { conversions, toIntegerModel } from "../../integer/index.js";
import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { Engine } from "../engine/engine.js";
import { forward, meanSquaredError } from "../forward.js";
import { initialise } from "../initialise.js";
import { blend, linearModel } from "../linear.js";
import { quantisedDefaults } from "../options.js";
import { oscillations } from "../testing/source.js";
import { calibrate } from "./calibrate.js";
import { quantisedParameters } from "./parameters.js";
import { roundSkip } from "./round-skip.js";

const n = 8;
const data = oscillations(n);

it("keeps the linear model in the codes of the skip, and its coefficient in the forecast's sum whole", () => {
  for (const bits of [2, 4, 8]) {
    const graph = buildGraph(defineArchitecture({ window: n, dModel: 8 }), definePrecision({ bits }));
    const linear = linearModel(graph, data);
    if (!linear) throw new Error("the oscillation has a linear model");
    const parameters = blend(graph, initialise(graph, 1), linear, 0);
    const wanted = forward(graph, parameters, data.train);
    const engine = new Engine(graph, 32);
    engine.load(parameters);
    calibrate(engine, data.train, quantisedDefaults);
    const quantised = () => forward(graph, quantisedParameters(engine), data.train);
    const plain = meanSquaredError(quantised(), wanted);
    roundSkip(engine, data.train);
    const rounded = meanSquaredError(quantised(), wanted);
    expect(rounded, `${bits} bits`).toBeLessThan((bits === 2 ? 1.05 : 0.9) * plain);

    const { activations, weights } = quantisedParameters(engine);
    const [window, forecast] = [activations.get("window"), activations.get("forecast")];
    if (!window || !forecast) throw new Error("no quantisers at the ends");
    const columns = [{ column: "x", mean: 0, deviation: 1 }];
    const scaling = conversions(graph, { inputs: columns, targets: columns }, window, forecast);
    const sum = toIntegerModel(graph, quantisedParameters(engine), scaling).operators.get("forecast");
    if (sum?.kind !== "residual") throw new Error("the forecast is no sum");
    const coefficient = sum.coefficients[1]?.[0] ?? 0;
    const exact = ((window.scale * (weights.get("skip.weight")?.[0] ?? 0)) / forecast.scale) * 2 ** sum.shift;
    expect(Math.abs(coefficient / exact - 1)).toBeLessThan(1e-5);
  }
});
