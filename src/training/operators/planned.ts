import type { Operator } from "../../model/index.js";
import type { Builder } from "../engine/program.js";
import type { Workspace } from "../engine/workspace.js";

/** An operator with its buffers reserved. Each method adds the operator's steps to a program. */
export interface PlannedOperator {
  /** Steps that depend on parameters only. */
  prepare(builder: Builder): void;
  forward(builder: Builder): void;
  /** Derivatives, from the gradient of its output to those of its inputs and parameters. */
  backward(builder: Builder): void;
  /** Steps behind the sum over the shards' gradients. */
  finish(builder: Builder): void;
}

export type Plan<O extends Operator> = (workspace: Workspace, operator: O) => PlannedOperator;

export const nothing = (): void => undefined;
