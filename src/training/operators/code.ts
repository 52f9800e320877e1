import type { Builder } from "../engine/program.js";
import type { TensorBuffers } from "../engine/workspace.js";

/** Where an operator writes its output: before the fake quantisation, or straight into the value. */
export function outputAddress(builder: Builder, output: TensorBuffers): number {
  return builder.mode.quantised ? output.raw : output.value;
}

/**
 * From an operator's result to what the tensor's readers see: fake quantisation, or a ReLU in floats, or nothing.
 * `encoded`: the operator has written the codes itself.
 */
export function codeForward(builder: Builder, output: TensorBuffers, encoded = false): void {
  const { workspace } = builder;
  if (output.tensor.kind === "code" && builder.mode.quantised) {
    const record = workspace.quantiserRecord(output.quantiser);
    const readers = workspace.readers(output);
    const pending = encoded ? 0 : readers.codes;
    if (readers.values !== 0 || pending !== 0) {
      builder.sharded((block, kernels) => {
        const raw = workspace.at(output.raw, output.size, block);
        const values = readers.values && workspace.at(readers.values, output.size, block);
        const codes = pending && workspace.atCodes(pending, output.size, block);
        kernels.quantise(raw, values, codes, block.windows * output.size, record);
      });
    }
  } else if (output.tensor.relu) {
    builder.sharded((block, kernels) => {
      const value = workspace.at(output.value, output.size, block);
      const count = block.windows * output.size;
      kernels.relu(value, count);
    });
  }
  if (builder.mode.mute.includes(output.tensor.name)) {
    builder.sharded((block, kernels) => {
      const value = workspace.at(output.value, output.size, block);
      const count = block.windows * output.size;
      kernels.fill(value, count, 0);
      const { codes } = workspace.readers(output);
      if (codes !== 0) kernels.fill(workspace.atCodes(codes, output.size, block), count / 2, 0);
    });
  }
}

/** The derivative of `codeForward`, in place of the gradient. */
export function codeBackward(builder: Builder, output: TensorBuffers): void {
  const { workspace } = builder;
  if (output.tensor.kind === "code" && builder.mode.quantised) {
    const record = workspace.quantiserRecord(output.quantiser);
    builder.sharded((block, kernels) => {
      const raw = workspace.at(output.raw, output.size, block);
      const gradient = workspace.at(output.gradient, output.size, block);
      const count = block.windows * output.size;
      const partial = workspace.quantiserPartial(output.quantiser, block);
      kernels.quantiseBackward(raw, gradient, count, record, partial, block.adds);
    });
  } else if (output.tensor.relu) {
    builder.sharded((block, kernels) => {
      const value = workspace.at(output.value, output.size, block);
      const gradient = workspace.at(output.gradient, output.size, block);
      const count = block.windows * output.size;
      kernels.reluBackward(value, gradient, count);
    });
  }
}
