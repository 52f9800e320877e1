import type { Workspace } from "../engine/workspace.js";
import { outputAddress } from "./code.js";
import type { LinearPlan, LinearProducts } from "./linear-products.js";

/**
 * Products of floats. Weights are packed once per step, twice: for the forward pass as panels of eight outputs, for the derivative of
 * x as panels of eight inputs; in a quantised mode after their fake quantisation.
 */
export function floatProducts(workspace: Workspace, plan: LinearPlan): LinearProducts {
  const { operator, input, output, weight, bias, biasRows, rows, paddedRows, width, products, needsInput } = plan;
  const { arena } = workspace;
  const quantised = arena.floats(paddedRows * width);
  const forwardPanels = arena.floats(Math.ceil(rows / 8) * 8 * width);
  const backwardPanels = arena.floats(Math.ceil(width / 8) * 8 * paddedRows);
  const { perToken } = operator.bias;

  return {
    prepare(builder) {
      const { kernels, mode } = builder;
      const values = workspace.valueOf(weight);
      const used = mode.quantised ? quantised : values;
      if (mode.quantised) {
        builder.prepare(() => kernels.quantiseRows(values, quantised, rows, width, plan.scales, plan.limit));
      }
      builder.prepare(() => kernels.packPanels(used, 4, 4 * width, forwardPanels, width, paddedRows));
      if (mode.backward && needsInput) {
        builder.prepare(() => kernels.packPanels(used, 4 * width, 4, backwardPanels, paddedRows, width));
      }
    },

    forward(builder) {
      const to = outputAddress(builder, output);
      const at = workspace.valueOf(bias);
      const panel = 32 * width;
      const [am, cm] = [4 * width, 4 * paddedRows];
      builder.sharded((block, kernels) => {
        const x = workspace.at(input.value, input.size, block);
        const y = workspace.at(to, output.size, block);
        const m = block.windows * products;
        if (perToken) kernels.repeat(at, y, biasRows * paddedRows, block.windows);
        const once = perToken ? 0 : at;
        kernels.gemm(x, am, forwardPanels, 32, panel, y, cm, m, paddedRows, width, once, perToken);
      });
    },

    backward(builder, adds) {
      const panel = 32 * paddedRows;
      const [am, cm] = [4 * paddedRows, 4 * width];
      builder.sharded((block, kernels) => {
        const x = workspace.at(input.value, input.size, block);
        const dx = workspace.at(input.gradient, input.size, block);
        const dy = workspace.at(output.gradient, output.size, block);
        const dw = workspace.partialOf(weight, block);
        const db = workspace.partialOf(bias, block);
        const m = block.windows * products;
        const times = perToken ? block.windows : m;
        kernels.gemmTransposed(dy, am, x, cm, 32, dw, cm, paddedRows, width, m, block.adds);
        kernels.sumRows(dy, db, biasRows * paddedRows, times, block.adds);
        if (needsInput) kernels.gemm(dy, am, backwardPanels, 32, panel, dx, cm, m, width, paddedRows, 0, adds);
      });
    },
  };
}
