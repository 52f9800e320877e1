// The whole way through the library, without the command line: the built-in series becomes a small 4-bit model and its VHDL, and the
// accelerator is simulated against the integer model. Takes about 15 s:
//
//   npm run demo     (once: installs and builds)
//   node examples/library.mjs
import {
  buildAccelerator,
  buildGraph,
  conversions,
  createInterpreter,
  decodeForecast,
  defineArchitecture,
  definePrecision,
  demoSeries,
  device,
  encodeSamples,
  forecastErrors,
  generateAccelerator,
  persistence,
  planAccelerator,
  prepareSeries,
  simulateAccelerator,
  toIntegerModel,
  trainFloat,
  trainQuantised,
} from "gatecast";

const window = 24;
const data = prepareSeries(demoSeries(1), { target: "flow", splitColumn: "split", window });
const graph = buildGraph(defineArchitecture({ window, dModel: 8 }), definePrecision({ bits: 4 }));

const { parameters } = await trainFloat(graph, data, { epochs: 10, seed: 1 });
const { quantised } = await trainQuantised(graph, parameters, data, { epochs: 6, seed: 1 });

const scaling = ({ name, offset, scale }) => ({ column: name, mean: offset, deviation: scale });
const columns = data.scaler.columns.map(scaling);
const model = toIntegerModel(
  graph,
  quantised,
  conversions(
    graph,
    { inputs: columns, targets: columns },
    quantised.activations.get("window"),
    quantised.activations.get("forecast"),
  ),
);

// Inference is integers only: samples become codes once, forecasts are codes until the end.
const { test } = data;
const samples = new Float64Array(test.count * test.inputSize);
test.gatherRaw(test.allIndices(), samples, new Float64Array(test.count * test.outputSize));
const codes = encodeSamples(model, samples);
const forecast = decodeForecast(model, createInterpreter(model).run(codes));
console.log(`persistence  RMSE ${forecastErrors(test, persistence(test)).rmse.toFixed(3)}`);
console.log(`integer-only RMSE ${forecastErrors(test, forecast).rmse.toFixed(3)}`);

const plan = planAccelerator(model, { device: device("xc7s15") });
const accelerator = buildAccelerator(model, plan);
const simulation = simulateAccelerator(model, plan, accelerator, codes.subarray(0, 32 * test.inputSize));
console.log(`simulated    32 windows, ${simulation.mismatches} differ, ${simulation.cyclesPerInference} cycles each`);
const { files } = generateAccelerator(model, plan);
console.log(
  `delivery     ${files.length} files, ${files.filter(({ path }) => path.endsWith(".vhd")).length} of them VHDL`,
);
