import type { Graph, Parameters, TensorQuantiser } from "../../model/index.js";
import { codeRange } from "../../model/index.js";
import type { Engine } from "../engine/engine.js";
import type { QuantiserTraits } from "../engine/workspace.js";
import type { WindowSource } from "../source.js";
import { loadQuantisers } from "./parameters.js";
import { type Quantisers, quantisersOf } from "./quantisers.js";
import { bestRange, bestSymmetricScale, leastError, wideRange } from "./ranges.js";
import { flooredWeights, raiseSmallScales } from "./row-floor.js";
import { seenValues } from "./seen-values.js";
import { type ShiftConstraints, shiftConstraints } from "./shift-constraints.js";

export interface CalibrationOptions {
  /** The shrunken range of least squared error, or the extremes. */
  readonly start: "shrunken" | "extremes";
  /** One scale for each row of a weight, or for the whole matrix. */
  readonly weightScales: "rows" | "matrix";
}

/** Ranges found before, for precisions of one architecture with the same values and options. */
export class FoundRanges {
  readonly #activations = new Map<string, TensorQuantiser>();
  readonly #rows = new Map<string, Float32Array>();

  /** A tensor's (or an attention's scores'), which is searched where it is not known at this width. */
  activation({ name, hi }: QuantiserTraits, search: () => TensorQuantiser): TensorQuantiser {
    return remembered(this.#activations, `${name} ${hi}`, search);
  }

  /** The scales of the rows of a weight (or the one of its matrix). */
  rows(weight: string, limit: number, search: () => Float32Array): Float32Array {
    return remembered(this.#rows, `${weight} ${limit}`, search);
  }
}

function remembered<T>(known: Map<string, T>, key: string, search: () => T): T {
  const found = known.get(key) ?? search();
  known.set(key, found);
  return found;
}

/**
 * Sets every quantiser of the engine by `findRanges`, from float activations on (at most 1024) training windows. The engine must hold
 * trained float parameters.
 */
export function calibrate(engine: Engine, source: WindowSource, options: CalibrationOptions): void {
  const seen = seenValues(engine, source);
  loadQuantisers(engine, findRanges(engine.graph, engine.parameters(), seen, options));
}

/**
 * Ranges of every quantiser of a graph from values seen of its tensors, and the scale of every weight's row from the weights: the range whose
 * squared error of quantisation is least among shrunken versions of the seen one. Window and forecast keep the whole seen range and a
 * margin. Where scales are powers of two, those of rows and scores follow from the ones of the tensors beside them.
 *
 * @param seen by `seenValues`, of the same architecture at any precision; scores as q k^T / sqrt(d/h) of those tensors
 * @param found searches done before are not done again
 */
export function findRanges(
  graph: Graph,
  parameters: Parameters,
  seen: ReadonlyMap<string, Float32Array>,
  { start, weightScales }: CalibrationOptions,
  found = new FoundRanges(),
): Quantisers {
  const whole = start === "extremes";
  const scales = new Map<string, TensorQuantiser>();
  for (const traits of quantisersOf(graph)) {
    const values = valuesOf(seen, traits.name);
    const { name, hi } = traits;
    const range = found.activation(traits, () => {
      const wide = name === graph.input || name === graph.output;
      const { scale, zero } = traits.symmetric
        ? { scale: bestSymmetricScale(values, hi, whole), zero: 0 }
        : wide
          ? wideRange(values, traits)
          : bestRange(values, traits, whole);
      return { scale: Math.fround(scale), zeroPoint: zero };
    });
    scales.set(name, range);
  }
  const constraints = shiftConstraints(graph, (name) => scales.get(name)?.scale ?? Number.NaN);
  for (const [name, nearest] of constraints.scores) {
    const { scale = 1 } = scales.get(name) ?? {};
    const { hi } = codeRange(graph.precision.scores, true);
    const allowed = BRACKET.map((factor) => nearest(factor * scale));
    scales.set(name, { scale: Math.fround(leastError(valuesOf(seen, name), hi, allowed)), zeroPoint: 0 });
  }
  const weights = findRows(graph, parameters, { whole, together: weightScales === "matrix" }, constraints, found);
  const activations = new Map([...scales].filter(([name]) => graph.tensors.has(name)));
  const scores = new Map([...scales].flatMap(([name, { scale }]) => (graph.tensors.has(name) ? [] : [[name, scale]])));
  return { activations, scores, weights };
}

/** What a free scale is multiplied by so that the nearest powers of two are the next below and the next above. */
const BRACKET = [Math.SQRT1_2, Math.SQRT2] as const;

function valuesOf(seen: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const values = seen.get(name);
  if (!values) throw new Error(`nothing was seen of ${name}`);
  return values;
}

/** The scale of every weight's row, or of all rows of a weight `together`. */
function findRows(
  graph: Graph,
  parameters: Parameters,
  { whole, together }: { readonly whole: boolean; readonly together: boolean },
  constraints: ShiftConstraints,
  found: FoundRanges,
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  const floored = flooredWeights(graph);
  for (const operator of graph.operators) {
    if (operator.kind !== "linear") continue;
    const { name, rows, bits } = operator.weight;
    const data = parameters.get(name)?.data;
    if (!data) throw new Error(`no weight ${name}`);
    const limit = codeRange(bits, true).hi;
    // Rows that share a scale are one stretch of weights.
    const stretches = together ? 1 : rows;
    const length = data.length / stretches;
    const stretch = (index: number) => data.subarray(index * length, (index + 1) * length);
    const spread = (of: ArrayLike<number>) =>
      Float32Array.from({ length: rows }, (_, row) => of[together ? 0 : row] ?? 1);
    const free = spread(
      found.rows(name, limit, () =>
        Float32Array.from({ length: stretches }, (_, index) => bestSymmetricScale(stretch(index), limit, whole)),
      ),
    );
    const nearest = constraints.rows.get(name);
    if (!nearest) {
      if (floored.has(name)) raiseSmallScales(free);
      weights.set(name, free);
      continue;
    }
    const allowed = BRACKET.map((factor) => nearest(free.map((scale) => factor * scale)));
    const best = Array.from({ length: stretches }, (_, index) =>
      leastError(
        stretch(index),
        limit,
        allowed.map((of) => of[index] ?? 1),
      ),
    );
    weights.set(name, Float32Array.from(nearest(spread(best))));
  }
  return weights;
}
