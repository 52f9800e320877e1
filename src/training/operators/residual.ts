import { normEpsilon, type ResidualOperator } from "../../model/index.js";
import type { Builder } from "../engine/program.js";
import type { TensorBuffers } from "../engine/workspace.js";
import { codeBackward, codeForward, outputAddress } from "./code.js";
import { nothing, type Plan, type PlannedOperator } from "./planned.js";

/** Weight of the newest batch in the running statistics. */
const MOMENTUM = 0.1;

/** The sum of the addends, then batch normalisation where the operator names one. */
export const planResidual: Plan<ResidualOperator> = (workspace, operator) => {
  const output = workspace.buffers(operator.output);
  const addends = operator.addends.map((name) => workspace.buffers(name));
  for (const name of operator.addends) workspace.wantValues(name);
  if (operator.norm === null) {
    return {
      prepare: nothing,
      forward(builder) {
        sum(builder, addends, outputAddress(builder, output), output);
        codeForward(builder, output);
      },
      backward(builder) {
        codeBackward(builder, output);
        spread(builder, addends, output, output.gradient);
      },
      finish: nothing,
    };
  }
  return planNorm(workspace, operator.norm, addends, output);
};

function planNorm(
  workspace: Builder["workspace"],
  name: string,
  addends: readonly TensorBuffers[],
  output: TensorBuffers,
): PlannedOperator {
  const { arena, batch, blocks } = workspace;
  const { stride, size } = output;
  const { features, tokens } = output.tensor;
  const gamma = workspace.parameter(`${name}.weight`, 1, features);
  const beta = workspace.parameter(`${name}.bias`, 1, features);
  const runningMean = arena.floats(stride);
  const runningVariance = arena.floats(stride);
  workspace.statistics.set(`${name}.running_mean`, { address: runningMean, features });
  workspace.statistics.set(`${name}.running_var`, { address: runningVariance, features });
  const total = arena.floats(batch * size); // the sum of the addends, kept for the derivative
  const partials = arena.floats(2 * stride * blocks.length);
  const counts = arena.floats(blocks.length);
  const statistics = arena.floats(2 * stride);
  const scale = arena.floats(stride);
  const offset = arena.floats(stride);
  const dgamma = arena.floats(stride);
  const dbeta = arena.floats(stride);

  return {
    prepare(builder) {
      const { kernels, mode } = builder;
      if (mode.norm === "batch") {
        const tokensOf = blocks.map(({ windows }) => windows * tokens);
        new Int32Array(builder.memory.buffer, counts, blocks.length).set(tokensOf);
        return;
      }
      const g = workspace.valueOf(gamma);
      const b = workspace.valueOf(beta);
      builder.prepare(() => {
        kernels.useRunning(runningMean, runningVariance, statistics, stride, normEpsilon);
        kernels.foldNorm(statistics, g, b, scale, offset, stride);
      });
    },

    forward(builder) {
      const { kernels, mode } = builder;
      sum(builder, addends, total, output);
      if (mode.norm === "batch") {
        builder.sharded((block, kernels) => {
          const x = workspace.at(total, size, block);
          const mean = partials + 8 * stride * block.index;
          kernels.statistics(x, mean, mean + 4 * stride, block.windows * tokens, stride);
        });
        const g = workspace.valueOf(gamma);
        const b = workspace.valueOf(beta);
        builder.once(() => {
          kernels.combine(
            partials,
            counts,
            blocks.length,
            stride,
            normEpsilon,
            MOMENTUM,
            statistics,
            runningMean,
            runningVariance,
          );
          kernels.foldNorm(statistics, g, b, scale, offset, stride);
        });
      }
      const to = outputAddress(builder, output);
      builder.sharded((block, kernels) => {
        const x = workspace.at(total, size, block);
        const y = workspace.at(to, size, block);
        kernels.affine(x, y, scale, offset, block.windows * tokens, stride);
      });
      codeForward(builder, output);
    },

    backward(builder) {
      const { mode } = builder;
      codeBackward(builder, output);
      builder.sharded((block, kernels) => {
        const dy = workspace.at(output.gradient, size, block);
        const x = workspace.at(total, size, block);
        const g = workspace.partialOf(gamma, block);
        const b = workspace.partialOf(beta, block);
        kernels.normSums(dy, x, statistics, g, b, block.windows * tokens, stride, block.adds);
      });
      if (mode.norm === "batch") {
        const g = new Float32Array(builder.memory.buffer, dgamma, stride);
        const b = new Float32Array(builder.memory.buffer, dbeta, stride);
        const all = new Float32Array(builder.memory.buffer);
        const places = blocks
          .filter(({ adds }) => !adds)
          .map((block) => [workspace.partialOf(gamma, block) / 4, workspace.partialOf(beta, block) / 4]);
        builder.once(() => {
          for (let c = 0; c < stride; c++) {
            let gammaSum = 0;
            let betaSum = 0;
            for (const [gammaPart = 0, betaPart = 0] of places) {
              gammaSum += all[gammaPart + c] ?? 0;
              betaSum += all[betaPart + c] ?? 0;
            }
            g[c] = gammaSum;
            b[c] = betaSum;
          }
        });
      }
      builder.sharded((block, kernels) => {
        const dy = workspace.at(output.gradient, size, block);
        const x = workspace.at(total, size, block);
        const rows = block.windows * tokens;
        if (mode.norm === "running") kernels.scaleFeatures(dy, scale, rows, stride);
        else kernels.normBackward(dy, x, statistics, scale, dgamma, dbeta, rows, stride, batch * tokens);
      });
      spread(builder, addends, output, output.gradient);
    },

    finish: nothing,
  };
}

/** to = sum of the addends' values, in their order. */
function sum(builder: Builder, addends: readonly TensorBuffers[], to: number, shape: TensorBuffers): void {
  const { workspace } = builder;
  const [first, second, ...others] = addends;
  if (!first) throw new Error("a residual has at least one addend");
  builder.sharded((block, kernels) => {
    const y = workspace.at(to, shape.size, block);
    const count = block.windows * shape.size;
    const a = workspace.at(first.value, shape.size, block);
    if (second) kernels.add(a, workspace.at(second.value, shape.size, block), y, count);
    else kernels.copy(a, y, count);
  });
  for (const addend of others) {
    builder.sharded((block, kernels) => {
      const y = workspace.at(to, shape.size, block);
      const a = workspace.at(addend.value, shape.size, block);
      const count = block.windows * shape.size;
      kernels.add(y, a, y, count);
    });
  }
}

/** The derivative of `sum`: every addend receives the gradient. */
function spread(builder: Builder, addends: readonly TensorBuffers[], shape: TensorBuffers, from: number): void {
  const { workspace } = builder;
  for (const addend of addends) {
    const { name } = addend.tensor;
    if (!workspace.wantsGradient(name)) continue;
    const add = builder.accumulates(name);
    if (addend.gradient === from) continue; // it is the same (`Workspace`)
    builder.sharded((block, kernels) => {
      const dy = workspace.at(from, shape.size, block);
      const dx = workspace.at(addend.gradient, shape.size, block);
      const count = block.windows * shape.size;
      if (add) kernels.add(dx, dy, dx, count);
      else kernels.copy(dy, dx, count);
    });
  }
}
