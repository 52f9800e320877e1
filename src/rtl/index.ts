export * from "./core/public.js";
export { reference } from "./simulation/reference.js";
export type { PortValue, Simulation } from "./simulation/simulation.js";
