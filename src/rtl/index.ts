export * from "./core/public.js";
export { reference } from "./simulation/reference.js";
export { type Element, runStreams, type StreamResult, type StreamRun } from "./simulation/run_streams.js";
export { type CompiledSimulation, type PortAccess, type SimulateOptions, simulate } from "./simulation/simulate.js";
export type { PortValue, Simulation } from "./simulation/simulation.js";
