import { z } from "zod";
import { GatecastError } from "../../../errors.js";
import { type PowerTechnology, powerTechnology } from "../coefficients.js";
import { energyUnitNames, unitsFrom } from "../units.js";
import type { Calibration } from "./calibrate.js";

const number = z.number().nonnegative();
const scale = number.nullable();
const fileSchema = z.strictObject({
  format: z.literal("gatecast-power-calibration"),
  version: z.literal(1),
  family: z.enum(["xc7", "ice40"]),
  device: z.string(),
  /** pJ of each unit (docs/power.md). */
  picojoules: z.strictObject(Object.fromEntries(energyUnitNames.map((name) => [name, number]))),
  scales: z.strictObject({ clock: scale, fabric: scale, "block RAM": scale, DSP: scale }),
  staticMilliwatts: number.nullable(),
  band: z.tuple([number, number]).refine(([low, high]) => low <= high, { error: "low, then high" }),
  residuals: z.array(z.strictObject({ name: z.string(), measured: z.number(), before: z.number(), after: z.number() })),
  source: z.string(),
});

/** The text of a calibration's file. */
export function serialiseCalibration(calibration: Calibration): string {
  return `${JSON.stringify({ format: "gatecast-power-calibration", version: 1, ...calibration }, undefined, 2)}\n`;
}

/** @throws GatecastError "data" for a text that is no calibration of this version: says what is wrong */
export function parseCalibration(text: string, path: string): Calibration {
  const wrong = (what: string, cause: unknown) =>
    new GatecastError("data", `${path} is no power calibration: ${what}.`, {
      remedy: "Make it again with `gatecast calibrate-power`.",
      where: { file: path },
      cause,
    });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw wrong("it is not valid JSON", error);
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join(".") || "the file"}: ${issue?.message}`, parsed.error);
  }
  const { format: _format, version: _version, picojoules, ...rest } = parsed.data;
  return { ...rest, picojoules: unitsFrom((name) => picojoules[name] ?? 0) };
}

/** The coefficients of a calibration in place of the built-in ones. */
export function technologyOfCalibration({ family, picojoules, band, source }: Calibration): PowerTechnology {
  const { coefficients } = powerTechnology({ family });
  return {
    coefficients: unitsFrom((name) => ({
      picojoules: picojoules[name],
      source: picojoules[name] === coefficients[name].picojoules ? coefficients[name].source : source,
    })),
    band,
    calibration: source,
  };
}
