export { type Configuration, defineConfig, type Settings } from "./cli/configuration.js";
export { type ErrorKind, GatecastError } from "./errors.js";
