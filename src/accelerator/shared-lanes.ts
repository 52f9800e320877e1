import type { Graph } from "../model/index.js";
import { divisors } from "./divisors.js";
import type { Pace } from "./lanes.js";
import { stageOf } from "./operators/matrix-unit/derive.js";
import type { MatrixUnitPlan } from "./operators/matrix-unit/parameters.js";

/** Lanes of a matrix unit and who shares them. */
export interface UnitShape {
  readonly stages: readonly ("kv" | "q" | "out" | "linear1" | "linear2")[];
  readonly lanesIn: number;
  readonly lanesOut: number;
}

const all = ["kv", "q", "out", "linear1", "linear2"] as const;
/** Fewer lanes are not worth sharing, more fit no device we know. */
const FEWEST = 8;
const MOST = 512;
/** More keys at once are more banks of keys and values than a device of this size has use for. */
const MOST_KEYS = 6;

/** Shapes worth trying: one unit for all, or a small one for queries and output projections beside a large one. */
export function unitShapes(graph: Graph): UnitShape[][] {
  const { dModel, feedForward } = graph.architecture;
  const common = divisors(dModel).filter((lanes) => feedForward % lanes === 0);
  const shapes: UnitShape[][] = [];
  for (const lanesIn of common.filter((lanes) => lanes * 4 >= dModel)) {
    for (const lanesOut of common) {
      const lanes = lanesIn * lanesOut;
      if (lanes < FEWEST || lanes > MOST) continue;
      shapes.push([{ stages: all, lanesIn, lanesOut }]);
      const fewer = divisors(lanesOut).find((one) => one * 4 >= lanesOut) ?? lanesOut;
      if (graph.architecture.layers > 1 || lanesOut < 4) continue;
      shapes.push([
        { stages: ["kv", "linear1", "linear2"], lanesIn, lanesOut },
        { stages: ["q", "out"], lanesIn, lanesOut: fewer },
      ]);
    }
  }
  return shapes;
}

/** Names of so many units. */
export function unitNames(count: number): string[] {
  return count === 1 ? ["matrix"] : Array.from({ length: count }, (_, index) => `matrix_${index}`);
}

/** Units of such shapes, each for its steps of all layers. */
export function unitsOf(graph: Graph, shapes: readonly UnitShape[], ahead: number): MatrixUnitPlan[] {
  const { dModel } = graph.architecture;
  return shapes.map(({ stages, lanesIn, lanesOut }, index) => {
    const operators = graph.operators.flatMap(({ kind, name }) => {
      const place = kind === "linear" ? stageOf(name) : null;
      return place && stages.includes(place.stage) ? [name] : [];
    });
    // A beat of sums leaves every d / lanesIn cycles at most.
    const lanes = divisors(lanesOut).find((one) => one >= (lanesOut * lanesIn) / dModel) ?? lanesOut;
    return {
      name: unitNames(shapes.length)[index] ?? "matrix",
      operators,
      lanesIn,
      lanesOut,
      lanes,
      packedColumns: 0,
      requantiser: "dsp",
      weights: "block",
      bias: "rom",
      tokens: "distributed",
      results: { tokens: 2, style: "distributed" },
      ahead,
    };
  });
}

/** Keys at once that attention may need to keep up with `second` cycles for a query: 1, and more while those before are too few. */
export function keysWorthwhile(graph: Graph, second: number): number[] {
  const { window, heads } = graph.architecture;
  const tried: number[] = [];
  for (const keys of divisors(window)) {
    if (keys > MOST_KEYS) break;
    tried.push(keys);
    if ((heads * window) / keys <= second) break;
  }
  return tried;
}

/** What units of such shapes make possible, for as many keys at once as are worth trying. */
export function pacesOf(graph: Graph, shapes: readonly UnitShape[]): Pace[] {
  const pace = paceOf(graph, shapes);
  const keys = keysWorthwhile(graph, pace.second).map((keysAtOnce) => ({ ...pace, keysAtOnce }));
  const { window, heads, dModel } = graph.architecture;
  // Fewer lanes for attention than would keep up: what it saves may allow for more lanes elsewhere.
  const slower = window * dModel > pace.second && heads * window <= pace.second;
  const all = slower ? [...keys, { ...pace, query: 2 * pace.second }] : keys;
  // The embedding, with its wide requantisers, need not keep up with keys and values: least of all where keys are folded away.
  return [...all, ...all.map((one) => ({ ...one, first: 2 * one.first }))];
}

/** Cycles that a token takes of each unit before the first query can be answered, and behind it: the slowest unit's. */
function paceOf(graph: Graph, shapes: readonly UnitShape[]): Pace {
  let first = 1;
  let second = 1;
  for (const { stages, lanesIn, lanesOut } of shapes) {
    let early = 0;
    let late = 0;
    for (const operator of graph.operators) {
      if (operator.kind !== "linear") continue;
      const place = stageOf(operator.name);
      if (!place || place.layer > 0 || !stages.includes(place.stage)) continue;
      const steps = (operator.weight.rows / lanesOut) * (operator.weight.columns / lanesIn);
      if (place.stage === "kv") early += steps;
      else late += steps;
    }
    first = Math.max(first, early);
    second = Math.max(second, late);
  }
  return { first, second };
}
