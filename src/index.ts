export { type ErrorKind, GatecastError } from "./errors.js";
