import { bit, type Multiplier, module, type Num, type NumType, range, typeOf } from "../../rtl/index.js";
import { type Beat, elementsOf, intervalName, wordOf, wordType } from "./beat.js";
import { digitProduct, multiplesOf } from "./digit-product.js";
import { Pipe } from "./pipe.js";
import { productType } from "./product-type.js";

/** Bits of a factor that are multiplied in one cycle at most: four digits, added one behind the other. */
const MOST_BITS = 8;

interface Scaling {
  /** No sign. */
  readonly factor: Num;
  readonly multiplier: Multiplier;
  /** What is added to the product, as it is beside it. */
  readonly rounding: Num | bigint;
  /** Bits of the result that are left out. */
  readonly shift: number;
  /** Of the registers' names. */
  readonly tail: string;
}

/** Whether a sum is scaled by digits in look-up tables. */
export function scalesByDigits({ width }: Pick<NumType, "width">, multiplier: Multiplier): boolean {
  return multiplier === "lut" && width > 2;
}

/** Bits of a factor that are multiplied side by side: two parts of it or more, of whole digits, the lowest first. */
export function factorParts(width: number): { readonly low: number; readonly bits: number }[] {
  const count = Math.max(2, Math.ceil(width / MOST_BITS));
  const most = 2 * Math.ceil(width / (2 * count));
  return Array.from({ length: Math.ceil(width / most) }, (_, part) => {
    const low = part * most;
    return { low, bits: Math.min(most, width - low) };
  });
}

/** Products of a sum with each part of a factor, side by side. */
function partialProducts(sum: NumType, factor: NumType): Beat {
  const parts = factorParts(factor.width);
  const widest = Math.max(...parts.map(({ bits }) => bits));
  return { type: productType(sum, range(0, 2 ** widest - 1)), lanes: parts.length };
}

/** One lane: those products by digits, with a register. */
function partialProductsModule(sum: NumType, factor: NumType) {
  const parts = factorParts(factor.width);
  const products = partialProducts(sum, factor);
  return module(
    `products_${intervalName(sum)}_${intervalName(factor)}_digits`,
    {
      doc: `One lane in look-up tables: the products of a sum with ${parts.map(({ low, bits }) => (bits > 1 ? `bits ${low + bits - 1} to ${low}` : `bit ${low}`)).join(", ")} of a factor, one cycle later. Each pair of bits chooses a multiple of the sum.`,
      in: { go: bit().about("the pipeline moves"), sum, factor },
      out: { products: wordType(products) },
    },
    (p, m) => {
      const pipe = new Pipe(m, p.go);
      const multiples = multiplesOf(p.sum);
      const held = parts.map(({ low, bits }) => {
        const product = digitProduct(multiples, p.factor.slice(low + bits - 1, low));
        return pipe.reg(`product_${low}`, product).fit(products.type);
      });
      return { products: wordOf(held, products) };
    },
  );
}

/**
 * (sum * factor + rounding) >> shift, two registers behind the sum. In look-up tables parts of the factor are multiplied by digits, side by side, and added in the
 * second cycle, with what rounds: a quarter to a half of what `*` takes (`npm run bench -- products`).
 */
export function scaledSum(pipe: Pipe, sum: Num, { factor, multiplier, rounding, shift, tail }: Scaling): Num {
  if (!scalesByDigits(factor, multiplier)) {
    const product = pipe.reg(`product${tail}`, sum.mul(factor, multiplier));
    return pipe.reg(`scaled${tail}`, product.add(rounding).shr(shift));
  }
  const [x, w] = [typeOf(sum), typeOf(factor)];
  const { products } = pipe.m.use(`product${tail}`, partialProductsModule(x, w), { go: pipe.go, sum, factor });
  const parts = factorParts(factor.width);
  const shifted = elementsOf(products, partialProducts(x, w)).map((product, part) =>
    product.shl(parts[part]?.low ?? 0),
  );
  const [first, ...rest] = shifted;
  if (first === undefined) throw new Error("a factor of no bits");
  const rounded = rest.reduce((total, product) => total.add(product), first.add(rounding));
  return pipe.reg(`scaled${tail}`, rounded.shr(shift));
}
