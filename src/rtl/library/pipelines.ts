import { type Bit, type Builder, type Num, type NumType, range, typeOf } from "../core/public.js";
import { balanced } from "./arithmetic.js";

/** A value after one register. */
export function delayed(m: Builder, name: string, value: Num, options: { enable?: Bit } = {}): Num {
  const type: NumType = typeOf(value);
  const nearest = type.lo > 0n ? type.lo : type.hi < 0n ? type.hi : 0n;
  const reg = m.reg(name, type, { init: nearest, ...options });
  reg.next(value);
  return reg.q;
}

export interface PipelinedSum {
  readonly sum: Num;
  /** Clock edges from the values to their sum. */
  readonly latency: number;
}

/** Levels of a balanced tree over `count` values with a register after every `every` levels. */
export function treeLatency(count: number, every = 1): number {
  return Math.floor(Math.ceil(Math.log2(Math.max(1, count))) / every);
}

/**
 * The exact sum by a balanced tree with a register after every `every` levels (default each): combinational trees grow in
 * Yosys, which merges them into compressors. All registers move while `enable`.
 */
export function pipelinedSum(
  m: Builder,
  name: string,
  values: readonly Num[],
  options: { enable?: Bit; every?: number } = {},
): PipelinedSum {
  const every = options.every ?? 1;
  const enable = options.enable === undefined ? {} : { enable: options.enable };
  const sum = balanced(
    values,
    (a, b) => a.add(b),
    (level, n) =>
      (n + 1) % every === 0 ? level.map((v, i) => delayed(m, `${name}_level_${n + 1}_${i}`, v, enable)) : level,
  );
  return { sum, latency: treeLatency(values.length, every) };
}

export interface Counter {
  readonly value: Num;
  /** High while it stands at its last value. */
  readonly last: Bit;
}

/** Counts 0 .. count-1 and begins again, one step for each cycle with `step`; cleared by the module's reset. */
export function counter(m: Builder, name: string, count: number, step: Bit): Counter {
  const type = range(0, count - 1);
  const reg = m.reg(name, type, { reset: 0, enable: step });
  const last = reg.q.eq(count - 1);
  const up = reg.q.add(1);
  // Where the range ends at a power of two the count wraps by itself.
  reg.next(type.full ? up.wrap(type) : count === 1 ? 0 : m.pick(last, 0, up.fit(type, { when: last.not() })));
  return { value: reg.q, last };
}
