import type { LinearOperator } from "../../model/index.js";
import { codeRange } from "../../model/index.js";
import { pad4 } from "../engine/workspace.js";
import { codeBackward, codeForward } from "./code.js";
import { floatProducts } from "./linear-float.js";
import { integerProducts } from "./linear-integer.js";
import type { LinearPlan } from "./linear-products.js";
import type { Plan } from "./planned.js";

/**
 * y[t] = W x[t] + bias, by products of floats or, where both operands are narrow codes and the mode is quantised, of integers.
 */
export const planLinear: Plan<LinearOperator> = (workspace, operator) => {
  const input = workspace.buffers(operator.input);
  const output = workspace.buffers(operator.output);
  const { rows } = operator.weight;
  const { features, tokens } = input.tensor;
  const paddedRows = pad4(rows);
  const width = operator.flatten ? input.size : input.stride;
  const weight = workspace.parameter(operator.weight.name, rows, operator.weight.columns, {
    stride: width,
    matrix: true,
    place: operator.flatten
      ? (column) => Math.floor(column / features) * input.stride + (column % features)
      : (column) => column,
  });
  const biasRows = operator.bias.perToken ? tokens : 1;
  const bias = workspace.parameter(operator.bias.name, biasRows, rows);
  const scales = workspace.arena.floats(paddedRows);
  const scaleGradients = workspace.arena.floats(paddedRows);
  const limit = codeRange(operator.weight.bits, true).hi;
  workspace.rowScales.push({ weight: operator.weight.name, rows, limit, scales, gradients: scaleGradients });
  const plan: LinearPlan = {
    operator,
    input,
    output,
    weight,
    bias,
    biasRows,
    rows,
    paddedRows,
    width,
    products: operator.flatten ? 1 : tokens,
    scales,
    limit,
    needsInput: workspace.wantsGradient(operator.input),
  };
  const integers = integerProducts(workspace, plan);
  if (integers === null) workspace.wantValues(operator.input);
  const floats = floatProducts(workspace, plan);

  return {
    prepare(builder) {
      if (builder.mode.quantised && integers) integers.prepare(builder);
      else floats.prepare(builder);
    },

    forward(builder) {
      if (builder.mode.quantised && integers) {
        integers.forward(builder);
        codeForward(builder, output, true);
      } else {
        floats.forward(builder);
        codeForward(builder, output);
      }
    },

    backward(builder) {
      codeBackward(builder, output);
      const adds = plan.needsInput && builder.accumulates(operator.input);
      if (builder.mode.quantised && integers) integers.backward(builder, adds);
      else floats.backward(builder, adds);
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
