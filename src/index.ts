/**
 * Gatecast as a library: the rooms of docs/architecture.md, in the order in which data goes through them. Everything here
 * also runs in a browser; what needs files and processes is in "gatecast/node".
 *
 * ```ts
 * import { buildGraph, defineArchitecture, definePrecision, prepareSeries, readCsv, trainFloat } from "gatecast";
 *
 * const data = prepareSeries(readCsv(text), { target: "flow", window: 24 });
 * const graph = buildGraph(defineArchitecture({ window: 24, dModel: 16 }), definePrecision({ bits: 4 }));
 * const { parameters } = await trainFloat(graph, data, { epochs: 20 });
 * ```
 *
 * @module
 */

// Integers become hardware
export {
  type Accelerator,
  buildAccelerator,
  compareFolds,
  type Delivery,
  type Device,
  device,
  deviceNames,
  type FoldedPlan,
  type GeneratedFile,
  generateAccelerator,
  type Plan,
  type PlanOptions,
  planAccelerator,
  simulateAccelerator,
  testVectors,
} from "./accelerator/index.js";
// Errors and configuration
export { type Configuration, defineConfig, type Settings } from "./cli/configuration.js";
export { type ErrorKind, GatecastError } from "./errors.js";
// Parameters become integers
export {
  conversions,
  createInterpreter,
  decodeForecast,
  encodeSamples,
  type IntegerModel,
  type Interpreter,
  measureCoverage,
  parseIntegerModel,
  serialiseIntegerModel,
  sleepingTensors,
  toIntegerModel,
  withoutBranch,
} from "./integer/index.js";
// An architecture becomes a graph
export {
  type Architecture,
  type ArchitectureOptions,
  buildGraph,
  defineArchitecture,
  definePrecision,
  type Fold,
  foldNames,
  foldParameters,
  type Graph,
  type Operator,
  type Parameter,
  type Parameters,
  type Precision,
  parameterShapes,
  type QuantisedParameters,
  readParameters,
  readQuantisedParameters,
  readSafetensors,
  type Tensor,
  unfoldedGraph,
  writeParameters,
  writeQuantisedParameters,
  writeSafetensors,
} from "./model/index.js";
// A run becomes a report
export { buildSummary, type ReportData, renderReport, renderTerminalReport, type Summary } from "./report/index.js";
/** The register-transfer language, a name space of its own (docs/rtl.md). */
export * as rtl from "./rtl/index.js";
// A recording becomes windows
export {
  type ColumnScale,
  type CsvOptions,
  type DemoOptions,
  demoSeries,
  describeFindings,
  type ForecastError,
  type ForecastErrors,
  fitLinear,
  forecastError,
  forecastErrors,
  type LinearModel,
  makeTable,
  type PreparedSeries,
  persistence,
  predictLinear,
  prepareNewData,
  prepareSeries,
  readCsv,
  readParquet,
  type Scaler,
  type SeasonalNaive,
  type SeriesOptions,
  seasonalNaive,
  type Table,
  WindowSet,
  type WindowShape,
  writeCsv,
} from "./series/index.js";
// The graph learns
export {
  decodeTrainingState,
  encodeTrainingState,
  evaluateCodes,
  type FloatOptions,
  type FloatResult,
  forward,
  type HelperTask,
  helperProgram,
  initialise,
  type QuantisedOptions,
  type QuantisedResult,
  type Threads,
  type TrainingData,
  type TrainingHooks,
  type TrainingState,
  trainFloat,
  trainQuantised,
} from "./training/index.js";
