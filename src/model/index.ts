export * from "./architecture.js";
export * from "./graph.js";
export * from "./parameters.js";
export * from "./precision.js";
