import type { PoolOperator } from "../../model/index.js";
import { codeForward } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/** The mean over time. (The integer-only model sums, and carries 1/n in the coefficients behind the sum.) */
export const planPool: Plan<PoolOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  const n = input.tensor.tokens;
  return {
    prepare: nothing,
    forward(builder) {
      builder.sharded((shard, kernels) => {
        const x = workspace.at(input.value, input.size, shard);
        const y = workspace.at(output.value, output.size, shard);
        kernels.meanTokens(x, y, shard.windows, n, input.stride);
      });
      codeForward(builder, output);
    },
    backward(builder) {
      if (!workspace.wantsGradient(operator.input)) return;
      const add = builder.accumulates(operator.input);
      builder.sharded((shard, kernels) => {
        const dy = workspace.at(output.gradient, output.size, shard);
        const dx = workspace.at(input.gradient, input.size, shard);
        kernels.meanTokensBackward(dy, dx, shard.windows, n, input.stride, add);
      });
    },
    finish: nothing,
  };
};
