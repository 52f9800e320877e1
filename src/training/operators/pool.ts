import type { PoolOperator } from "../../model/index.js";
import { codeForward } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/** The mean over time. (The integer-only model sums, and carries 1/n in the coefficients behind the sum.) */
export const planPool: Plan<PoolOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  workspace.wantValues(operator.input);
  const n = input.tensor.tokens;
  return {
    prepare: nothing,
    forward(builder) {
      builder.sharded((block, kernels) => {
        const x = workspace.at(input.value, input.size, block);
        const y = workspace.at(output.value, output.size, block);
        kernels.meanTokens(x, y, block.windows, n, input.stride);
      });
      codeForward(builder, output);
    },
    backward(builder) {
      if (!workspace.wantsGradient(operator.input)) return;
      const add = builder.accumulates(operator.input);
      builder.sharded((block, kernels) => {
        const dy = workspace.at(output.gradient, output.size, block);
        const dx = workspace.at(input.gradient, input.size, block);
        kernels.meanTokensBackward(dy, dx, block.windows, n, input.stride, add);
      });
    },
    finish: nothing,
  };
};
