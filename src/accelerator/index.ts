export { type Accelerator, buildAccelerator } from "./assemble.js";
export type { ChosenValue } from "./by-name/check-field.js";
export type { ChoicesByName } from "./by-name/fixed-choices.js";
export type { Interface } from "./delivery/interface.js";
export { type TestVectors, testVectors, verilogTestbench, vhdlTestbench } from "./delivery/testbench.js";
export { type Board, boardOf, type Device, device, deviceNames, devices } from "./devices.js";
export { compareFolds, type FoldedPlan } from "./fold-savings.js";
export { type Delivery, type GeneratedFile, generateAccelerator } from "./generate.js";
export { energyProxy, type Goal, goals } from "./goals.js";
export type { Pace } from "./lanes.js";
export { mostLogicLevels, usableLuts } from "./limits.js";
export type { MatrixUnitPlan } from "./operators/matrix-unit/parameters.js";
export type {
  Choices,
  Estimate,
  LayerQueues,
  Mode,
  OperatorPlan,
  Plan,
  PlannedOperator,
  QueuePlan,
} from "./plan.js";
export { type PlanOptions, planAccelerator } from "./planner.js";
export * from "./power/index.js";
export { type SimulationOptions, type SimulationResult, simulateAccelerator } from "./simulate.js";
export * from "./tables/index.js";
export { type Timeline, type TimelineRow, timelineOf } from "./timeline.js";
