/**
 * What of Gatecast needs an operating system, for Node: the whole job in a run folder, and the external programs.
 *
 * @module
 */
export { Interrupted } from "./cli/errors.js";
export { createProgress, type Progress, silentProgress, type Task } from "./cli/progress.js";
export { type RunJobOptions, runJob } from "./cli/run-job.js";
export { runGhdl } from "./toolchain/ghdl.js";
export { runIcarus } from "./toolchain/icarus.js";
export { type Netlist, readNetlist } from "./toolchain/netlist/format.js";
export { type NetlistSimulation, simulateNetlist } from "./toolchain/netlist/simulate.js";
export type { SimulationJob, SimulationResult } from "./toolchain/simulation.js";
export { nodeThreads, usualThreads } from "./toolchain/threads.js";
export { findTool, type Tool, type ToolName } from "./toolchain/tools.js";
export type { YosysEngine } from "./toolchain/yosys/engine.js";
export { nativeYosys } from "./toolchain/yosys/native.js";
export { type SynthesisOptions, type SynthesisResult, synthesizeXilinx } from "./toolchain/yosys/synthesize.js";
export { wasmYosys } from "./toolchain/yosys/wasm.js";
