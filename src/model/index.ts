export * from "./architecture.js";
export * from "./folds.js";
export * from "./graph.js";
export * from "./multiplications.js";
export * from "./parameter-file.js";
export * from "./parameters.js";
export * from "./precision.js";
export { readSafetensors, type SafeTensor, type SafeTensors, writeSafetensors } from "./safetensors.js";
