import { type Bit, type Builder, bit, type Num, type NumType, typeOf } from "../../rtl/index.js";

/** Registers that move together in the cycles with `go`: the stages of one pipeline. */
export class Pipe {
  constructor(
    readonly m: Builder,
    readonly go: Bit,
  ) {}

  /** A data register; not reset, since the valid bit beside it is. */
  reg(name: string, value: Num, type: NumType = typeOf(value)): Num {
    const register = this.m.reg(name, type, { init: nearestToZero(type), enable: this.go });
    register.next(value);
    return register.q;
  }

  /** A flag of a data register; not reset. */
  flag(name: string, value: Bit): Bit {
    const register = this.m.reg(name, bit(), { init: false, enable: this.go });
    register.next(value);
    return register.q;
  }

  /** A valid bit; reset. */
  valid(name: string, value: Bit): Bit {
    const register = this.m.reg(name, bit(), { reset: false, enable: this.go });
    register.next(value);
    return register.q;
  }

  /** The value `cycles` stages later. */
  delay(name: string, value: Num, cycles: number): Num {
    let late = value;
    if (value.node.kind === "const") return value;
    for (let i = 1; i <= cycles; i++) late = this.reg(cycles === 1 ? name : `${name}_${i}`, late);
    return late;
  }
  delayFlag(name: string, value: Bit, cycles: number): Bit {
    let late = value;
    if (value.node.kind === "const") return value;
    for (let i = 1; i <= cycles; i++) late = this.flag(cycles === 1 ? name : `${name}_${i}`, late);
    return late;
  }
  delayValid(name: string, value: Bit, cycles: number): Bit {
    let late = value;
    for (let i = 1; i <= cycles; i++) late = this.valid(cycles === 1 ? name : `${name}_${i}`, late);
    return late;
  }
}

function nearestToZero(type: NumType): bigint {
  return type.lo > 0n ? type.lo : type.hi < 0n ? type.hi : 0n;
}
