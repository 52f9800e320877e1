import type { LinearOperator } from "../../model/index.js";
import { codeRange } from "../../model/index.js";
import { pad4 } from "../engine/workspace.js";
import { codeBackward, codeForward, outputAddress } from "./code.js";
import type { Plan } from "./planned.js";

/**
 * y[t] = W x[t] + bias. Weights are fake-quantised once per step and packed twice: for the forward pass as panels of eight
 * outputs, for the derivative of x as panels of eight inputs.
 */
export const planLinear: Plan<LinearOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  const { rows } = operator.weight;
  const { features, tokens } = input.tensor;
  const paddedRows = pad4(rows);
  // Inputs of one product, and products of one window.
  const width = operator.flatten ? input.size : input.stride;
  const products = operator.flatten ? 1 : tokens;
  const weight = workspace.parameter(operator.weight.name, rows, operator.weight.columns, {
    stride: width,
    matrix: true,
    place: operator.flatten
      ? (column) => Math.floor(column / features) * input.stride + (column % features)
      : (column) => column,
  });
  const biasRows = operator.bias.perToken ? tokens : 1;
  const bias = workspace.parameter(operator.bias.name, biasRows, rows);
  const { arena } = workspace;
  const quantised = arena.floats(paddedRows * width);
  const forwardPanels = arena.floats(Math.ceil(rows / 8) * 8 * width);
  const backwardPanels = arena.floats(Math.ceil(width / 8) * 8 * paddedRows);
  const scales = arena.floats(paddedRows);
  const scaleGradients = arena.floats(paddedRows);
  const limit = codeRange(operator.weight.bits, true).hi;
  workspace.rowScales.push({
    weight: operator.weight.name,
    rows,
    limit,
    scales,
    gradients: scaleGradients,
  });
  const needsInput = workspace.wantsGradient(operator.input);

  return {
    prepare(builder) {
      const { kernels, mode } = builder;
      const values = workspace.valueOf(weight);
      const used = mode.quantised ? quantised : values;
      if (mode.quantised) {
        builder.prepare(() => kernels.quantiseRows(values, quantised, rows, width, scales, limit));
      }
      builder.prepare(() => kernels.packPanels(used, 4, 4 * width, forwardPanels, width, paddedRows));
      if (mode.backward && needsInput) {
        builder.prepare(() => kernels.packPanels(used, 4 * width, 4, backwardPanels, paddedRows, width));
      }
    },

    forward(builder) {
      const to = outputAddress(builder, output);
      const biasAddress = workspace.valueOf(bias);
      const panel = 32 * width;
      builder.sharded((shard, kernels) => {
        const x = workspace.at(input.value, input.size, shard);
        const y = workspace.at(to, output.size, shard);
        const m = shard.windows * products;
        if (!operator.bias.perToken) {
          kernels.gemm(
            x,
            4 * width,
            forwardPanels,
            32,
            panel,
            y,
            4 * paddedRows,
            m,
            paddedRows,
            width,
            biasAddress,
            false,
          );
          return;
        }
        kernels.repeat(biasAddress, y, biasRows * paddedRows, shard.windows);
        kernels.gemm(x, 4 * width, forwardPanels, 32, panel, y, 4 * paddedRows, m, paddedRows, width, 0, true);
      });
      codeForward(builder, output);
    },

    backward(builder) {
      codeBackward(builder, output);
      const add = needsInput && builder.accumulates(operator.input);
      const panel = 32 * paddedRows;
      builder.sharded((shard, kernels) => {
        const x = workspace.at(input.value, input.size, shard);
        const dx = workspace.at(input.gradient, input.size, shard);
        const dy = workspace.at(output.gradient, output.size, shard);
        const dw = workspace.partialOf(weight, shard);
        const db = workspace.partialOf(bias, shard);
        const m = shard.windows * products;
        const biasFloats = biasRows * paddedRows;
        const biasTimes = operator.bias.perToken ? shard.windows : m;
        kernels.gemmTransposed(dy, 4 * paddedRows, x, 4 * width, 32, dw, 4 * width, paddedRows, width, m, false);
        kernels.sumRows(dy, db, biasFloats, biasTimes);
        if (needsInput) {
          kernels.gemm(dy, 4 * paddedRows, backwardPanels, 32, panel, dx, 4 * width, m, width, paddedRows, 0, add);
        }
      });
    },

    finish(builder) {
      if (!builder.mode.quantised) return;
      const { kernels } = builder;
      const values = workspace.valueOf(weight);
      const gradient = workspace.gradientOf(weight);
      builder.once(() => kernels.quantiseRowsBackward(values, gradient, rows, width, scales, limit, scaleGradients));
    },
  };
};
