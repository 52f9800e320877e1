export { randomQuantisedParameters } from "./calibration.js";
export { type Mutation, mutate, mutations } from "./mutate.js";
export { liveliestIntegerModel, randomIntegerModel } from "./random-model.js";
export { referenceRun, referenceTensors } from "./reference.js";
export { randomWindows } from "./windows.js";
