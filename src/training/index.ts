export { evaluateCodes } from "./codes/evaluate.js";
export type { Restart } from "./divergence.js";
export { type FloatResult, trainFloat } from "./float.js";
export { type ForwardOptions, forward } from "./forward.js";
export type { EpochRecord, Kept, Phase } from "./history.js";
export { initialise } from "./initialise.js";
export { type FloatOptions, floatDefaults, type QuantisedOptions, quantisedDefaults } from "./options.js";
export {
  type PostTrainingHooks,
  type PostTrainingOptions,
  postTrainingDefaults,
  quantisePostTraining,
} from "./post-training/quantise.js";
export type { Progress, TrainingHooks } from "./progress.js";
export { type QuantisedResult, trainQuantised } from "./quantised.js";
export type { TrainingData, WindowSource } from "./source.js";
export { decodeTrainingState, encodeTrainingState, type TrainingState } from "./state.js";
export { type EndHelper, type HelperTask, helperProgram, type Threads } from "./threads.js";
