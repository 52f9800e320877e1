import { bit, type Multiplier, module, type Num, type NumType, pick, range } from "../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf } from "./beat.js";
import { counter } from "./counter.js";
import { Pipe } from "./pipe.js";
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

/** Rounds to the nearest multiple of 2^shift (halves up), divides by it, and adds `zero`: one addition, one shift. */
export function roundedShift(value: Num, shift: number, zero: number): Num {
  return value.add((1n << BigInt(shift - 1)) + (BigInt(zero) << BigInt(shift))).shr(shift);
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

/** Registers from a sum to its code. */
export const REQUANTISE_LATENCY = 4;

/** Accumulators to codes: clamp(zero + ((acc * multiplier + 2^(shift-1)) >> shift), lo, hi), a multiplier per row. */
export function requantiseModule(parameters: RequantiseParameters) {
  const { name, input, multipliers, shift, zero, lo, hi, rows, multiplier } = parameters;
  const output: Beat = { type: range(lo, hi), lanes: input.lanes };
  const widest = Math.max(...multipliers);
  const factorType: NumType = range(0, widest);
  return module(
    name,
    {
      doc: `Requantiser of ${input.lanes} lane(s): clamp(${zero} + ((sum * multiplier + 2^${shift - 1}) >> ${shift}), ${lo}, ${hi}), ${multipliers.length === 1 ? "one multiplier for all rows" : "a multiplier per row"}. ${REQUANTISE_LATENCY} registers, one beat per cycle.`,
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
        const product = pipe.reg(`product${tail}`, held.mul(factors[lane] ?? 0, multiplier));
        const scaled = pipe.reg(`scaled${tail}`, roundedShift(product, shift, zero));
        return pipe.reg(`code${tail}`, saturated(scaled, lo, hi), output.type);
      });
      const valid = pipe.delayValid("valid", p.x.valid, REQUANTISE_LATENCY);
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(codes, output) } } };
    },
  );
}
