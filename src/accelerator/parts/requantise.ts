import { pureShifts } from "../../integer/index.js";
import { bit, type Multiplier, module, type Num, type NumType, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf } from "./beat.js";
import { counter } from "./counter.js";
import { Pipe } from "./pipe.js";
import { rowShifter } from "./row-shifter.js";
import { scaledSum } from "./scaled-sum.js";
import { constantLanes } from "./table.js";

/** The value held within lo..hi. */
export function saturated(value: Num, lo: number, hi: number): Num {
  const type = range(lo, hi);
  if (type.contains(value.type)) return value.fit(type);
  const tooLow = value.lt(lo);
  const tooHigh = value.gt(hi);
  const inside = value.fit(type, { when: tooLow.or(tooHigh).not() });
  return pick(tooLow, lo, pick(tooHigh, hi, inside));
}

/** What is added and left out to round to the nearest multiple of 2^shift (halves up), divide by it, and add `zero`. */
export function toNearest(shift: number, zero: number) {
  return { shift, rounding: (1n << BigInt(shift - 1)) + (BigInt(zero) << BigInt(shift)) };
}

export interface RequantiseParameters {
  readonly name: string;
  readonly input: Beat;
  readonly multipliers: readonly number[];
  readonly shift: number;
  readonly zero: number;
  readonly lo: number;
  readonly hi: number;
  /** Rows of a token: features, in the order in which they arrive. */
  readonly rows: number;
  readonly multiplier: Multiplier;
}

/** Registers from a sum to its code: sum, product, scaled, code; without the product where shifts do. */
export function requantiseLatency(by: Pick<RequantiseParameters, "multipliers" | "shift">): number {
  return pureShifts(by) === null ? 4 : 3;
}

/** Accumulators to codes: clamp(zero + ((acc * multiplier + 2^(shift-1)) >> shift), lo, hi), a multiplier per row. */
export function requantiseModule(parameters: RequantiseParameters) {
  const shifts = pureShifts(parameters);
  return shifts ? shiftModule(parameters, shifts) : multiplyModule(parameters);
}

/** Where all multipliers are powers of two: clamp(zero + ((acc + 2^(k-1)) >> k), lo, hi), a shift k per row. */
function shiftModule({ name, input, zero, lo, hi, rows }: RequantiseParameters, shifts: readonly number[]) {
  const output: Beat = { type: range(lo, hi), lanes: input.lanes };
  const kinds = [...new Set(shifts)].sort((a, b) => a - b);
  return module(
    name,
    {
      doc: `Requantiser of ${input.lanes} lane(s) without multiplier: clamp(${zero} + ((sum + 2^(k - 1)) >> k), ${lo}, ${hi}), k = ${kinds.join(" or ")}${kinds.length === 1 ? " for all rows" : " by the row"}. 3 registers, one beat per cycle.`,
      in: { x: beatStream(input, "accumulators") },
      out: { y: beatStream(output, "codes") },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      p.x.accept(go.value);
      const take = p.x.valid.and(go.value);
      const all = kinds.length === 1 ? new Array<number>(input.lanes).fill(kinds[0] ?? 1) : shifts;
      const row = counter(m, "row", kinds.length === 1 ? 1 : rows / input.lanes, take);
      const shifter = rowShifter(m, { shifts: all, lanes: input.lanes, index: row.value, go: go.value });
      const codes = elementsOf(p.x.data.data, input).map((sum, lane) => {
        const tail = input.lanes === 1 ? "" : `_${lane}`;
        const held = pipe.reg(`sum${tail}`, sum);
        const scaled = pipe.reg(`scaled${tail}`, shifter(held, lane, zero));
        return pipe.reg(`code${tail}`, saturated(scaled, lo, hi), output.type);
      });
      const valid = pipe.delayValid("valid", p.x.valid, 3);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(codes, output) } } };
    },
  );
}

function multiplyModule(parameters: RequantiseParameters) {
  const { name, input, multipliers, shift, zero, lo, hi, rows, multiplier } = parameters;
  const latency = 4;
  const output: Beat = { type: range(lo, hi), lanes: input.lanes };
  const widest = Math.max(...multipliers);
  const factorType: NumType = range(0, widest);
  return module(
    name,
    {
      doc: `Requantiser of ${input.lanes} lane(s): clamp(${zero} + ((sum * multiplier + 2^${shift - 1}) >> ${shift}), ${lo}, ${hi}), ${multipliers.length === 1 ? "one multiplier for all rows" : "a multiplier per row"}. ${latency} registers, one beat per cycle.`,
      in: { x: beatStream(input, "accumulators") },
      out: { y: beatStream(output, "codes") },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      p.x.accept(go.value);
      const take = p.x.valid.and(go.value);
      const row = counter(m, "row", multipliers.length === 1 ? 1 : rows / input.lanes, take);
      const factors =
        multipliers.length === 1
          ? Array.from({ length: input.lanes }, () => factorType.of(widest))
          : constantLanes(m, "multipliers", {
              values: multipliers,
              lanes: input.lanes,
              index: row.value,
              go: go.value,
              doc: "multiplier of each row",
            });
      const codes = elementsOf(p.x.data.data, input).map((sum, lane) => {
        const tail = input.lanes === 1 ? "" : `_${lane}`;
        const held = pipe.reg(`sum${tail}`, sum);
        const factor = factors[lane] ?? factorType.of(0);
        const scaled = scaledSum(pipe, held, { ...toNearest(shift, zero), factor, multiplier, tail });
        return pipe.reg(`code${tail}`, saturated(scaled, lo, hi), output.type);
      });
      const valid = pipe.delayValid("valid", p.x.valid, latency);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(codes, output) } } };
    },
  );
}
