import { digitProductModule, multipleTypes } from "../src/accelerator/parts/digit-product.js";
import { Pipe } from "../src/accelerator/parts/pipe.js";
import { product, productType } from "../src/accelerator/parts/product.js";
import { renderTable } from "../src/report/table.js";
import { bit, emitVerilog, type Module, module, type NumType, pick, range, sint, uint } from "../src/rtl/index.js";
import { synthesizeXilinx } from "../src/toolchain/yosys/synthesize.js";
import { wasmYosys } from "../src/toolchain/yosys/wasm.js";
import type { Bench } from "./common/bench.js";

/** Largest shift of a power-of-two weight of 4 bits: a sign, and 0 or one of seven powers. */
const LARGEST_SHIFT = 6;
const timeLimitSeconds = 300;

/** What a product takes in look-up tables with weights of each kind: why there are no power-of-two weights. */
export const products: Bench = {
  name: "products",
  summary: "look-up tables of a product with ternary, integer and power-of-two weights",
  options: {},
  async run({ quick }, { print, progress }) {
    const rows = [];
    for (const bits of quick ? [4] : [4, 6, 8]) {
      const x = sint(bits);
      progress(`activations of ${bits} bits`);
      rows.push({
        activations: bits,
        ternary: await lutsOf(integerProduct(x, 2)),
        integer3: await lutsOf(integerProduct(x, 3)),
        integer4: await lutsOf(integerProduct(x, 4)),
        powerOfTwo4: await lutsOf(shiftedProduct(x)),
      });
    }
    const right = (title: string) => ({ title, align: "right" as const });
    print(
      renderTable(
        ["activations", "ternary", "integers of 3 bits", "of 4 bits", "powers of two of 4 bits"].map(right),
        rows.map((row) => Object.values(row).map((value, index) => (index === 0 ? `${value} bits` : value))),
      ),
    );
    print("LUTs of one lane with its register; what lanes share (multiples of the activation) is not in it.");
    return { rows };
  },
};

function integerProduct(x: NumType, bits: number): Module {
  const most = 2 ** (bits - 1) - 1;
  const w = range(-most, most);
  if (bits > 2) return digitProductModule(x, w);
  return module(
    "product_ternary",
    { doc: "One lane with ternary weights.", in: { go: bit(), x, w }, out: { product: productType(x, w) } },
    (p, m) => ({ product: new Pipe(m, p.go).reg("held", product(p.x, p.w, "lut"), productType(x, w)) }),
  );
}

/** The activation or its opposite, by the sign, shifted by the exponent; an exponent of 0 stands for the weight 0. */
function shiftedProduct(x: NumType): Module {
  const { minus } = multipleTypes(x);
  const largest = 2n ** BigInt(LARGEST_SHIFT);
  const type = productType(x, range(-largest, largest));
  return module(
    "product_power_of_two",
    {
      doc: "One lane with weights that are 0 or a power of two with a sign.",
      in: { go: bit(), x, minus, negative: bit(), exponent: uint(3) },
      out: { product: type },
    },
    (p, m) => {
      const signed = pick(p.negative, p.minus, p.x);
      const shifted = Array.from({ length: LARGEST_SHIFT + 1 }, (_, by) => signed.shl(by));
      return { product: new Pipe(m, p.go).reg("held", pick(p.exponent, [0, ...shifted]).fit(type), type) };
    },
  );
}

async function lutsOf(top: Module): Promise<number> {
  const sources = emitVerilog(top).map(({ fileName, text }) => ({ name: fileName, text }));
  const { resources } = await synthesizeXilinx({
    ...{ sources, top: top.name, family: "xc7", engine: wasmYosys(), timeLimitSeconds },
    dsp: false,
  });
  return resources.lut;
}
