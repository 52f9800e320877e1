import type { Builder } from "../engine/program.js";
import type { TensorBuffers } from "../engine/workspace.js";

/** Where an operator writes its output: before the fake quantisation, or straight into the value. */
export function outputAddress(builder: Builder, output: TensorBuffers): number {
  return builder.mode.quantised ? output.raw : output.value;
}

/** From an operator's result to what the tensor's readers see: fake quantisation, or a ReLU in floats, or nothing. */
export function codeForward(builder: Builder, output: TensorBuffers): void {
  const { workspace } = builder;
  if (output.tensor.kind === "code" && builder.mode.quantised) {
    const record = workspace.quantiserRecord(output.quantiser);
    builder.sharded((shard, kernels) => {
      const raw = workspace.at(output.raw, output.size, shard);
      const value = workspace.at(output.value, output.size, shard);
      const count = shard.windows * output.size;
      kernels.quantise(raw, value, count, record);
    });
  } else if (output.tensor.relu) {
    builder.sharded((shard, kernels) => {
      const value = workspace.at(output.value, output.size, shard);
      const count = shard.windows * output.size;
      kernels.relu(value, count);
    });
  }
  if (builder.mode.mute.includes(output.tensor.name)) {
    builder.sharded((shard, kernels) => {
      const value = workspace.at(output.value, output.size, shard);
      const count = shard.windows * output.size;
      kernels.fill(value, count, 0);
    });
  }
}

/** The derivative of `codeForward`, in place of the gradient. */
export function codeBackward(builder: Builder, output: TensorBuffers): void {
  const { workspace } = builder;
  if (output.tensor.kind === "code" && builder.mode.quantised) {
    const record = workspace.quantiserRecord(output.quantiser);
    builder.sharded((shard, kernels) => {
      const raw = workspace.at(output.raw, output.size, shard);
      const gradient = workspace.at(output.gradient, output.size, shard);
      const count = shard.windows * output.size;
      const partial = workspace.quantiserPartial(output.quantiser, shard);
      kernels.quantiseBackward(raw, gradient, count, record, partial);
    });
  } else if (output.tensor.relu) {
    builder.sharded((shard, kernels) => {
      const value = workspace.at(output.value, output.size, shard);
      const gradient = workspace.at(output.gradient, output.size, shard);
      const count = shard.windows * output.size;
      kernels.reluBackward(value, gradient, count);
    });
  }
}
