import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { Random } from "../../numeric/random.js";
import { widths } from "../../search/types.js";
import type { PlannedPoint, PrecisionReport } from "../precision-data.js";

/** An invented choice of widths, of the size that real ones have. */
export function examplePrecision(): PrecisionReport {
  const random = new Random(3);
  const graph = buildGraph(defineArchitecture({ window: 24, dModel: 16 }), definePrecision());
  const activations = [...graph.tensors.values()].flatMap(({ name, kind, bits }) =>
    kind === "code" && bits === 4 ? [{ name, kind: "activation" as const }] : [],
  );
  const weights = graph.operators.flatMap((operator) =>
    operator.kind === "linear" ? [{ name: operator.weight.name, kind: "weight" as const }] : [],
  );
  const tensors = [...activations, ...weights].map((tensor) => {
    const worst = 0.02 + 0.5 * random.uniform() ** 3;
    return { ...tensor, added: widths.map((bits) => (bits === 8 ? 0 : worst / 3.6 ** (bits - 2))) };
  });
  const point = (share: number): PlannedPoint => ({
    added: 0.4 * (1 - share) ** 4 + 0.0012,
    cycles: Math.round(640 + 900 * share),
    microjoules: 0.9 + 1.4 * share,
    lut: Math.round(4200 + 3000 * share),
    lutram: 300,
    ff: 4800,
    dsp: 20,
    blockRam: 12,
  });
  const taken = point(0.55);
  return {
    objective: "energy",
    limits: { cycles: 10_000, microjoules: 10, rmseLoss: 0.01 },
    sensitivity: { method: "post-training", tensors, measurements: 119 },
    widths: Object.fromEntries(tensors.map(({ name }) => [name, 2 + Math.floor(6 * random.uniform() ** 1.5)])),
    fixed: ["embed.weight"],
    choice: taken,
    front: [0, 0.15, 0.3, 0.45, 0.55, 0.7, 0.85, 1].map(point),
    uniform: [
      { ...point(0.2), added: 0.31, bits: 3 },
      { ...point(0.6), added: 0.06, bits: 4 },
      { ...point(0.9), added: 0.011, bits: 5 },
    ],
    uniformMisfits: [6, 7, 8],
    binding: ["the loss of RMSE (at most 1.00 %)"],
    gap: 0,
    tried: [
      { ...point(0.7), rmseLoss: 0.0031, taken: false },
      { ...taken, rmseLoss: 0.0084, taken: true },
      { ...point(0.45), rmseLoss: 0.0132, taken: false },
    ],
    quantisation: "qat",
  };
}
