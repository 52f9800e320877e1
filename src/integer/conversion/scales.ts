import { GatecastError } from "../../errors.js";
import { codeRange, type Graph, type QuantisedParameters, type Tensor, tensor } from "../../model/index.js";

/** value = scale[feature] * (integer - zero): what the integers of a tensor mean. */
export interface Meaning {
  /** One per feature. */
  readonly scales: readonly number[];
  readonly zero: number;
}

/** What conversion of one operator reads: the graph, the trained numbers, and what the tensors before it mean. */
export interface ConversionContext {
  readonly graph: Graph;
  readonly quantised: QuantisedParameters;
  readonly meanings: Map<string, Meaning>;
}

const retrain = "Train again; if it happens again, report it together with the run folder.";

/** @throws GatecastError "model" where the scale is not a positive finite number */
export function requireScale(scale: number | undefined, name: string): number {
  if (scale !== undefined && scale > 0 && Number.isFinite(scale)) return scale;
  throw new GatecastError("model", `The scale of "${name}" is ${scale}; it must be a positive finite number.`, {
    where: { tensor: name },
    remedy: retrain,
  });
}

/** @throws GatecastError "model" where a parameter is missing, has another shape, or a value that is not finite */
export function requireParameter(context: ConversionContext, name: string, length: number): Float32Array {
  const data = context.quantised.parameters.get(name)?.data;
  if (!data) {
    throw new GatecastError("model", `The parameter "${name}" is missing.`, {
      where: { tensor: name },
      remedy: retrain,
    });
  }
  if (data.length !== length) {
    throw new GatecastError(
      "model",
      `The parameter "${name}" has ${data.length} values; this network needs ${length}.`,
      {
        where: { tensor: name },
        remedy: "Use the parameters of this very architecture.",
      },
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new GatecastError("model", `The parameter "${name}" holds ${data[bad]} at position ${bad}.`, {
      where: { tensor: name, position: bad },
      remedy: "Train again with a smaller learning rate: the training has diverged.",
    });
  }
  return data;
}

/**
 * The quantiser of a code tensor, checked.
 *
 * @throws GatecastError "model" where it is missing, its scale is not positive, or its zero point is not what the tensor allows
 */
export function requireQuantiser(
  graph: Graph,
  quantised: Pick<QuantisedParameters, "activations">,
  name: string,
): { readonly scale: number; readonly zeroPoint: number } {
  const quantiser = quantised.activations.get(name);
  if (!quantiser) {
    throw new GatecastError("model", `The tensor "${name}" has no quantiser.`, {
      where: { tensor: name },
      remedy: retrain,
    });
  }
  checkQuantiser(tensor(graph, name), quantiser);
  return { scale: quantiser.scale, zeroPoint: quantiser.zeroPoint + 0 }; // never -0
}

/** @throws GatecastError "model" where the scale is not positive, or the zero point is not what the tensor allows */
export function checkQuantiser(of: Tensor, quantiser: { readonly scale: number; readonly zeroPoint: number }): void {
  requireScale(quantiser.scale, of.name);
  const { lo, hi } = codeRange(of.bits ?? 1, of.symmetric);
  const allowed = of.symmetric ? { lo: 0, hi: 0 } : of.relu ? { lo, hi: lo } : { lo, hi };
  const { zeroPoint } = quantiser;
  if (Number.isInteger(zeroPoint) && zeroPoint >= allowed.lo && zeroPoint <= allowed.hi) return;
  const range = allowed.lo === allowed.hi ? `${allowed.lo}` : `a whole number from ${allowed.lo} to ${allowed.hi}`;
  throw new GatecastError(
    "model",
    `The zero point of "${of.name}" is ${zeroPoint}; at ${of.bits} bits it must be ${range}.`,
    {
      where: { tensor: of.name },
      remedy: retrain,
    },
  );
}

/** What the integers of a tensor mean; every input of an operator is there, since the graph is in order. */
export function meaningOf(context: ConversionContext, name: string): Meaning {
  const meaning = context.meanings.get(name);
  if (!meaning) throw new Error(`the tensor "${name}" is read before it is made`);
  return meaning;
}

/** The one scale of a tensor whose features share it. */
export function sharedScale(meaning: Meaning): number {
  const [first] = meaning.scales;
  if (first === undefined || meaning.scales.some((scale) => scale !== first)) {
    throw new Error("the features of an input of a linear operator have different scales");
  }
  return first;
}

/** The meaning of a code tensor. */
export function codeMeaning(context: ConversionContext, name: string): Meaning {
  const { scale, zeroPoint } = requireQuantiser(context.graph, context.quantised, name);
  return { scales: new Array<number>(tensor(context.graph, name).features).fill(scale), zero: zeroPoint };
}

/** A number that must be held exactly, by doubles here and by the registers of the hardware. */
export function requireExact(value: number, what: string, operator: string): number {
  if (Number.isSafeInteger(value)) return value;
  throw tooWide(what, operator);
}

export function tooWide(what: string, operator: string): GatecastError {
  return new GatecastError("model", `${what} of "${operator}" does not stay below 2^53.`, {
    where: { operator },
    remedy: "A scale is extremely small or large: train again with a wider range, or with fewer bits for this tensor.",
  });
}
