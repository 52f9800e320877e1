import type { Builder } from "../index.js";
import { type Bit, bit, cat, type Module, module, type Num, type NumType, pick, range, sint, uint } from "../index.js";
import { Random } from "./random.js";

export interface ProgramOptions {
  /** How many values it has, about. */
  readonly size: number;
  /** Widest number. */
  readonly width: number;
  /** Depth of instances inside instances. */
  readonly depth: number;
}

const INPUTS = { a: sint(8), b: uint(5), c: range(-3, 12), d: sint(33), e: uint(1), p: bit(), q: bit() };
const OUTPUTS = { w: sint(12), x: uint(9), y: sint(38), z: uint(32), f: bit(), g: bit() };

/** A random module with every kind of value: the same ports for every seed. */
export function randomModule(seed: number, options: ProgramOptions): Module<typeof INPUTS, typeof OUTPUTS> {
  const random = new Random(seed);
  return grow(random, `random_${seed}`, options);
}

function grow(random: Random, name: string, options: ProgramOptions): Module<typeof INPUTS, typeof OUTPUTS> {
  const children = options.depth === 0 ? [] : [grow(random, `${name}_in`, smaller(options))];
  return module(name, { doc: `A random program.`, in: INPUTS, out: OUTPUTS }, (p, m) => {
    const pool = new Pool(random, m, options);
    pool.numbers.push(p.a, p.b, p.c, p.d, p.e);
    pool.bits.push(p.p, p.q);
    const registers = pool.addRegisters();
    pool.addMemories();
    for (let i = 0; i < options.size; i++) {
      pool.addValue();
      if (i === Math.floor(options.size / 2)) for (const child of children) pool.addInstances(child);
    }
    for (const finish of registers) finish();
    pool.finishMemories();
    return {
      w: pool.as(OUTPUTS.w),
      x: pool.as(OUTPUTS.x),
      y: pool.as(OUTPUTS.y),
      z: pool.as(OUTPUTS.z),
      f: pool.recentBit(),
      g: pool.recentBit(),
    };
  });
}

const smaller = (options: ProgramOptions): ProgramOptions => ({
  ...options,
  size: Math.ceil(options.size / 3),
  depth: options.depth - 1,
});

class Pool {
  readonly numbers: Num[] = [];
  readonly bits: Bit[] = [];
  readonly #finish: (() => void)[] = [];
  #named = 0;

  constructor(
    readonly random: Random,
    readonly m: Builder,
    readonly options: ProgramOptions,
  ) {}

  /** Recent values with preference, so that programs grow deep. */
  number(): Num {
    return this.random.of(this.random.chance(60) ? this.numbers.slice(-12) : this.numbers);
  }
  bit(): Bit {
    return this.random.of(this.bits);
  }
  recentBit(): Bit {
    return this.random.of(this.bits.slice(-4));
  }
  /** A recent value in the type, by its low bits. */
  as(type: NumType): Num {
    return this.random.of(this.numbers.slice(-10)).wrap(type);
  }

  type(): NumType {
    const { random } = this;
    const width = 1 + random.below(random.chance(30) ? this.options.width : 12);
    if (random.chance(25)) {
      const lo = random.within(-(1n << BigInt(width)), 1n << BigInt(width));
      return range(lo, lo + random.within(0n, 1n << BigInt(width)));
    }
    return random.chance(50) ? sint(width) : uint(width);
  }
  full(): NumType {
    const width = 1 + this.random.below(this.random.chance(30) ? this.options.width : 12);
    return this.random.chance(50) ? sint(width) : uint(width);
  }
  /** A number brought into any type: by its low bits, then clamped by picks into the interval, as a claim. */
  into(type: NumType): Num {
    const value = this.number().wrap(type.signed ? sint(type.width) : uint(type.width));
    const inside = value.lt(type.lo).or(value.gt(type.hi)).not();
    return pick(inside, value, type.lo).fit(type);
  }

  addRegisters(): (() => void)[] {
    const { random, m } = this;
    return Array.from({ length: 1 + random.below(5) }, (_, i) => {
      if (random.chance(25)) {
        const flag = m.reg(`flag${i}`, bit(), { init: random.chance(50), enable: this.bit() });
        this.bits.push(flag.q);
        return () => flag.next(this.bit());
      }
      const type = this.type();
      const reg = m.reg(`state_${i}`, type, {
        init: random.within(type.lo, type.hi),
        ...(random.chance(50) ? { reset: random.within(type.lo, type.hi) } : {}),
        ...(random.chance(50) ? { enable: this.bit() } : {}),
      });
      this.numbers.push(reg.q);
      return () => reg.next(this.into(type));
    });
  }

  addMemories(): void {
    const { random, m } = this;
    const type = this.full();
    const depth = 1 + random.below(20);
    const bits = Math.max(1, Math.ceil(Math.log2(depth)));
    const init = Array.from({ length: random.below(depth + 1) }, () => random.within(type.lo, type.hi));
    const latency = random.chance(50) ? 1 : 0;
    const style = random.of(
      latency === 1 ? (["block", "distributed", "registers"] as const) : (["registers"] as const),
    );
    const ram = m.mem("buf", { type, depth, init, style, latency });
    const enable = latency === 1 && random.chance(50) ? { enable: this.bit() } : {};
    this.numbers.push(ram.read(this.number().wrap(uint(bits)), enable));
    if (random.chance(40)) this.numbers.push(ram.read(this.number().wrap(uint(bits))));
    this.#finish.push(() =>
      ram.write({ enable: this.bit(), address: this.number().wrap(uint(bits)), data: this.number().wrap(type) }),
    );
    const table = m.mem("table", {
      type: sint(6),
      depth: 8,
      init: Array.from({ length: 8 }, () => random.within(-32n, 31n)),
      style: "rom",
      latency: random.chance(50) ? 1 : 0,
    });
    this.numbers.push(table.read(this.number().wrap(uint(3))));
  }
  finishMemories(): void {
    for (const finish of this.#finish) finish();
  }

  addInstances(child: Module<typeof INPUTS, typeof OUTPUTS>): void {
    const given = () => ({
      a: this.into(INPUTS.a),
      b: this.into(INPUTS.b),
      c: this.into(INPUTS.c),
      d: this.into(INPUTS.d),
      e: this.into(INPUTS.e),
      p: this.bit(),
      q: this.bit(),
    });
    const enable = () => (this.random.chance(50) ? { clockEnable: this.bit() } : {});
    const one = this.m.use("one", child, given(), enable());
    this.numbers.push(one.w, one.x, one.y, one.z);
    this.bits.push(one.f, one.g);
    const [first, second] = [given(), given()];
    const lanes = this.m.repeat(
      "lanes",
      2,
      child,
      { ...first, a: [first.a, second.a], p: [first.p, second.p], d: [first.d, second.d] },
      enable(),
    );
    this.numbers.push(...lanes.w, ...lanes.x, ...lanes.y, ...lanes.z);
    this.bits.push(...lanes.f, ...lanes.g);
  }

  addValue(): void {
    const { random } = this;
    if (random.chance(25)) {
      this.bits.push(this.newBit());
      if (random.chance(30)) this.m.name({ [`flag_${this.#named++}`]: this.bits.slice(-1)[0] ?? this.bit() });
      return;
    }
    let value = this.newNumber();
    if (value.width > this.options.width) value = value.wrap(this.full());
    if (random.chance(30)) this.m.name({ [`value_${this.#named++}`]: value });
    this.numbers.push(value);
  }

  newBit(): Bit {
    const { random } = this;
    const [a, b] = [this.number(), random.chance(30) ? this.constant() : this.number()];
    switch (random.below(8)) {
      case 0:
        return a.eq(b);
      case 1:
        return a.lt(b);
      case 2:
        return a.ge(b);
      case 3:
        return a.bit(random.below(a.width));
      case 4:
        return this.bit().not();
      case 5:
        return this.bit().and(this.bit(), this.bit().not());
      case 6:
        return this.bit().or(this.bit());
      default:
        return random.chance(50) ? this.bit().xor(this.bit()) : pick(this.bit(), this.bit(), this.bit());
    }
  }

  constant(): Num {
    const type = this.type();
    return type.of(this.random.within(type.lo, type.hi));
  }

  newNumber(): Num {
    const { random } = this;
    const a = this.number();
    const b = random.chance(20) ? this.constant() : this.number();
    switch (random.below(14)) {
      case 0:
      case 1:
        return a.add(b);
      case 2:
      case 3:
        return a.sub(b);
      case 4:
        return this.product(a, b);
      case 5:
        return pick(this.bit(), a, b);
      case 6: {
        const index = this.number().wrap(uint(1 + random.below(2)));
        return pick(
          index,
          Array.from({ length: 2 ** index.width + random.below(2) }, () => this.number()),
        );
      }
      case 7: {
        const lo = random.below(a.width);
        return a.slice(lo + random.below(a.width - lo), lo);
      }
      case 8:
        return cat(a, random.chance(50) ? this.bit() : b, ...(random.chance(30) ? [this.bit()] : []));
      case 9:
        return random.chance(50) ? a.shl(1 + random.below(6)) : a.shr(1 + random.below(9));
      case 10:
        return a.wrap(this.full());
      case 11:
        return this.into(this.type());
      case 12: {
        const width = uint(Math.max(a.width, b.width));
        const [x, y] = [a.wrap(width), b.wrap(width)];
        return random.of([() => x.and(y), () => x.or(y), () => x.xor(y), () => x.not()])();
      }
      default:
        return a.neg();
    }
  }

  product(a: Num, b: Num): Num {
    const short = (x: Num): Num => (x.width > 20 ? x.wrap(sint(1 + this.random.below(20))) : x);
    return short(a).mul(short(b), this.random.chance(50) ? "dsp" : "lut");
  }
}
