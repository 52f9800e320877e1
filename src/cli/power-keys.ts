/** The settings that power, energy and battery life depend on, beside the accelerator's. */
export const powerKeys = [
  "period",
  "battery",
  "batteryVolts",
  "sleepCurrent",
  "configurationEnergy",
  "configurationTime",
  "staticPower",
  "powerCalibration",
] as const;
