export { type Memories, memoryKinds } from "./bare.js";
export { choicesByName } from "./choices-by-name.js";
export type { Ceiling, CostField, CostOption } from "./cost-field.js";
export type { Widths } from "./local-operators.js";
export { decideChoices, planOf } from "./plan-of.js";
export { type Structure, type StructureCosts, structuresFor } from "./structures.js";
