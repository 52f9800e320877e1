import type { PlannedPoint } from "./precision-data.js";

/** What formats cost and what they lose, on one recording and one device. */
export interface FormatsStudy {
  readonly data: string;
  readonly targets: readonly string[];
  readonly network: string;
  readonly device: string;
  readonly clockMHz: number;
  readonly windows: { readonly validation: number; readonly test: number };
  readonly quantisation: "qat" | "post-training";
  /** Root mean squared errors on the test windows, in the signal's unit. */
  readonly references: { readonly float: number; readonly linear: number; readonly persistence: number };
  readonly formats: readonly StudiedFormat[];
  readonly unavailable: readonly { readonly format: string; readonly why: string }[];
}

export interface StudiedFormat {
  readonly name: string;
  /** With what is particular about it: "W2A8 (ternary weights), power-of-two scales". */
  readonly title: string;
  readonly scales: "free" | "power-of-two";
  /** null: there is none, and why. */
  readonly result: FormatResult | null;
  readonly note: string | null;
}

export interface FormatResult {
  /** Of the integer-only model on the test windows, in the signal's unit. */
  readonly rmse: number;
  /** Against the float model, as a share of its RMSE. */
  readonly loss: { readonly test: number; readonly validation: number };
  /** By estimate; null: it does not fit the device. */
  readonly hardware: Omit<PlannedPoint, "added"> | null;
  /** Costs for which nothing that was studied has both less error and less of them. */
  readonly front: readonly StudyCost[];
  /** Of each tensor, where they were chosen. */
  readonly widths?: Readonly<Record<string, number>>;
}

export const studyCosts = ["microjoules", "cycles", "lut"] as const;
export type StudyCost = (typeof studyCosts)[number];

export const studyCostNames = { microjoules: "energy", cycles: "latency", lut: "LUT" } as const satisfies Record<
  StudyCost,
  string
>;

/** Marks what lies on the front of error (on the test windows) against each cost. */
export function withFronts(
  formats: readonly (Omit<StudiedFormat, "result"> & { readonly result: Omit<FormatResult, "front"> | null })[],
): StudiedFormat[] {
  const beaten = (one: Omit<FormatResult, "front">, cost: StudyCost) =>
    formats.some(({ result: other }) => {
      if (!one.hardware || !other?.hardware || other === one) return false;
      const [ours, theirs] = [one.hardware[cost], other.hardware[cost]];
      return theirs <= ours && other.rmse <= one.rmse && (theirs < ours || other.rmse < one.rmse);
    });
  return formats.map((format) => {
    const { result } = format;
    if (result === null) return { ...format, result };
    return {
      ...format,
      result: { ...result, front: result.hardware ? studyCosts.filter((cost) => !beaten(result, cost)) : [] },
    };
  });
}
