export { evaluateCodes } from "./codes/evaluate.js";
export { activationEffects } from "./curvature/activation-effects.js";
export { type CurvatureHooks, weightTraces } from "./curvature/weight-traces.js";
export type { Restart } from "./divergence.js";
export { type FloatResult, trainFloat } from "./float.js";
export { allTargets, type ForwardOptions, forward, meanSquaredError } from "./forward.js";
export type { EpochRecord, Kept, Phase } from "./history.js";
export { initialise } from "./initialise.js";
export { IntegerJudge } from "./integer-judge.js";
export { type FloatOptions, floatDefaults, type QuantisedOptions, quantisedDefaults } from "./options.js";
export { type Calibration, type CalibrationSettings, createCalibration } from "./post-training/calibration.js";
export {
  type PostTrainingHooks,
  type PostTrainingOptions,
  postTrainingDefaults,
  quantisePostTraining,
} from "./post-training/quantise.js";
export { checkCalibration } from "./post-training/spread.js";
export type { Progress, TrainingHooks } from "./progress.js";
export { type QuantisedResult, trainQuantised } from "./quantised.js";
export { spread, type TrainingData, type WindowSource } from "./source.js";
export { decodeTrainingState, encodeTrainingState, type TrainingState } from "./state.js";
export { type EndHelper, type HelperTask, helperProgram, type Threads } from "./threads.js";
