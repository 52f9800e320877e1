export { type ChosenTensor, chosenTensors } from "./chosen-tensors.js";
export {
  measureSensitivity,
  type SensitivityHooks,
  type SensitivityOptions,
  type SensitivityProgress,
} from "./measure.js";
