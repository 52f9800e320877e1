export { type Activity, countsOf, defaultActivity, simulatedActivity, type Toggles } from "./activity.js";
export { readBenchTable } from "./calibration/bench-table.js";
export {
  type Calibration,
  calibrate,
  type Observation,
  type Residual,
  type ScaleGroup,
  scaleGroupNames,
} from "./calibration/calibrate.js";
export { parseCalibration, serialiseCalibration, technologyOfCalibration } from "./calibration/calibration-file.js";
export {
  type RadiantPower,
  type ReportedDesign,
  radiantObservations,
  readRadiantPower,
  vivadoObservations,
} from "./calibration/reports.js";
export {
  type Coefficient,
  givenStaticPower,
  type PowerTechnology,
  powerTechnology,
  type StaticPower,
  staticPowerOf,
} from "./coefficients.js";
export { type Banded, type ClockedResources, estimatePower, type PowerEstimate, type PowerOptions } from "./power.js";
export { type DutyCycle, dutyCycle, type Strategy, type StrategyFigures, type Supply } from "./supply.js";
export { type SwitchingOn, switchingOn } from "./switching-on.js";
export { type EnergyPart, type EnergyUnit, energyPartNames, energyUnitNames, energyUnits } from "./units.js";
