import { codeRange } from "../../model/index.js";
import type { Workspace } from "../engine/workspace.js";
import { gradientLimit, LARGEST, SUM } from "./integer-limits.js";
import type { LinearPlan, LinearProducts } from "./linear-products.js";

/** Floats of the record of a gradient's two steps. */
const STEPS = 4;

/**
 * Products of integers, twice as many an instruction as of floats: codes times codes forward, exactly; backward the gradient, as i16 in
 * steps of its largest magnitude over (at most) 32767 within each block of windows, times codes.
 *
 * Null where an operand or a sum could be too wide, or there is little to multiply.
 */
export function integerProducts(workspace: Workspace, plan: LinearPlan): LinearProducts | null {
  const { operator, input, output, weight, bias, rows, paddedRows, width, products, scales, limit, needsInput } = plan;
  const { tensor } = input;
  if (tensor.kind !== "code" || operator.flatten || operator.bias.perToken || width < 8) return null;
  const { lo, hi } = codeRange(tensor.bits ?? 0, tensor.symmetric);
  const range = hi - lo; // a code minus the zero point is at most that
  const tokens = workspace.blockWindows * products;
  const steps = gradientLimit(tokens * range, paddedRows * limit);
  if (range > LARGEST || limit > LARGEST || width * range * limit > SUM || steps === null) return null;

  const { arena } = workspace;
  const codes = workspace.wantCodes(operator.input);
  const halves = (count: number): number => arena.floats(Math.ceil(count / 2));
  const weightCodes = halves(paddedRows * width);
  const forwardPanels = halves(Math.ceil(rows / 8) * 8 * width);
  const backwardPanels = halves(Math.ceil(width / 8) * 8 * paddedRows);
  const ratios = arena.floats(paddedRows);
  const largest = arena.floats(1);
  const pairs = Math.ceil(tokens / 2);
  workspace.reserveScratch(STEPS + 2 * pairs * paddedRows + 8 * pairs);

  return {
    prepare(builder) {
      const { kernels, mode } = builder;
      const back = mode.backward && needsInput ? backwardPanels : 0;
      const x = workspace.valueOf(weight);
      builder.prepare(() =>
        kernels.encodeWeights(
          x,
          paddedRows,
          width,
          scales,
          limit,
          weightCodes,
          forwardPanels,
          back,
          ratios,
          largest,
          rows,
        ),
      );
    },

    forward(builder) {
      const at = workspace.valueOf(bias);
      const factor = workspace.quantiserRecord(input.quantiser);
      const quantiser = output.quantiser < 0 ? 0 : workspace.quantiserRecord(output.quantiser);
      const readers = workspace.readers(output);
      builder.sharded((block, kernels) => {
        const x = workspace.atCodes(codes, input.size, block);
        const y = workspace.at(output.raw, output.size, block);
        const e = readers.codes && workspace.atCodes(readers.codes, output.size, block);
        const m = block.windows * products;
        kernels.dot(
          x,
          2 * width,
          forwardPanels,
          y,
          4 * paddedRows,
          e,
          m,
          paddedRows,
          width,
          factor,
          0,
          scales,
          at,
          false,
          quantiser,
        );
      });
    },

    backward(builder, adds) {
      const record = workspace.quantiserRecord(input.quantiser);
      builder.sharded((block, kernels) => {
        const x = workspace.atCodes(codes, input.size, block);
        const dx = workspace.at(input.gradient, input.size, block);
        const dy = workspace.at(output.gradient, output.size, block);
        const dw = workspace.partialOf(weight, block);
        const db = workspace.partialOf(bias, block);
        const m = block.windows * products;
        const step = workspace.scratchOf(block);
        const panels = step + 4 * STEPS;
        const dyRows = panels + 4 * pairs * paddedRows;
        const panel = dyRows + 4 * pairs * paddedRows;
        const used = needsInput ? dyRows : 0;
        // The derivative of the output's fake quantisation has left the largest magnitude there.
        const top = output.quantiser < 0 ? 0 : workspace.quantiserPartial(output.quantiser, block) + 8;
        kernels.encodeGradient(dy, m, paddedRows, top, steps, panels, used, ratios, largest, step, db, block.adds);
        kernels.dotTransposed(
          panels,
          x,
          2 * width,
          dw,
          4 * width,
          paddedRows,
          width,
          m,
          step,
          record,
          block.adds,
          panel,
        );
        if (needsInput) {
          kernels.dot(
            dyRows,
            2 * paddedRows,
            backwardPanels,
            dx,
            4 * width,
            0,
            m,
            width,
            paddedRows,
            step + 4,
            0,
            0,
            0,
            adds,
            0,
          );
        }
      });
    },
  };
}
