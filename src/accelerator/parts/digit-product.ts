import { bit, module, type Num, type NumType, pick, range, typeOf } from "../../rtl/index.js";
import { intervalName } from "./beat.js";
import { Pipe } from "./pipe.js";
import { productType } from "./product-type.js";

/** Multiples of an operand that the digits of the other one choose from; made once for all lanes that share it. */
export interface Multiples {
  readonly x: Num;
  /** 3 x. */
  readonly triple: Num;
  /** -x, for the digit with the sign. */
  readonly minus: Num;
}

export function multiplesOf(x: Num): Multiples {
  return { x, triple: x.add(x.shl(1)), minus: x.neg() };
}

/** The multiples a cycle later, from registers. */
export function multiplesEarly(pipe: Pipe, x: Num, tail = ""): Multiples {
  const { triple, minus } = multiplesOf(x);
  return {
    x: pipe.reg(`once${tail}`, x),
    triple: pipe.reg(`triple${tail}`, triple),
    minus: pipe.reg(`minus${tail}`, minus),
  };
}

/** Types of the multiples. */
export function multipleTypes(x: NumType) {
  return { x, triple: range(x.lo * 3n, x.hi * 3n), minus: range(-x.hi, -x.lo) };
}

/**
 * The exact product in look-up tables: each pair of bits of the weight chooses among 0, x, 2x and 3x (one LUT6 a bit), and
 * the choices are added. 12 LUTs for 4 x 4 bits where `*` takes 26 (Yosys 0.23, synth_xilinx -nodsp), with the multiples shared.
 */
export function digitProduct({ x, triple, minus }: Multiples, w: Num): Num {
  const terms: Num[] = [];
  // With an odd number of bits the lowest is a digit of its own: nothing is added to what it chooses.
  if (w.width % 2 === 1) terms.push(pick(w.bit(0), w.width === 1 && w.type.signed ? minus : x, 0));
  for (let low = w.width % 2; low < w.width; low += 2) {
    const signed = low + 2 === w.width && w.type.signed;
    const choices = signed ? [0, x, minus.shl(1), minus] : [0, x, x.shl(1), triple];
    terms.push(pick(w.slice(low + 1, low), choices).shl(low));
  }
  const [first, ...rest] = terms;
  if (first === undefined) throw new Error("a weight of no bits");
  // One behind the other, not as a tree: an addition's LUT6 then has room for the choice of its second operand.
  return rest.reduce((sum, term) => sum.add(term), first).fit(productType(typeOf(x), typeOf(w)));
}

/** One lane: a product by digits with a register. */
export function digitProductModule(x: NumType, w: NumType) {
  const types = multipleTypes(x);
  return module(
    `product_${intervalName(x)}_${intervalName(w)}_digits`,
    {
      doc: "One lane in look-up tables: each pair of bits of the weight chooses a multiple of the code, and their sum is the exact product, one cycle later.",
      in: { go: bit().about("the pipeline moves"), ...types, w },
      out: { product: productType(x, w) },
    },
    (p, m) => ({ product: new Pipe(m, p.go).reg("held", digitProduct(p, p.w), productType(x, w)) }),
  );
}
