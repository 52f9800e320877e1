export * from "./core/public.js";
export { reference } from "./simulation/reference.js";
export { type Element, runStreams, type StreamResult, type StreamRun } from "./simulation/run_streams.js";
export { type CompiledSimulation, type PortAccess, type SimulateOptions, simulate } from "./simulation/simulate.js";
export type { PortValue, Simulation } from "./simulation/simulation.js";
export type { SourceFile } from "./text/hierarchy.js";
export { emitVerilog } from "./text/verilog.js";
export { emitVhdl } from "./text/vhdl.js";
