import type { AttentionOperator } from "../../model/index.js";
import { exp } from "../../numeric/elementary.js";
import { pad4 } from "../engine/workspace.js";
import { codeBackward, codeForward, outputAddress } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/**
 * Softmax attention, per head: softmax(q k^T / sqrt(d/h)) v. Quantised: the scores as codes, their exponentials from the table of
 * docs/arithmetic.md over their sum; the derivative treats the table as the exponential it samples.
 */
export const planAttention: Plan<AttentionOperator> = (workspace, operator) => {
  const { arena, batch } = workspace;
  const query = workspace.buffers(operator.query);
  const key = workspace.buffers(operator.key);
  const value = workspace.buffers(operator.value);
  const output = workspace.buffers(operator.output);
  const { heads } = operator;
  for (const name of [operator.query, operator.key, operator.value]) workspace.wantValues(name);
  const n = query.tensor.tokens;
  const features = query.tensor.features / heads;
  const paddedTokens = pad4(n);
  const square = heads * n * paddedTokens; // floats of one window
  const probabilities = arena.floats(batch * square);
  const raw = arena.floats(batch * square);
  const entries = 2 ** operator.scoreBits;
  const table = arena.floats(entries);
  const quantiser = workspace.quantiser(operator.name, operator.scoreBits, true, false);
  const packed = Math.ceil(n / 8) * 8 * pad4(features);
  workspace.reserveScratch(packed + n * paddedTokens + 7 * n * pad4(features));
  const factor = 1 / Math.sqrt(features);

  return {
    prepare(builder) {
      if (!builder.mode.quantised) return;
      const record = new Float32Array(builder.memory.buffer, workspace.quantiserRecord(quantiser), 1);
      const view = new Float32Array(builder.memory.buffer, table, entries);
      builder.prepare(() => fillTable(view, record[0] ?? 0, operator.exponentialBits));
    },

    forward(builder) {
      const { mode } = builder;
      const to = outputAddress(builder, output);
      const record = mode.quantised ? workspace.quantiserRecord(quantiser) : 0;
      const entriesAt = mode.quantised ? table : 0;
      builder.sharded((block, kernels) => {
        const q = workspace.at(query.value, query.size, block);
        const k = workspace.at(key.value, key.size, block);
        const v = workspace.at(value.value, value.size, block);
        const y = workspace.at(to, output.size, block);
        const p = workspace.at(probabilities, square, block);
        const s = workspace.at(raw, square, block);
        const scratch = workspace.scratchOf(block);
        const { windows } = block;
        const { stride } = query;
        kernels.attention(q, k, v, y, p, s, windows, n, stride, heads, features, factor, record, entriesAt, scratch);
      });
      codeForward(builder, output);
    },

    backward(builder) {
      const { mode } = builder;
      codeBackward(builder, output);
      const record = mode.quantised ? workspace.quantiserRecord(quantiser) : 0;
      const adds = [operator.query, operator.key, operator.value].reduce(
        (bits, name, index) => bits | (builder.accumulates(name) ? 1 << index : 0),
        0,
      );
      builder.sharded((block, kernels) => {
        const q = workspace.at(query.value, query.size, block);
        const k = workspace.at(key.value, key.size, block);
        const v = workspace.at(value.value, value.size, block);
        const dy = workspace.at(output.gradient, output.size, block);
        const dq = workspace.at(query.gradient, query.size, block);
        const dk = workspace.at(key.gradient, key.size, block);
        const dv = workspace.at(value.gradient, value.size, block);
        const p = workspace.at(probabilities, square, block);
        const s = workspace.at(raw, square, block);
        const scratch = workspace.scratchOf(block);
        const partial = workspace.quantiserPartial(quantiser, block);
        const { windows } = block;
        const { stride } = query;
        const add = adds | (block.adds ? 8 : 0);
        kernels.attentionBackward(
          q,
          k,
          v,
          dy,
          dq,
          dk,
          dv,
          p,
          s,
          windows,
          n,
          stride,
          heads,
          features,
          factor,
          record,
          partial,
          add,
          scratch,
        );
      });
    },

    finish: nothing,
  };
};

/** table[i] = round((2^bits - 1) exp(-i scale)); once it is 0 it stays 0. */
function fillTable(table: Float32Array, scale: number, bits: number): void {
  const top = 2 ** bits - 1;
  let index = 0;
  for (; index < table.length; index++) {
    const entry = Math.floor(top * exp(-index * scale) + 0.5);
    table[index] = entry;
    if (entry === 0) break;
  }
  table.fill(0, index);
}
