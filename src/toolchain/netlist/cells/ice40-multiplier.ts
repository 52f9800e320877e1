import { type CellReader, type Design, ONE, UNKNOWN, type Values, ZERO } from "../design.js";
import { multiplySigned, signedWidth } from "./multiply.js";

/** What a half of the adder takes as its first operand, and what it gives out. */
interface Half {
  /** 0: A or B itself; 2: its half of the product; 3 (upper half only): the sign of the lower half's operand. */
  readonly lower: number;
  /** True: C or D is added; false: what the register holds. */
  readonly direct: boolean;
  /** 0: the sum; 1: the register behind it; 3: the product. */
  readonly output: number;
  readonly subtract: number;
  readonly load: number;
  readonly hold: number;
  readonly register: Int32Array;
}

/** A register of an operand: there, with the net that holds it, or a wire. */
interface Operand {
  readonly nets: readonly number[];
  readonly present: boolean;
  readonly hold: number;
  readonly value: Int32Array;
}

/**
 * SB_MAC16 as Yosys uses it: a product of 16 x 16 bits, two adders of 16 bits behind it (one of 32 bits, where the carry goes from the lower to the
 * upper), and the registers A, B, C, D, those within the multiplier, and those of the sums. No resets, no 8 x 8 products, no cascades.
 */
export function multiplier(cell: CellReader): void {
  const { design } = cell;
  cell.require({ NEG_TRIGGER: 0, MODE_8x8: 0 });
  const operand = (port: string): Operand => {
    const nets = cell.input(port, 16);
    const present = cell.numberParameter(`${port}_REG`, 0) === 1;
    return { nets, present, hold: low(cell.pin(`${port}HOLD`)), value: new Int32Array(16) };
  };
  const [a, b, c, d] = [operand("A"), operand("B"), operand("C"), operand("D")];
  const signed = { a: cell.numberParameter("A_SIGNED", 0) === 1, b: cell.numberParameter("B_SIGNED", 0) === 1 };
  const stage = (...names: string[]): boolean => {
    const [first, ...rest] = names.map((name) => cell.numberParameter(name, 0));
    if (rest.some((one) => one !== first)) throw cell.unmodelled(`${names.join(", ")} are not equal`);
    return first === 1;
  };
  const early = stage("TOP_8x8_MULT_REG", "BOT_8x8_MULT_REG", "PIPELINE_16x16_MULT_REG1");
  const late = stage("PIPELINE_16x16_MULT_REG2");
  const half = (name: "TOP" | "BOT"): Half => {
    const lower = cell.numberParameter(`${name}ADDSUB_LOWERINPUT`, 0);
    const output = cell.numberParameter(`${name}OUTPUT_SELECT`, 0);
    if (lower === 1 || (lower === 3 && name === "BOT")) throw cell.unmodelled(`its adder ${name} takes input ${lower}`);
    if (output === 2) throw cell.unmodelled(`its output ${name} is a product of 8 x 8 bits`);
    return {
      lower,
      output,
      direct: cell.numberParameter(`${name}ADDSUB_UPPERINPUT`, 0) === 1,
      subtract: low(cell.pin(`ADDSUB${name}`)),
      load: low(cell.pin(`OLOAD${name}`)),
      hold: low(cell.pin(`OHOLD${name}`)),
      register: new Int32Array(16),
    };
  };
  const [top, bottom] = [half("TOP"), half("BOT")];
  const carries = {
    top: cell.numberParameter("TOPADDSUB_CARRYSELECT", 0),
    bottom: cell.numberParameter("BOTADDSUB_CARRYSELECT", 0),
  };
  if (carries.bottom > 1) throw cell.unmodelled("its carry comes from another cell");
  const enable = cell.pin("CE");
  for (const port of ["IRSTTOP", "IRSTBOT", "ORSTTOP", "ORSTBOT"]) {
    if (cell.constant(port)[0] === 1) throw cell.unmodelled(`its reset ${port} is held`);
  }
  const outputs = cell.output("O", 32);
  const registered = [a, b, c, d].some(({ present }) => present) || early || late;
  if (registered || top.output === 1 || bottom.output === 1 || !top.direct || !bottom.direct) cell.clock("CLK");
  else cell.ignore("CLK");
  // Cascades are not made; an output of them that something uses is a net without driver.
  cell.ignore("CI", "ACCUMCI", "SIGNEXTIN", "CO", "ACCUMCO", "SIGNEXTOUT");
  cell.done();

  const unit = new Unit({ a, b, c, d }, signed, early, late, top, bottom, carries, enable === UNKNOWN ? ONE : enable);
  design.resets.push(() => unit.reset(design));
  design.clocked.push((values) => unit.clock(values));
  for (const [first, which] of [
    [0, bottom],
    [16, top],
  ] as const) {
    const nets = outputs.slice(first, first + 16);
    design.nodes.push({
      cell: cell.name,
      inputs: unit.dependsOn(which),
      outputs: nets,
      action: (values) => {
        const result = unit.output(values, which);
        for (let bit = 0; bit < 16; bit++) values[nets[bit] ?? 0] = result[bit] ?? 0;
      },
    });
  }
}

/** Yosys leaves controls open that have no effect: they count as low. */
function low(net: number): number {
  return net === UNKNOWN ? ZERO : net;
}

class Unit {
  private readonly product = new Int32Array(32);
  private readonly stages = { early: new Int32Array(32), late: new Int32Array(32) };
  private readonly sums = { top: new Int32Array(16), bottom: new Int32Array(16) };
  private readonly factors = { a: new Int32Array(17), b: new Int32Array(17) };
  private readonly widths: { readonly a: number; readonly b: number };
  /** Carry out of the lower adder, in each lane. */
  private carry = 0;

  constructor(
    private readonly operands: Readonly<Record<"a" | "b" | "c" | "d", Operand>>,
    private readonly signed: { readonly a: boolean; readonly b: boolean },
    private readonly early: boolean,
    private readonly late: boolean,
    private readonly top: Half,
    private readonly bottom: Half,
    private readonly carries: { readonly top: number; readonly bottom: number },
    private readonly enable: number,
  ) {
    // An unsigned operand has a sign bit of 0 above its 16 bits.
    const width = ({ nets }: Operand, isSigned: boolean) => signedWidth(isSigned ? nets : [...nets, ZERO]);
    this.widths = { a: width(operands.a, signed.a), b: width(operands.b, signed.b) };
  }

  reset(design: Design): void {
    const start = design.unknown === 1 ? -1 : 0;
    for (const { value } of Object.values(this.operands)) value.fill(start);
    for (const stage of Object.values(this.stages)) stage.fill(start);
    for (const { register } of [this.top, this.bottom]) register.fill(start);
  }

  /** Inputs that reach an output half without a register between. */
  dependsOn(half: Half): number[] {
    if (half.output === 1) return [];
    const { operands, top, bottom } = this;
    const nets = new Set<number>();
    const direct = ({ nets: own, present }: Operand) => {
      if (!present) for (const net of own) nets.add(net);
    };
    const product = () => {
      if (this.early || this.late) return;
      direct(operands.a);
      direct(operands.b);
    };
    const adder = (one: Half) => {
      for (const net of [one.subtract, one.load]) nets.add(net);
      if (one.lower === 2) product();
      else if (one.lower === 0) direct(one === top ? operands.a : operands.b);
      if (one.direct || one.load !== ZERO) direct(one === top ? operands.c : operands.d);
      if (one === top && (this.carries.top >= 2 || one.lower === 3)) adder(bottom);
    };
    if (half.output === 3) product();
    else adder(half);
    return [...nets].filter((net) => net > UNKNOWN);
  }

  output(values: Values, half: Half): Int32Array {
    if (half.output === 1) return half.register;
    if (half.output === 3) {
      const whole = this.multiplied(values);
      return half === this.top ? whole.subarray(16) : whole.subarray(0, 16);
    }
    this.add(values);
    return half === this.top ? this.sums.top : this.sums.bottom;
  }

  clock(values: Values): void {
    const { operands, top, bottom, stages } = this;
    const enabled = values[this.enable] ?? 0;
    this.add(values);
    take(top.register, this.sums.top, enabled & ~(values[top.hold] ?? 0));
    take(bottom.register, this.sums.bottom, enabled & ~(values[bottom.hold] ?? 0));
    if (this.late) take(stages.late, this.early ? stages.early : this.multiply(values), enabled);
    if (this.early) take(stages.early, this.multiply(values), enabled);
    for (const { present, nets, hold, value } of Object.values(operands)) {
      if (!present) continue;
      const change = enabled & ~(values[hold] ?? 0);
      for (let bit = 0; bit < 16; bit++) {
        value[bit] = ((values[nets[bit] ?? 0] ?? 0) & change) | ((value[bit] ?? 0) & ~change);
      }
    }
  }

  private bit({ present, nets, value }: Operand, values: Values, bit: number): number {
    return present ? (value[bit] ?? 0) : (values[nets[bit] ?? 0] ?? 0);
  }

  /** The product as the adders see it. */
  private multiplied(values: Values): Int32Array {
    if (this.late) return this.stages.late;
    return this.early ? this.stages.early : this.multiply(values);
  }

  private multiply(values: Values): Int32Array {
    const { operands, factors, signed, widths } = this;
    for (let bit = 0; bit < 16; bit++) {
      factors.a[bit] = this.bit(operands.a, values, bit);
      factors.b[bit] = this.bit(operands.b, values, bit);
    }
    factors.a[16] = signed.a ? (factors.a[15] ?? 0) : 0;
    factors.b[16] = signed.b ? (factors.b[15] ?? 0) : 0;
    multiplySigned(factors.a, widths.a, factors.b, widths.b, this.product);
    return this.product;
  }

  /** Both sums: first operand + (second ^ subtract) + carry, inverted where it subtracts; or C and D, where they are loaded. */
  private add(values: Values): void {
    const { operands, top, bottom, carries, sums } = this;
    const needed = top.lower === 2 || bottom.lower === 2;
    const product = needed ? this.multiplied(values) : this.product;
    let sign = 0;
    const half = (one: Half, own: Operand, other: Operand, first: number, sum: Int32Array, carryIn: number): number => {
      const [subtract, load] = [values[one.subtract] ?? 0, values[one.load] ?? 0];
      let carry = carryIn;
      const fill = sign;
      for (let bit = 0; bit < 16; bit++) {
        const x = one.lower === 2 ? (product[first + bit] ?? 0) : one.lower === 3 ? fill : this.bit(own, values, bit);
        const direct = this.bit(other, values, bit);
        const y = (one.direct ? direct : (one.register[bit] ?? 0)) ^ subtract;
        const odd = x ^ y;
        sum[bit] = ((odd ^ carry ^ subtract) & ~load) | (direct & load);
        carry = (x & y) | (carry & odd);
        sign = x;
      }
      return carry;
    };
    this.carry = half(bottom, operands.b, operands.d, 0, sums.bottom, carries.bottom === 1 ? -1 : 0);
    const into = [0, -1, this.carry, this.carry ^ (values[bottom.subtract] ?? 0)][carries.top] ?? 0;
    half(top, operands.a, operands.c, 16, sums.top, into);
  }
}

function take(register: Int32Array, next: Int32Array, lanes: number): void {
  for (let bit = 0; bit < register.length; bit++) {
    register[bit] = ((next[bit] ?? 0) & lanes) | ((register[bit] ?? 0) & ~lanes);
  }
}
