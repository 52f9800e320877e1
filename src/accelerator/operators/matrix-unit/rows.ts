import { bit, module, type Num, type NumType, range, uint } from "../../../rtl/index.js";
import { adderTree } from "../../parts/adder-tree.js";
import { type Beat, elementsOf, intervalName, wordType } from "../../parts/beat.js";
import { digitProductModule, multipleTypes } from "../../parts/digit-product.js";
import type { Packing } from "../../parts/packed-product.js";
import { Pipe } from "../../parts/pipe.js";
import { productType } from "../../parts/product.js";

export interface RowSum {
  readonly x: NumType;
  readonly w: NumType;
  /** Columns whose products are made of look-up tables. */
  readonly columns: number;
  /** Columns whose products come ready, each with the packing's offset. */
  readonly packed: number;
  readonly packing: Packing;
}

/** Sums of one row's products in a cycle, those of the packed columns each with their offset. */
export function rowSumType({ x, w, columns, packed, packing }: RowSum): NumType {
  const each = productType(x, w);
  const most = (each.hi + packing.offset) * BigInt(packed);
  return range(each.lo * BigInt(columns), each.hi * BigInt(columns) + most);
}

/** Sum of the products of one row: lanes of look-up tables and products from DSPs, a register behind each level of the tree. */
export function rowSumModule(options: RowSum) {
  const { x, w, columns, packed, packing } = options;
  const types = multipleTypes(x);
  const beat = (type: NumType, lanes = columns): Beat => ({ type, lanes });
  const product = productType(x, w);
  const field = range(0, product.hi + packing.offset);
  const lanes = columns === 0 ? [] : (["x", "triple", "minus"] as const);
  const ports = Object.fromEntries(lanes.map((name) => [name, wordType(beat(types[name]))]));
  return module(
    `row_${columns}_${packed}_${intervalName(x)}_${intervalName(w)}`,
    {
      doc: `Sum of a row's products: ${columns} of look-up tables, ${packed} from DSPs, each of the latter with ${packing.offset} added.`,
      in: {
        go: bit().about("the pipeline moves"),
        ...ports,
        ...(columns > 0 ? { w: wordType(beat(w)) } : {}),
        ...(packed > 0 ? { products: uint(packed * packing.field) } : {}),
      },
      out: { sum: rowSumType(options) },
    },
    (p, m) => {
      const given: Readonly<Record<string, unknown>> = p;
      const word = (name: string) => given[name] as Num;
      const terms: Num[] = [];
      if (columns > 0) {
        const { product: products } = m.repeat("lanes", columns, digitProductModule(x, w), {
          go: p.go,
          x: elementsOf(word("x"), beat(x)),
          triple: elementsOf(word("triple"), beat(types.triple)),
          minus: elementsOf(word("minus"), beat(types.minus)),
          w: elementsOf(word("w"), beat(w)),
        });
        terms.push(...products);
      }
      for (let index = 0; index < packed; index++) {
        const bits = word("products").slice((index + 1) * packing.field - 1, index * packing.field);
        terms.push(bits.fit(field));
      }
      return { sum: adderTree(new Pipe(m, p.go), terms) };
    },
  );
}
