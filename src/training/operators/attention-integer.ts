import { codeRange } from "../../model/index.js";
import type { TensorBuffers, Workspace } from "../engine/workspace.js";
import { type AttentionPlan, type AttentionProducts, SCALE_ADDS } from "./attention-products.js";
import { gradientLimit, LARGEST, SUM } from "./integer-limits.js";

/**
 * Attention by products of integers: forward exactly, backward with the gradients of context and scores as i16, in steps of
 * their largest magnitude over (at most) 32767 in each window and head.
 *
 * Null where an operand or a sum could be too wide, or a head's features are no multiple of 4.
 */
export function integerAttention(workspace: Workspace, plan: AttentionPlan): AttentionProducts | null {
  const { operator, query, key, value, output, tokens, paddedTokens, features, factor, raw } = plan;
  const { heads } = operator;
  const inputs = [query, key, value];
  if (features % 4 !== 0 || inputs.some(({ tensor }) => tensor.kind !== "code")) return null;
  const [q = 0, k = 0, v = 0] = inputs.map(range);
  const top = 2 ** operator.exponentialBits - 1;
  const limit = gradientLimit(tokens * top, features * v, tokens * q, tokens * k);
  const widest = Math.max(q, k, v, top, 2 ** operator.scoreBits - 1);
  if (limit === null || widest > LARGEST || features * q * k > SUM || tokens * top * v > SUM) return null;

  const { arena, batch } = workspace;
  const square = heads * tokens * paddedTokens; // of one window
  const exponents = arena.floats(Math.ceil((batch * square) / 2));
  const shares = arena.floats(batch * heads * paddedTokens);
  const codes = inputs.map(({ tensor }) => workspace.wantCodes(tensor.name));
  // What the kernels keep there, in floats: steps, row factors, the scores' gradient, it and the context's as codes, panels.
  const padded = Math.ceil(tokens / 8) * 8;
  const panels = Math.max(padded * features, paddedTokens * Math.ceil(features / 8) * 8, 16 * paddedTokens);
  const halves = tokens * paddedTokens + paddedTokens * paddedTokens + paddedTokens * features + panels;
  workspace.reserveScratch(64 + paddedTokens + tokens * paddedTokens + Math.ceil(halves / 2));
  const records = () => inputs.map(({ quantiser }) => workspace.quantiserRecord(quantiser));

  return {
    forward(builder) {
      const [qq = 0, kq = 0, vq = 0] = records();
      const scores = workspace.quantiserRecord(plan.quantiser);
      const out = workspace.quantiserRecord(output.quantiser);
      const readers = workspace.readers(output);
      builder.sharded((block, kernels) => {
        const [qAt = 0, kAt = 0, vAt = 0] = codes.map((at) => workspace.atCodes(at, query.size, block));
        kernels.attentionCodes(
          qAt,
          kAt,
          vAt,
          workspace.at(output.raw, output.size, block),
          readers.codes && workspace.atCodes(readers.codes, output.size, block),
          workspace.atCodes(exponents, square, block),
          workspace.at(shares, heads * paddedTokens, block),
          workspace.at(raw, square, block),
          block.windows,
          tokens,
          query.stride,
          heads,
          features,
          factor,
          qq,
          kq,
          vq,
          scores,
          out,
          plan.table,
          workspace.scratchOf(block),
        );
      });
    },

    backward(builder, adds) {
      const [qq = 0, kq = 0, vq = 0] = records();
      const scores = workspace.quantiserRecord(plan.quantiser);
      builder.sharded((block, kernels) => {
        const [qAt = 0, kAt = 0, vAt = 0] = codes.map((at) => workspace.atCodes(at, query.size, block));
        kernels.attentionCodesBackward(
          qAt,
          kAt,
          vAt,
          workspace.at(output.gradient, output.size, block),
          workspace.at(query.gradient, query.size, block),
          workspace.at(key.gradient, key.size, block),
          workspace.at(value.gradient, value.size, block),
          workspace.atCodes(exponents, square, block),
          workspace.at(shares, heads * paddedTokens, block),
          workspace.at(raw, square, block),
          block.windows,
          tokens,
          query.stride,
          heads,
          features,
          factor,
          qq,
          kq,
          vq,
          scores,
          workspace.quantiserPartial(plan.quantiser, block),
          adds | (block.adds ? SCALE_ADDS : 0),
          limit,
          workspace.scratchOf(block),
        );
      });
    },
  };
}

/** Largest magnitude of a code minus its zero point. */
function range({ tensor }: TensorBuffers): number {
  const { lo, hi } = codeRange(tensor.bits ?? 0, tensor.symmetric);
  return tensor.symmetric ? hi : hi - lo;
}
