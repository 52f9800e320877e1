import { type CellReader, ONE, UNKNOWN, type Values, ZERO } from "../design.js";
import { multiplySigned, signedWidth } from "./multiply.js";

/** A register of a slice: there (with its enable and reset), or a wire. */
interface Stage {
  present: boolean;
  value: Int32Array;
  enable: number;
  reset: number;
}

/**
 * DSP48E1 as Yosys uses it: optional pre-adder, 25 x 18 multiplier, and the 48-bit three-input adder behind it, with
 * the registers A, B, C, D, AD, M and P; control inputs unregistered. All lanes at once, bit by bit.
 */
export function multiplierSlice(cell: CellReader): void {
  const { design } = cell;
  const cascadeA = cell.textParameter("A_INPUT", "DIRECT") === "CASCADE";
  const cascadeB = cell.textParameter("B_INPUT", "DIRECT") === "CASCADE";
  const [directA, chainedA] = [cell.input("A", 30), cell.input("ACIN", 30)];
  const [directB, chainedB] = [cell.input("B", 18), cell.input("BCIN", 18)];
  const inputs: Inputs = {
    a: cascadeA ? chainedA : directA,
    b: cascadeB ? chainedB : directB,
    c: cell.input("C", 48),
    d: cell.input("D", 25),
    chained: cell.input("PCIN", 48),
    carry: cell.pin("CARRYIN"),
    operation: cell.input("OPMODE", 7),
    adder: cell.input("ALUMODE", 4),
  };
  const registers = registersOf(cell);
  // Without registers Yosys leaves the clock pin open.
  if (Object.values(registers).some(({ present }) => present)) cell.clock("CLK");
  else cell.ignore("CLK");
  const preAdder = cell.textParameter("USE_DPORT", "FALSE") === "TRUE";
  const inputMode = cell.constant("INMODE", 5);
  if (inputMode[0] === 1 || inputMode[4] === 1) throw cell.unmodelled("it multiplies the first of two input registers");
  const cascadeStage = { a: cell.numberParameter("ACASCREG", 1), b: cell.numberParameter("BCASCREG", 1) };
  const outputs = {
    p: cell.output("P", 48),
    chained: cell.output("PCOUT", 48),
    a: cell.output("ACOUT", 30),
    b: cell.output("BCOUT", 18),
  };
  checkRest(cell, inputs.adder);

  const slice = new Slice(inputs, registers, preAdder, inputMode);
  design.resets.push(() => slice.reset());
  design.clocked.push((values) => slice.clock(values));
  const node = (nets: readonly number[], action: (values: Values) => void, depends: readonly number[]) =>
    design.nodes.push({ cell: cell.name, inputs: depends, outputs: nets, action });
  node(
    [...outputs.p, ...outputs.chained],
    (values) => slice.show(values, outputs.p, outputs.chained),
    slice.dependsOn(),
  );
  const cascade = (nets: readonly number[], first: Stage, second: Stage, early: boolean, source: readonly number[]) => {
    const stage = early && first.present ? first : second;
    const show = (values: Values) => {
      for (const [bit, net] of nets.entries()) {
        values[net] = stage.present ? (stage.value[bit] ?? 0) : (values[source[bit] ?? 0] ?? 0);
      }
    };
    node(nets, show, stage.present ? [] : source);
  };
  cascade(outputs.a, registers.a1, registers.a2, cascadeStage.a === 1, inputs.a);
  cascade(outputs.b, registers.b1, registers.b2, cascadeStage.b === 1, inputs.b);
}

interface Inputs {
  a: readonly number[];
  b: readonly number[];
  c: readonly number[];
  d: readonly number[];
  chained: readonly number[];
  carry: number;
  operation: readonly number[];
  adder: readonly number[];
}

type Registers = Record<"a1" | "a2" | "b1" | "b2" | "c" | "d" | "ad" | "m" | "p", Stage>;

function registersOf(cell: CellReader): Registers {
  const count = (name: string, highest: number) => {
    const number = cell.numberParameter(name, 1);
    if (number > highest) throw cell.unmodelled(`its parameter ${name} is ${number}`);
    return number;
  };
  const stage = (present: boolean, width: number, enable: string, reset: string): Stage => ({
    present,
    value: new Int32Array(width),
    enable: cell.pin(enable),
    reset: cell.pin(reset),
  });
  const [a, b] = [count("AREG", 2), count("BREG", 2)];
  return {
    a1: stage(a === 2, 30, "CEA1", "RSTA"),
    a2: stage(a >= 1, 30, "CEA2", "RSTA"),
    b1: stage(b === 2, 18, "CEB1", "RSTB"),
    b2: stage(b >= 1, 18, "CEB2", "RSTB"),
    c: stage(count("CREG", 1) === 1, 48, "CEC", "RSTC"),
    d: stage(count("DREG", 1) === 1, 25, "CED", "RSTD"),
    ad: stage(count("ADREG", 1) === 1, 25, "CEAD", "RSTD"),
    m: stage(count("MREG", 1) === 1, 43, "CEM", "RSTM"),
    p: stage(count("PREG", 1) === 1, 48, "CEP", "RSTP"),
  };
}

/** Everything that is modelled in one state only. */
function checkRest(cell: CellReader, adder: readonly number[]): void {
  for (const name of ["OPMODEREG", "ALUMODEREG", "INMODEREG", "CARRYINREG", "CARRYINSELREG"]) {
    if (cell.numberParameter(name, 1) !== 0) throw cell.unmodelled(`its parameter ${name} is not 0`);
  }
  cell.require({ USE_SIMD: "ONE48", USE_PATTERN_DETECT: "NO_PATDET", AUTORESET_PATDET: "NO_RESET" });
  cell.ignoreParameters("USE_MULT", "SEL_MASK", "SEL_PATTERN", "MASK", "PATTERN");
  if (cell.constant("CARRYINSEL", 3).some((bit) => bit === 1))
    throw cell.unmodelled("its carry is not that of CARRYIN");
  if (adder.slice(2).some((net) => net !== ZERO && net !== UNKNOWN)) throw cell.unmodelled("it is in a logic mode");
  // Controls of registers that are not there, and flags that are not made; the latter, if used, are nets without a driver.
  cell.ignore("CEALUMODE", "CECARRYIN", "CECTRL", "CEINMODE", "RSTALLCARRYIN", "RSTALUMODE", "RSTCTRL", "RSTINMODE");
  cell.ignore("CARRYCASCIN", "MULTSIGNIN", "CARRYCASCOUT", "CARRYOUT", "MULTSIGNOUT", "OVERFLOW", "UNDERFLOW");
  cell.ignore("PATTERNDETECT", "PATTERNBDETECT");
  cell.done();
}

const NOTHING = new Int32Array(30);

class Slice {
  private readonly a = new Int32Array(30);
  private readonly b = new Int32Array(18);
  private readonly c = new Int32Array(48);
  private readonly d = new Int32Array(25);
  private readonly product = new Int32Array(43);
  private readonly sum = new Int32Array(48);
  private readonly factor = new Int32Array(25);
  /** Bits of the factors that are not only copies of the sign: a narrow operand is multiplied in fewer steps. */
  private readonly widths: { a: number; b: number };

  constructor(
    private readonly inputs: Inputs,
    private readonly registers: Registers,
    private readonly preAdder: boolean,
    private readonly inputMode: readonly (0 | 1)[],
  ) {
    this.widths = { a: preAdder ? 25 : signedWidth(inputs.a.slice(0, 25)), b: signedWidth(inputs.b) };
  }

  reset(): void {
    for (const stage of Object.values(this.registers)) stage.value.fill(0);
  }

  /** Inputs that reach P without a register between. */
  dependsOn(): number[] {
    const { inputs, registers, preAdder } = this;
    if (registers.p.present) return [];
    const [multiplied, added] = [canBe(inputs.operation.slice(0, 2), 1), canBe(inputs.operation.slice(0, 2), 3)];
    const throughM = multiplied && !registers.m.present;
    const nets = [inputs.carry, ...inputs.operation, ...inputs.adder, ...inputs.chained];
    if (!registers.c.present) nets.push(...inputs.c);
    if (!registers.b2.present && (throughM || added)) nets.push(...inputs.b);
    if (!registers.a2.present && ((throughM && !(preAdder && registers.ad.present)) || added)) nets.push(...inputs.a);
    if (preAdder && throughM && !registers.d.present && !registers.ad.present) nets.push(...inputs.d);
    return nets.filter((net) => net !== ZERO && net !== ONE && net !== UNKNOWN);
  }

  show(values: Values, p: readonly number[], chained: readonly number[]): void {
    let result = this.registers.p.value;
    if (!this.registers.p.present) {
      this.operands(values);
      this.multiplyOrRegister();
      this.add(values);
      result = this.sum;
    }
    for (let bit = 0; bit < 48; bit++) {
      const value = result[bit] ?? 0;
      values[p[bit] ?? 0] = value;
      values[chained[bit] ?? 0] = value;
    }
  }

  /** The last registers first: each takes what the one before it held until now. */
  clock(values: Values): void {
    const { registers, inputs } = this;
    this.operands(values);
    if (registers.p.present) {
      this.multiplyOrRegister();
      this.add(values);
      advance(registers.p, this.sum, values);
    }
    if (registers.m.present) {
      this.multiply();
      advance(registers.m, this.product, values);
    }
    if (registers.ad.present) {
      this.preAdd();
      advance(registers.ad, this.factor, values);
    }
    if (registers.a2.present)
      advance(registers.a2, registers.a1.present ? registers.a1.value : take(values, inputs.a), values);
    if (registers.a1.present) advance(registers.a1, take(values, inputs.a), values);
    if (registers.b2.present)
      advance(registers.b2, registers.b1.present ? registers.b1.value : take(values, inputs.b), values);
    if (registers.b1.present) advance(registers.b1, take(values, inputs.b), values);
    if (registers.c.present) advance(registers.c, take(values, inputs.c), values);
    if (registers.d.present) advance(registers.d, take(values, inputs.d), values);
  }

  /** What stands behind the registers A, B, C and D. */
  private operands(values: Values): void {
    const { registers, inputs } = this;
    copy(this.a, registers.a2, values, inputs.a);
    copy(this.b, registers.b2, values, inputs.b);
    copy(this.c, registers.c, values, inputs.c);
    copy(this.d, registers.d, values, inputs.d);
  }

  private multiplyOrRegister(): void {
    if (this.registers.m.present) this.product.set(this.registers.m.value);
    else this.multiply();
  }

  /** INMODE: bit 1 takes no A, bit 2 takes D, bit 3 subtracts. */
  private gatedA(): Int32Array {
    return this.inputMode[1] === 1 ? NOTHING : this.a;
  }

  private preAdd(): void {
    const a = this.gatedA();
    const [useD, subtract] = [this.inputMode[2] === 1, this.inputMode[3] === 1 ? -1 : 0];
    let carry = subtract;
    for (let bit = 0; bit < 25; bit++) {
      const [x, y] = [useD ? (this.d[bit] ?? 0) : 0, (a[bit] ?? 0) ^ subtract];
      this.factor[bit] = x ^ y ^ carry;
      carry = (x & y) | (carry & (x ^ y));
    }
  }

  private multiply(): void {
    const { registers, product, widths } = this;
    let a = this.gatedA();
    if (this.preAdder) {
      if (!registers.ad.present) this.preAdd();
      a = registers.ad.present ? registers.ad.value : this.factor;
    }
    multiplySigned(a, widths.a, this.b, widths.b, product);
  }

  /** P = +-(Z) + X + Y + carry, with X, Y and Z chosen by OPMODE and the signs by ALUMODE. */
  private add(values: Values): void {
    const { inputs, registers, sum } = this;
    const control = (nets: readonly number[], bit: number) => values[nets[bit] ?? 0] ?? 0;
    const [o0, o1, o2, o3] = [0, 1, 2, 3].map((bit) => control(inputs.operation, bit)) as [
      number,
      number,
      number,
      number,
    ];
    const [o4, o5, o6] = [4, 5, 6].map((bit) => control(inputs.operation, bit)) as [number, number, number];
    const [xProduct, xP, xAB] = [o0 & ~o1, ~o0 & o1, o0 & o1];
    const [yOnes, yC] = [~o2 & o3, o2 & o3];
    const [zChain, zP, zC] = [o4 & ~o5 & ~o6, ~o4 & o5 & ~o6, o4 & o5 & ~o6];
    const [zP2, zChain17, zP17] = [~o4 & ~o5 & o6, o4 & ~o5 & o6, ~o4 & o5 & o6];
    const [negateZ, negateResult] = [control(inputs.adder, 0), control(inputs.adder, 1)];
    const p = registers.p.value;
    let carry = 0;
    let majority = values[inputs.carry] ?? 0;
    for (let bit = 0; bit < 48; bit++) {
      const own = p[bit] ?? 0;
      const c = this.c[bit] ?? 0;
      const ab = bit < 18 ? (this.b[bit] ?? 0) : (this.a[bit - 18] ?? 0);
      const x = ((this.product[bit < 43 ? bit : 42] ?? 0) & xProduct) | (own & xP) | (ab & xAB);
      const y = yOnes | (c & yC);
      const shifted = Math.min(bit + 17, 47);
      const chain = values[inputs.chained[bit] ?? 0] ?? 0;
      const chain17 = values[inputs.chained[shifted] ?? 0] ?? 0;
      const z =
        negateZ ^
        ((chain & zChain) | (own & (zP | zP2)) | (c & zC) | (chain17 & zChain17) | ((p[shifted] ?? 0) & zP17));
      const half = x ^ y ^ z;
      const part = half ^ majority;
      sum[bit] = negateResult ^ part ^ carry;
      carry = (half & majority) | (carry & part);
      majority = (x & y) | (x & z) | (y & z);
    }
  }
}

/** Whether two bits, of which some may be constant, can have this value. */
function canBe(nets: readonly number[], value: number): boolean {
  return nets.every((net, bit) => {
    const wanted = (value >> bit) & 1;
    return net === ZERO ? wanted === 0 : net === ONE ? wanted === 1 : true;
  });
}

function take(values: Values, nets: readonly number[]): Int32Array {
  return Int32Array.from(nets, (net) => values[net] ?? 0);
}

function copy(target: Int32Array, stage: Stage, values: Values, nets: readonly number[]): void {
  if (stage.present) target.set(stage.value);
  else for (let bit = 0; bit < target.length; bit++) target[bit] = values[nets[bit] ?? 0] ?? 0;
}

function advance(stage: Stage, next: Int32Array, values: Values): void {
  const [enable, keep] = [values[stage.enable] ?? 0, ~(values[stage.reset] ?? 0)];
  const { value } = stage;
  for (let bit = 0; bit < value.length; bit++) {
    value[bit] = (((next[bit] ?? 0) & enable) | ((value[bit] ?? 0) & ~enable)) & keep;
  }
}
