export { evaluateCodes } from "./codes/evaluate.js";
export { type FloatResult, trainFloat } from "./float.js";
export { type ForwardOptions, forward } from "./forward.js";
export { initialise } from "./initialise.js";
export { type FloatOptions, floatDefaults, type QuantisedOptions, quantisedDefaults } from "./options.js";
export type { EpochRecord, Phase, Progress, TrainingHooks } from "./progress.js";
export { type QuantisedResult, trainQuantised } from "./quantised.js";
export type { TrainingData, WindowSource } from "./source.js";
export { decodeTrainingState, encodeTrainingState, type TrainingState } from "./state.js";
