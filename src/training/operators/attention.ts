import type { AttentionOperator } from "../../model/index.js";
import { exp } from "../../numeric/elementary.js";
import { pad4 } from "../engine/workspace.js";
import { floatAttention } from "./attention-float.js";
import { integerAttention } from "./attention-integer.js";
import type { AttentionPlan } from "./attention-products.js";
import { codeBackward, codeForward } from "./code.js";
import { nothing, type Plan } from "./planned.js";

/**
 * Softmax attention, per head: softmax(q k^T / sqrt(d/h)) v. Quantised: the scores as codes, their exponentials from the table of
 * docs/arithmetic.md over their sum; the derivative treats the table as the exponential it samples. Products are of integers where the
 * mode is quantised and the operands are narrow codes, else of floats.
 */
export const planAttention: Plan<AttentionOperator> = (workspace, operator) => {
  const { arena, batch } = workspace;
  const query = workspace.buffers(operator.query);
  const output = workspace.buffers(operator.output);
  const { heads } = operator;
  const tokens = query.tensor.tokens;
  const features = query.tensor.features / heads;
  const entries = 2 ** operator.scoreBits;
  const plan: AttentionPlan = {
    operator,
    query,
    key: workspace.buffers(operator.key),
    value: workspace.buffers(operator.value),
    output,
    tokens,
    paddedTokens: pad4(tokens),
    features,
    quantiser: workspace.quantiser(operator.name, operator.scoreBits, true, false),
    table: arena.floats(entries),
    factor: 1 / Math.sqrt(features),
    raw: arena.floats(batch * heads * tokens * pad4(tokens)),
  };
  const integers = integerAttention(workspace, plan);
  if (integers === null) for (const name of names(operator)) workspace.wantValues(name);
  const floats = floatAttention(workspace, plan);

  return {
    prepare(builder) {
      if (!builder.mode.quantised) return;
      const record = new Float32Array(builder.memory.buffer, workspace.quantiserRecord(plan.quantiser), 1);
      const Entries = integers ? Int16Array : Float32Array;
      const view = new Entries(builder.memory.buffer, plan.table, entries);
      builder.prepare(() => fillTable(view, record[0] ?? 0, operator.exponentialBits));
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
      // Bits 0, 1, 2: the gradients of query, key, value hold a part already.
      const adds = names(operator).reduce(
        (bits, name, index) => bits | (builder.accumulates(name) ? 1 << index : 0),
        0,
      );
      if (builder.mode.quantised && integers) integers.backward(builder, adds);
      else floats.backward(builder, adds);
    },

    finish: nothing,
  };
};

const names = ({ query, key, value }: AttentionOperator): readonly string[] => [query, key, value];

/** table[i] = round((2^bits - 1) exp(-i scale)); once it is 0 it stays 0. */
function fillTable(table: Float32Array | Int16Array, scale: number, bits: number): void {
  const top = 2 ** bits - 1;
  let index = 0;
  for (; index < table.length; index++) {
    const entry = Math.floor(top * exp(-index * scale) + 0.5);
    table[index] = entry;
    if (entry === 0) break;
  }
  table.fill(0, index);
}
