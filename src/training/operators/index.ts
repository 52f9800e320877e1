import type { Operator } from "../../model/index.js";
import type { Workspace } from "../engine/workspace.js";
import { planAttention } from "./attention.js";
import { planLast } from "./last.js";
import { planLinear } from "./linear.js";
import type { PlannedOperator } from "./planned.js";
import { planPool } from "./pool.js";
import { planResidual } from "./residual.js";

export type { PlannedOperator } from "./planned.js";

/** Reserves what an operator needs and says how it runs. A new kind of operator is a new case here. */
export function planOperator(workspace: Workspace, operator: Operator): PlannedOperator {
  switch (operator.kind) {
    case "linear":
      return planLinear(workspace, operator);
    case "attention":
      return planAttention(workspace, operator);
    case "residual":
      return planResidual(workspace, operator);
    case "pool":
      return planPool(workspace, operator);
    case "last":
      return planLast(workspace, operator);
  }
}
