export { type Accelerator, buildAccelerator } from "./assemble.js";
export { type Device, device, deviceNames } from "./devices.js";
export type { Pace } from "./lanes.js";
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
export { type SimulationOptions, type SimulationResult, simulateAccelerator } from "./simulate.js";
