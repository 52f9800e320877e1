import { codeRange, type Graph, type QuantisedParameters } from "../../model/index.js";
import type { QuantiserTraits } from "../engine/workspace.js";

/** What is to be found for a graph beside its parameters: `QuantisedParameters` without them. */
export type Quantisers = Omit<QuantisedParameters, "parameters">;

/** The quantisers of a graph: its code tensors, then under an attention operator's name its scores. */
export function quantisersOf({ tensors, operators }: Graph): readonly QuantiserTraits[] {
  const codes = [...tensors.values()].flatMap(({ name, kind, bits, symmetric, relu }) =>
    kind === "code" ? [{ name, ...codeRange(bits ?? 0, symmetric), symmetric, relu }] : [],
  );
  const scores = operators.flatMap((operator) =>
    operator.kind === "attention"
      ? [{ name: operator.name, ...codeRange(operator.scoreBits, true), symmetric: true, relu: false }]
      : [],
  );
  return [...codes, ...scores];
}
