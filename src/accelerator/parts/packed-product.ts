import { bit, cat, module, type Num, type NumType, range, sint, uint } from "../../rtl/index.js";
import { intervalName } from "./beat.js";
import { Pipe } from "./pipe.js";
import { productType } from "./product-type.js";

/** Widths of the multiplier of a DSP48E1, signed. */
const DSP_WIDE = 25;
const DSP_NARROW = 18;

/** How several weights share one operand of a DSP: in fields that hold their products with the code, made non-negative. */
export interface Packing {
  /** Weights side by side. */
  readonly count: number;
  /** Bits of a field. */
  readonly field: number;
  /** Added to each product, so that no field borrows from the next. */
  readonly offset: bigint;
}

/** The most weights, at most `most`, whose products with one code fit a DSP48E1; one at least. */
export function packingOf(x: NumType, w: NumType, most: number): Packing {
  const each = productType(x, w);
  const offset = each.lo < 0n ? -each.lo : 0n;
  const field = (each.hi + offset).toString(2).length;
  let count = 1;
  while (count < most && count * field + w.width <= DSP_WIDE && x.width + (x.signed ? 0 : 1) <= DSP_NARROW) count++;
  while (most % count !== 0) count--;
  return { count, field, offset };
}

/** Weights of one code each, packed: cycle 1 puts the weights together, cycle 2 multiplies. */
export const PACKED_LATENCY = 2;

/**
 * Products of one code with several weights in one DSP: (w0 + w1 2^f + w2 2^2f ...) x + (1 + 2^f + 2^2f ...) offset, whose fields of f
 * bits are the products, each with the offset added.
 */
export function packedProductModule(x: NumType, w: NumType, packing: Packing) {
  const { count, field, offset } = packing;
  const sum = range(0, (1n << BigInt(count * field)) - 1n);
  return module(
    `packed_${count}x_${intervalName(x)}_${intervalName(w)}`,
    {
      doc: `${count} products of one code in one multiplier: the weights stand ${field} bits apart in one operand, and ${offset} is added to each product so that no field borrows from the next. Weights first, the code one cycle later; products ${PACKED_LATENCY} cycles after the weights.`,
      in: {
        go: bit().about("the pipeline moves"),
        x: x.about("one cycle after its weights"),
        w: uint(count * w.width),
      },
      out: { products: uint(count * field) },
    },
    (p, m) => {
      const pipe = new Pipe(m, p.go);
      let borrow: Num | undefined;
      const fields: Num[] = [];
      for (let index = 0; index < count; index++) {
        const weight = p.w
          .slice((index + 1) * w.width - 1, index * w.width)
          .wrap(sint(w.width))
          .fit(w);
        const value = borrow ? weight.sub(borrow) : weight;
        fields.unshift(index === count - 1 ? value.wrap(uint(value.width)) : value.wrap(sint(field)).wrap(uint(field)));
        borrow = value.negative().number();
      }
      const operand = count === 1 ? fields[0] : cat(...fields);
      if (operand === undefined) throw new Error("a packing of nothing");
      const packed = pipe.reg("packed_weights", operand.wrap(sint(operand.width)));
      let offsets = 0n;
      for (let index = 0; index < count; index++) offsets += offset << BigInt(index * field);
      const product = packed.mul(p.x, "dsp").add(offsets);
      return { products: pipe.reg("products", product.fit(sum), sum).wrap(uint(count * field)) };
    },
  );
}
