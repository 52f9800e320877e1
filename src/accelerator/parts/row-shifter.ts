import { type Bit, type Builder, type Num, pick } from "../../rtl/index.js";
import { constantLanes } from "./table.js";

/** Rounds a sum of a lane to a multiple of 2^k (halves up), divides by it, and adds `zero`; k is its row's. */
export type RowShifter = (sum: Num, lane: number, zero: number) => Num;

/**
 * The shifts of requantisers without multipliers, a shift k for each row: (sum + 2^(k-1)) >> k = ((sum >> (k-1)) + 1) >> 1, so that what is
 * chosen by the row and then added to is only as wide as the result and one bit. A k below 1 multiplies by 2^-k.
 */
export function rowShifter(
  m: Builder,
  options: {
    /** One for each row, in beats of `lanes`; null where no sum is shifted. */
    readonly shifts: readonly (number | null)[];
    readonly lanes: number;
    /** The beat, one cycle with `go` before its sums are given to the shifter. */
    readonly index: Num;
    readonly go: Bit;
  },
): RowShifter {
  const { shifts, lanes, index, go } = options;
  const ofLane = Array.from({ length: lanes }, (_, lane) => {
    const own = shifts.filter((shift, at): shift is number => shift !== null && at % lanes === lane);
    return [...new Set(own)].sort((a, b) => a - b);
  });
  const chosen = ofLane.some((own) => own.length > 1)
    ? constantLanes(m, "shifts", {
        values: shifts.map((shift, at) => (shift === null ? 0 : (ofLane[at % lanes]?.indexOf(shift) ?? 0))),
        lanes,
        index,
        go,
        doc: `which shift each row has: ${ofLane.map((own) => own.join(", ")).join("; ")}`,
      })
    : [];
  return (sum, lane, zero) => {
    const shifted = (ofLane[lane] ?? []).map((shift) => (shift < 1 ? sum.shl(1 - shift) : sum.shr(shift - 1)));
    const which = chosen[lane];
    const [only] = shifted;
    if (only === undefined) throw new Error(`lane ${lane} has no shift`);
    const twice = which === undefined || shifted.length === 1 ? only : pick(which, shifted);
    return twice.add(1 + 2 * zero).shr(1);
  };
}
