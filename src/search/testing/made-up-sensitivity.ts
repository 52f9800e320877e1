import type { DesignSpace } from "../space/design-space.js";
import { type Sensitivity, widths } from "../types.js";

/** Sensitivities as rounding has them, of five sizes: a quarter for each bit. Nothing was measured. */
export function madeUpSensitivity({ tensors }: DesignSpace): Sensitivity {
  return {
    method: "post-training",
    measurements: 0,
    tensors: tensors.map((name, index) => ({
      name,
      kind: name.endsWith(".weight") ? "weight" : "activation",
      added: widths.map((bits) => (1 + ((7 * index) % 5)) * 0.3 * 4 ** (2 - bits)),
    })),
  };
}
