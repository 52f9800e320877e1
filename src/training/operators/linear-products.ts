import type { LinearOperator } from "../../model/index.js";
import type { Builder } from "../engine/program.js";
import type { ParameterSlot, TensorBuffers } from "../engine/workspace.js";

/** What both ways to multiply need to know of a linear operator. */
export interface LinearPlan {
  readonly operator: LinearOperator;
  readonly input: TensorBuffers;
  readonly output: TensorBuffers;
  readonly weight: ParameterSlot;
  readonly bias: ParameterSlot;
  readonly biasRows: number;
  readonly rows: number;
  readonly paddedRows: number;
  /** Inputs of one product. */
  readonly width: number;
  /** Products of one window. */
  readonly products: number;
  /** Address of the scales of the weight's rows. */
  readonly scales: number;
  /** Largest code of a weight. */
  readonly limit: number;
  /** Whether the gradient goes on to the input. */
  readonly needsInput: boolean;
}

/** One way to multiply. */
export interface LinearProducts {
  prepare(builder: Builder): void;
  /** From the input to the output before its fake quantisation. */
  forward(builder: Builder): void;
  /** From the output's gradient to those of weight, bias and input; `adds`: the input's gradient holds a part already. */
  backward(builder: Builder, adds: boolean): void;
}
