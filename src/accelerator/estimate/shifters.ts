import type { NumType } from "../../rtl/index.js";
import { indexBits } from "../parts/counter.js";
import type { Amounts } from "./amounts.js";
import { selectorLuts } from "./luts.js";

/**
 * Requantisers of shifts alone, `lanes` side by side: each bit's choice among up to four shifts shares the look-up table of the rounding,
 * whose sum is as wide as what the least shift leaves. Which shift a row has is a table, unless all have the same.
 *
 * @param shifts of all rows
 */
export function shifters(
  amounts: Amounts,
  input: NumType,
  { shifts, rows, lanes, output }: { shifts: readonly number[]; rows: number; lanes: number; output: number },
): void {
  const kinds = new Set(shifts).size;
  const width = Math.max(output, input.width - Math.min(...shifts) + 1);
  if (kinds > 1) amounts.memory(rows / lanes, lanes * indexBits(kinds), "rom");
  for (let lane = 0; lane < lanes; lane++) {
    amounts.logic("requantiser", 1, 1);
    amounts.logic("requantiser bits", 2 * output, 2 * output);
    amounts.logic("requantiser product", width * Math.max(1, selectorLuts(kinds)), input.width + width);
  }
}
