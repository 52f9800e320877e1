import type { Graph } from "../model/index.js";
import { divisors, type Pace } from "./lanes.js";
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
      name: shapes.length === 1 ? "matrix" : `matrix_${index}`,
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

/** Cycles that a token takes of each unit before the first query can be answered, and behind it: the slowest unit's. */
export function paceOf(graph: Graph, shapes: readonly UnitShape[]): Pace {
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
