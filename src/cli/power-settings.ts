import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type Calibration,
  type Device,
  type DutyCycle,
  dutyCycle,
  givenStaticPower,
  type PowerEstimate,
  type PowerTechnology,
  parseCalibration,
  powerTechnology,
  type StaticPower,
  staticPowerOf,
  switchingOn,
  technologyOfCalibration,
} from "../accelerator/index.js";
import { GatecastError } from "../errors.js";
import { contentHash } from "../toolchain/files.js";
import type { Configuration } from "./configuration.js";
import type { powerKeys } from "./power-keys.js";

export type PowerSettings = Pick<Configuration, (typeof powerKeys)[number]>;

/** Energies and static power that hold for a device with these settings. */
export interface PowerBasis {
  readonly technology: PowerTechnology;
  readonly static: StaticPower;
}

/**
 * What is known of the device's power: from a calibration where one is named, else from the built-in coefficients.
 *
 * @param folder that a path starts from
 * @throws GatecastError "data" for a calibration that cannot be read, is damaged, or is of another family
 */
export async function powerBasis(settings: PowerSettings, target: Device, folder: string): Promise<PowerBasis> {
  const calibration = await readCalibration(settings.powerCalibration, target, folder);
  const measured =
    calibration?.device === target.name && calibration.staticMilliwatts !== null
      ? { ...givenStaticPower(calibration.staticMilliwatts), basis: calibration.source }
      : staticPowerOf(target);
  return {
    technology: calibration === null ? powerTechnology(target) : technologyOfCalibration(calibration),
    static: settings.staticPower === null ? measured : givenStaticPower(settings.staticPower),
  };
}

async function readCalibration(file: string | null, target: Device, folder: string): Promise<Calibration | null> {
  if (file === null) return null;
  const path = resolve(folder, file);
  const calibration = parseCalibration(await textOf(path), path);
  if (calibration.family === target.family) return calibration;
  throw new GatecastError(
    "data",
    `The power calibration ${path} is of ${calibration.device}; the ${target.title} is of another family.`,
    { remedy: "Calibrate with measurements of this family, or leave --power-calibration out.", where: { file: path } },
  );
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new GatecastError("data", `The power calibration ${path} cannot be read.`, {
      remedy: "Make it with `gatecast calibrate-power`, or leave --power-calibration out.",
      where: { file: path },
      cause: error,
    });
  }
}

/** The content hash of a calibration's file. @throws GatecastError "data" where it cannot be read */
export async function calibrationHash(path: string): Promise<string> {
  return contentHash(await textOf(path));
}

/** The duty cycle of the settings; null where they name no period. */
export function dutyCycleOf(
  settings: PowerSettings,
  power: PowerEstimate,
  latencySeconds: number,
  target: Device,
): DutyCycle | null {
  const { period, battery, batteryVolts, sleepCurrent, configurationEnergy, configurationTime } = settings;
  if (period === null) return null;
  const known = switchingOn(target);
  const millijoules = configurationEnergy ?? known?.millijoules ?? null;
  return dutyCycle(power, latencySeconds, {
    periodSeconds: period,
    battery: battery === null ? null : { milliampereHours: battery, volts: batteryVolts },
    offMilliwatts: sleepCurrent * 1e-3 * batteryVolts,
    configuration:
      millijoules === null
        ? null
        : { millijoules, seconds: configurationTime === null ? (known?.seconds ?? 0) : configurationTime * 1e-3 },
  });
}
