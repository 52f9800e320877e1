import { bit, type Multiplier, module, type NumType, range } from "../../rtl/index.js";
import { adderTree } from "./adder-tree.js";
import { type Beat, beatName, elementsOf, intervalName, wordType } from "./beat.js";
import { indexBits } from "./counter.js";
import { digitProduct, multiplesEarly } from "./digit-product.js";
import { Pipe } from "./pipe.js";
import { needsMultiplesEarly, product, productType } from "./product.js";

export interface DotProduct {
  /** Elements of both operands side by side. */
  readonly lanes: number;
  readonly x: NumType;
  readonly w: NumType;
  readonly multiplier: Multiplier;
}

/** All sums of `count` products of two intervals. */
export function dotProductType({ lanes, x, w }: DotProduct): NumType {
  const each = productType(x, w);
  return range(each.lo * BigInt(lanes), each.hi * BigInt(lanes));
}

/** Cycles from the products' operands to the sum: a register behind the products and behind each level of the tree. */
export function treeLatency(lanes: number): number {
  return 1 + indexBits(lanes);
}

/** Cycles from the operands to the sum: those of the tree, and one for the multiples of wide operands. */
export function dotProductLatency({ lanes, x, w, multiplier }: DotProduct): number {
  return treeLatency(lanes) + (needsMultiplesEarly(x, w, multiplier) ? 1 : 0);
}

/** One multiplier with a register; with another one before it for the multiples of wide operands. */
export function productModule(x: NumType, w: NumType, multiplier: Multiplier) {
  const early = needsMultiplesEarly(x, w, multiplier);
  return module(
    `product_${intervalName(x)}_${intervalName(w)}_${multiplier}`,
    {
      doc: `One lane: the exact product of two codes, ${early ? "two cycles later; the multiples that its digits choose from have a register" : "one cycle later"}.`,
      in: { go: bit().about("the pipeline moves"), x, w },
      out: { product: productType(x, w) },
    },
    (p, m) => {
      const pipe = new Pipe(m, p.go);
      if (!early) return { product: pipe.reg("held", product(p.x, p.w, multiplier), productType(x, w)) };
      const [wide, narrow] = p.x.width >= p.w.width ? [p.x, p.w] : [p.w, p.x];
      const chosen = digitProduct(multiplesEarly(pipe, wide), pipe.reg("chooser", narrow));
      return { product: pipe.reg("held", chosen, productType(x, w)) };
    },
  );
}

/**
 * Sum of `lanes` products: multipliers side by side, then a tree of adders of exactly the width they need, with a
 * register after each level (a combinational tree would be merged into a larger compressor by synthesis).
 */
export function dotProductModule(options: DotProduct) {
  const { lanes, x, w, multiplier } = options;
  const xs: Beat = { type: x, lanes };
  const ws: Beat = { type: w, lanes };
  return module(
    `dot_${beatName(xs)}_${intervalName(w)}_${multiplier}`,
    {
      doc: `Sum of ${lanes} products, ${dotProductLatency(options)} cycles after its operands: a register behind the products${needsMultiplesEarly(x, w, multiplier) ? " (and before them)" : ""} and behind each level of the adder tree.`,
      in: { go: bit().about("the pipeline moves"), x: wordType(xs), w: wordType(ws) },
      out: { sum: dotProductType(options) },
    },
    (p, m) => {
      const lane = productModule(x, w, multiplier);
      const lanesOut = m.repeat("lanes", lanes, lane, {
        go: p.go,
        x: elementsOf(p.x, xs),
        w: elementsOf(p.w, ws),
      });
      return { sum: adderTree(new Pipe(m, p.go), lanesOut.product) };
    },
  );
}
