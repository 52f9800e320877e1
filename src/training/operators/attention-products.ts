import type { AttentionOperator } from "../../model/index.js";
import type { Builder } from "../engine/program.js";
import type { TensorBuffers } from "../engine/workspace.js";

/** What both ways to compute attention need to know. */
export interface AttentionPlan {
  readonly operator: AttentionOperator;
  readonly query: TensorBuffers;
  readonly key: TensorBuffers;
  readonly value: TensorBuffers;
  readonly output: TensorBuffers;
  readonly tokens: number;
  readonly paddedTokens: number;
  /** Of one head. */
  readonly features: number;
  /** Index of the scores' quantiser. */
  readonly quantiser: number;
  /** Address of the exponentials' table. */
  readonly table: number;
  /** The scores' factor, 1 / sqrt(features). */
  readonly factor: number;
  /** Address of the scores, [batch][heads][tokens][padded tokens] floats. */
  readonly raw: number;
}

/** One way to compute it. */
export interface AttentionProducts {
  /** To the context before its fake quantisation. */
  forward(builder: Builder): void;
  /** `adds`: bits 0, 1, 2 where the gradients of query, key, value hold a part already. */
  backward(builder: Builder, adds: number): void;
}

/** Bit of the kernels' `accumulate`: the gradient of the scores' scale holds the part of the shard's earlier blocks. */
export const SCALE_ADDS = 8;
