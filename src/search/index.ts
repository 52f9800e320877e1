export { chooseWidths } from "./choice/choose.js";
export { assignmentFront, type FrontOptions, uniformAssignments } from "./choice/front.js";
export {
  type Binding,
  type Choice,
  type ChoiceOptions,
  type Front,
  type FrontCost,
  frontCosts,
  type SearchProgress,
  type UniformAssignment,
  usualEffort,
} from "./choice/options.js";
export * from "./recovery/index.js";
export { measureSensitivity, type SensitivityHooks, type SensitivityOptions } from "./sensitivity/index.js";
export { type DesignSpace, designSpace, type SpaceOptions } from "./space/design-space.js";
export { withLessRoom } from "./space/less-room.js";
export * from "./types.js";
