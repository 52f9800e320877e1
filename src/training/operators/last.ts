import type { LastOperator } from "../../model/index.js";
import { codeForward } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/** The last token's features that `columns` picks: persistence. */
export const planLast: Plan<LastOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  const n = input.tensor.tokens;
  const count = operator.columns.length;
  const columns = workspace.arena.floats(count);
  return {
    prepare(builder) {
      new Int32Array(builder.memory.buffer, columns, count).set(operator.columns);
    },
    forward(builder) {
      builder.sharded((shard, kernels) => {
        const x = workspace.at(input.value, input.size, shard);
        const y = workspace.at(output.value, output.size, shard);
        kernels.lastToken(x, y, columns, shard.windows, n, input.stride, count, output.stride);
      });
      codeForward(builder, output);
    },
    backward(builder) {
      if (!workspace.wantsGradient(operator.input)) return;
      const add = builder.accumulates(operator.input);
      builder.sharded((shard, kernels) => {
        const dy = workspace.at(output.gradient, output.size, shard);
        const dx = workspace.at(input.gradient, input.size, shard);
        const floats = shard.windows * input.size;
        if (!add) kernels.fill(dx, floats, 0);
        kernels.lastTokenBackward(dy, dx, columns, shard.windows, n, input.stride, count, output.stride);
      });
    },
    finish: nothing,
  };
};
