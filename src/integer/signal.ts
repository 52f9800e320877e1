import { GatecastError } from "../errors.js";
import { type Architecture, codeRange, type Graph, outputs, type TensorQuantiser } from "../model/index.js";
import { clamp, roundHalfAway } from "../numeric/integers.js";
import type { IntegerModel, SignalConversion } from "./model.js";

/** How a column was scaled for training: standardised = (value - mean) / deviation. */
export interface ColumnScaling {
  readonly column: string;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The way from a signal's unit to codes in one step: code = standardised / scale + zero point
 * = value * gain + offset with gain = 1 / (deviation * scale) and offset = zero point - mean * gain.
 *
 * @param scaling of the input columns and of the targets, in the model's order
 * @throws GatecastError "model" where a column is missing or a gain is not finite and positive
 */
export function conversions(
  graph: Graph,
  scaling: { readonly inputs: readonly ColumnScaling[]; readonly targets: readonly ColumnScaling[] },
  window: TensorQuantiser,
  forecast: TensorQuantiser,
): { readonly samples: readonly SignalConversion[]; readonly forecast: readonly SignalConversion[] } {
  const convert = (columns: readonly ColumnScaling[], { scale, zeroPoint }: TensorQuantiser) =>
    columns.map(({ column, mean, deviation }): SignalConversion => {
      const gain = 1 / (deviation * scale);
      return { column, gain, offset: zeroPoint - mean * gain };
    });
  const both = { samples: convert(scaling.inputs, window), forecast: convert(scaling.targets, forecast) };
  checkConversions(graph.architecture, both);
  return both;
}

/** @throws GatecastError "model" where the columns are not as many as the architecture has, or a number is not usable */
export function checkConversions(
  architecture: Architecture,
  both: { readonly samples: readonly SignalConversion[]; readonly forecast: readonly SignalConversion[] },
): void {
  const check = (what: string, columns: readonly SignalConversion[], count: number) => {
    if (columns.length !== count) {
      throw new GatecastError(
        "model",
        `There are conversions for ${columns.length} ${what}; the network has ${count}.`,
        {
          remedy: "Give one conversion for each column, in the network's order.",
        },
      );
    }
    for (const { column, gain, offset } of columns) {
      if (gain > 0 && Number.isFinite(gain) && Number.isFinite(offset)) continue;
      throw new GatecastError(
        "model",
        `Column "${column}" has gain ${gain} and offset ${offset} between value and code.`,
        {
          where: { column },
          remedy: "A column that never changes, or is not finite, cannot be scaled: leave it out.",
        },
      );
    }
  };
  check("inputs", both.samples, architecture.inputs);
  check("targets", both.forecast, architecture.targets);
}

/**
 * Samples in their signal's unit as codes: clamp(round(value * gain + offset)), half away from zero.
 *
 * @param values [rows][inputs]: one window, many, or a whole series
 * @throws GatecastError "data" where a value is not finite, or the last row is not complete
 */
export function encodeSamples(model: IntegerModel, values: ArrayLike<number>): Int16Array {
  const { samples, precision } = model;
  if (values.length % samples.length !== 0) {
    throw new GatecastError("data", `${values.length} values are not whole rows of ${samples.length} columns.`, {
      remedy: "Give every column for every time step.",
    });
  }
  const { lo, hi } = codeRange(precision.samples, false);
  const codes = new Int16Array(values.length);
  samples.forEach(({ column, gain, offset }, first) => {
    for (let index = first; index < values.length; index += samples.length) {
      const value = values[index] ?? Number.NaN;
      if (!Number.isFinite(value)) {
        throw new GatecastError(
          "data",
          `Column "${column}" holds ${value} at row ${Math.floor(index / samples.length)}.`,
          {
            where: { column, row: Math.floor(index / samples.length) },
            remedy: "Leave out the windows that touch a missing value, or fill it before.",
          },
        );
      }
      codes[index] = clamp(roundHalfAway(value * gain + offset), lo, hi);
    }
  });
  return codes;
}

/**
 * Forecast codes in the signal's unit: (code - offset) / gain.
 *
 * @param codes [count][horizon * targets], targets innermost
 */
export function decodeForecast(model: IntegerModel, codes: ArrayLike<number>): Float64Array {
  const { forecast, architecture } = model;
  if (codes.length % outputs(architecture) !== 0) {
    throw new GatecastError(
      "data",
      `${codes.length} codes are not whole forecasts of ${outputs(architecture)} values.`,
      {
        remedy: "Give the forecast of every step and target.",
      },
    );
  }
  return Float64Array.from({ length: codes.length }, (_, index) => {
    const { gain, offset } = forecast[index % forecast.length] ?? { gain: Number.NaN, offset: Number.NaN };
    return ((codes[index] ?? Number.NaN) - offset) / gain;
  });
}
