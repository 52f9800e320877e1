export type { Builder, InstanceOptions, MemoryHandle, MemoryOptions, Register, StreamLink, Wire } from "./builder.js";
export type { MemoryStyle, ModuleGraph, Multiplier, Port } from "./graph.js";
export { type ModuleSpec, module } from "./module.js";
export type { Given, GivenEach, Inside, Module, Ports, Results, ResultsEach, Returned } from "./ports.js";
export { isReserved } from "./reserved.js";
export {
  type Payload,
  type PayloadLikes,
  type PayloadValues,
  Stream,
  type StreamOffer,
  type StreamOptions,
  StreamType,
  stream,
} from "./streams.js";
export { bitsFor, type Kind, Type } from "./types.js";
export {
  Bit,
  type BitLike,
  BitType,
  bit,
  cat,
  firstOf,
  type LikeOf,
  Num,
  type NumLike,
  NumType,
  pack,
  pick,
  range,
  sint,
  typeOf,
  uint,
  unpack,
  type ValueOf,
} from "./values.js";
