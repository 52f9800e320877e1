import { digitProductModule, multipleTypes } from "../src/accelerator/parts/digit-product.js";
import { Pipe } from "../src/accelerator/parts/pipe.js";
import { longProduct, product, productType } from "../src/accelerator/parts/product.js";
import { scaledSum } from "../src/accelerator/parts/scaled-sum.js";
import { renderTable } from "../src/report/table.js";
import { bit, emitVerilog, type Module, module, type NumType, pick, range, sint, uint } from "../src/rtl/index.js";
import { synthesizeXilinx } from "../src/toolchain/yosys/synthesize.js";
import { wasmYosys } from "../src/toolchain/yosys/wasm.js";
import type { Bench } from "./common/bench.js";

/** Largest shift of a power-of-two weight of 4 bits: a sign, and 0 or one of seven powers. */
const LARGEST_SHIFT = 6;
const timeLimitSeconds = 300;

/** Bits of a code and of the coefficient that a residual sum has for it. */
const residuals = [
  [2, 11],
  [3, 11],
  [4, 12],
  [6, 14],
] as const;
/** Bits of a sum and of the multiplier that requantises it. */
const requantisers = [
  [12, 6],
  [14, 8],
  [11, 10],
  [14, 10],
  [16, 12],
  [20, 16],
] as const;

/** What products take in look-up tables: with weights of each kind (why there are no power-of-two weights), and by digits where one could write `*`. */
export const products: Bench = {
  name: "products",
  summary: "look-up tables of products: weights of each kind; long ones by digits and by `*`",
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
    const long = [
      { of: "code, coefficient", pairs: residuals, made: residual },
      { of: "sum, multiplier", pairs: requantisers, made: requantiser },
    ];
    const longRows = [];
    for (const { of, pairs, made } of long) {
      for (const [x, w] of quick ? pairs.slice(0, 1) : pairs) {
        progress(`${of}: ${x} by ${w} bits`);
        const { digits, star } = made(x, w);
        longRows.push({ of, x, w, digits: await lutsOf(digits), star: await lutsOf(star) });
      }
    }
    print(
      renderTable(
        ["product of", ...["bits", "LUT by digits", "by *"].map(right)],
        longRows.map(({ of, x, w, digits, star }) => [of, `${x} x ${w}`, digits, star]),
      ),
    );
    print("LUTs of one lane with its registers; with a sum's multiplier the addition that rounds is in it.");
    return { rows, long: longRows };
  },
};

interface Pair {
  readonly digits: Module;
  readonly star: Module;
}

/** A product as a residual sum has it. */
function residual(bits: number, coefficientBits: number): Pair {
  // Coefficients are scales: they have no sign.
  const [x, w] = [sint(bits), uint(coefficientBits)];
  const made = (name: string, of: typeof longProduct) =>
    module(name, { doc: "One lane.", in: { go: bit(), x, w }, out: { product: productType(x, w) } }, (p, m) => ({
      product: new Pipe(m, p.go).reg("held", of(p.x, p.w, "lut"), productType(x, w)),
    }));
  return { digits: made("residual_digits", longProduct), star: made("residual_star", (a, b) => a.mul(b, "lut")) };
}

/** A sum that is scaled and rounded to eight bits fewer than the product has. */
function requantiser(sumBits: number, bits: number): Pair {
  const [x, w] = [sint(sumBits), uint(bits)];
  const shift = sumBits + bits - 8;
  const rounding = 1n << BigInt(shift - 1);
  const made = (name: string, multiplier: "lut" | "dsp") => {
    const out = sint(9);
    return module(name, { doc: "One lane.", in: { go: bit(), x, w }, out: { scaled: out } }, (p, m) => {
      const scaling = { factor: p.w, multiplier, rounding, shift, tail: "" };
      return { scaled: scaledSum(new Pipe(m, p.go), p.x, scaling).fit(out) };
    });
  };
  // What is meant for a DSP is written `*`, and becomes look-up tables where synthesis has no DSP.
  return { digits: made("requantiser_digits", "lut"), star: made("requantiser_star", "dsp") };
}

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
