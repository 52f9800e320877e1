import { pad4, type Workspace } from "../engine/workspace.js";
import { type AttentionPlan, type AttentionProducts, SCALE_ADDS } from "./attention-products.js";
import { outputAddress } from "./code.js";

/** Attention by products of floats. */
export function floatAttention(workspace: Workspace, plan: AttentionPlan): AttentionProducts {
  const { operator, query, key, value, output, tokens, paddedTokens, features, factor, raw } = plan;
  const { arena, batch } = workspace;
  const { heads } = operator;
  const { stride } = query;
  const square = heads * tokens * paddedTokens; // floats of one window
  const probabilities = arena.floats(batch * square);
  const packed = Math.ceil(tokens / 8) * 8 * pad4(features);
  workspace.reserveScratch(packed + tokens * paddedTokens + 7 * tokens * pad4(features));

  return {
    forward(builder) {
      const { mode } = builder;
      const to = outputAddress(builder, output);
      const record = mode.quantised ? workspace.quantiserRecord(plan.quantiser) : 0;
      const table = mode.quantised ? plan.table : 0;
      builder.sharded((block, kernels) => {
        kernels.attention(
          workspace.at(query.value, query.size, block),
          workspace.at(key.value, key.size, block),
          workspace.at(value.value, value.size, block),
          workspace.at(to, output.size, block),
          workspace.at(probabilities, square, block),
          workspace.at(raw, square, block),
          block.windows,
          tokens,
          stride,
          heads,
          features,
          factor,
          record,
          table,
          workspace.scratchOf(block),
        );
      });
    },

    backward(builder, adds) {
      const record = builder.mode.quantised ? workspace.quantiserRecord(plan.quantiser) : 0;
      builder.sharded((block, kernels) => {
        kernels.attentionBackward(
          workspace.at(query.value, query.size, block),
          workspace.at(key.value, key.size, block),
          workspace.at(value.value, value.size, block),
          workspace.at(output.gradient, output.size, block),
          workspace.at(query.gradient, query.size, block),
          workspace.at(key.gradient, key.size, block),
          workspace.at(value.gradient, value.size, block),
          workspace.at(probabilities, square, block),
          workspace.at(raw, square, block),
          block.windows,
          tokens,
          stride,
          heads,
          features,
          factor,
          record,
          workspace.quantiserPartial(plan.quantiser, block),
          adds | (block.adds ? SCALE_ADDS : 0),
          workspace.scratchOf(block),
        );
      });
    },
  };
}
