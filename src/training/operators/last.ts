import type { LastOperator } from "../../model/index.js";
import { codeForward } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/** The last token's features that `columns` picks: persistence. */
export const planLast: Plan<LastOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  const n = input.tensor.tokens;
  workspace.wantValues(operator.input);
  const count = operator.columns.length;
  const columns = workspace.arena.floats(count);
  return {
    prepare(builder) {
      new Int32Array(builder.memory.buffer, columns, count).set(operator.columns);
    },
    forward(builder) {
      builder.sharded((block, kernels) => {
        const x = workspace.at(input.value, input.size, block);
        const y = workspace.at(output.value, output.size, block);
        kernels.lastToken(x, y, columns, block.windows, n, input.stride, count, output.stride);
      });
      codeForward(builder, output);
    },
    backward(builder) {
      if (!workspace.wantsGradient(operator.input)) return;
      const add = builder.accumulates(operator.input);
      builder.sharded((block, kernels) => {
        const dy = workspace.at(output.gradient, output.size, block);
        const dx = workspace.at(input.gradient, input.size, block);
        const floats = block.windows * input.size;
        if (!add) kernels.fill(dx, floats, 0);
        kernels.lastTokenBackward(dy, dx, columns, block.windows, n, input.stride, count, output.stride);
      });
    },
    finish: nothing,
  };
};
