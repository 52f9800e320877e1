import type { SourceFile } from "../../src/toolchain/yosys/engine.js";
import type { Claim } from "../../src/toolchain/yosys/prove.js";

/**
 * The arithmetic contract (docs/arithmetic.md) as plain Verilog, written apart from the hardware: a single wide expression for each
 * row, of numbers so wide that nothing can overflow, compared with what a module gives.
 */
export interface Specification {
  /** The module to be proved, and the names of its streams of one element. */
  readonly module: string;
  readonly inputs: readonly { readonly port: string; readonly lo: bigint; readonly hi: bigint }[];
  readonly output: { readonly port: string; readonly lo: number; readonly hi: number };
  /** The counter that chooses the constants of a row; none where there is one row. */
  readonly row: string | undefined;
  readonly rows: readonly Row[];
  readonly shift: number;
  /** Added behind the shift. */
  readonly zero: number;
}

/** The sum before the shift: of each input times its factor, and a constant (without the rounding). */
export interface Row {
  readonly factors: readonly number[];
  readonly constant: number;
}

const WIDE = 64;

/** The harness, with an output `equal_N` for each row. */
export function harness(specification: Specification): SourceFile {
  const { module, inputs, output, rows, shift, zero } = specification;
  const bits = (lo: bigint, hi: bigint) => {
    let width = 1;
    while (lo < -(1n << BigInt(width - 1)) || hi >= 1n << BigInt(width - (lo < 0n ? 1 : 0))) width++;
    return width;
  };
  const wide = (value: number | bigint) => `${value < 0 ? "-" : ""}${WIDE}'sd${String(value).replace("-", "")}`;
  const typed = ({ lo, hi }: { lo: bigint; hi: bigint }) => `${lo < 0n ? "signed " : ""}[${bits(lo, hi) - 1}:0]`;
  const outputType = typed({ lo: BigInt(output.lo), hi: BigInt(output.hi) });
  return {
    name: "proof.v",
    text: [
      "module proof (",
      "  input clock,",
      ...inputs.map((input) => `  input ${typed(input)} ${input.port}_data,`),
      "  output inside,",
      `  output ${rows.map((_, row) => `equal_${row}`).join(", ")}`,
      ");",
      `  wire ${outputType} found;`,
      `  ${module} dut (`,
      "    .clock(clock), .reset(1'b0),",
      ...inputs.map(({ port }) => `    .${port}_valid(1'b1), .${port}_data(${port}_data),`),
      `    .${output.port}_ready(1'b1), .${output.port}_data(found)`,
      "  );",
      ...inputs.map(({ port }) => `  wire signed [${WIDE - 1}:0] ${port}_value = ${port}_data;`),
      `  assign inside = ${inputs
        .flatMap(({ port, lo, hi }) => [`${port}_value >= ${wide(lo)}`, `${port}_value <= ${wide(hi)}`])
        .join(" && ")};`,
      ...rows.flatMap(({ factors, constant }, row) => {
        const products = factors.map((factor, index) => `${inputs[index]?.port}_value * ${wide(factor)}`);
        // Rounding adds one half before the division rounds down. Terms in pairs, so that no proof is about the order of a sum.
        let terms = [...products, wide(BigInt(constant) + (1n << BigInt(shift - 1)))];
        while (terms.length > 1) {
          terms = terms.flatMap((term, i) =>
            i % 2 > 0 ? [] : [i + 1 < terms.length ? `(${term} + ${terms[i + 1]})` : term],
          );
        }
        return [
          `  wire signed [${WIDE - 1}:0] sum_${row} = ${terms[0]};`,
          `  wire signed [${WIDE - 1}:0] rounded_${row} = ${wide(zero)} + (sum_${row} >>> ${shift});`,
          `  wire signed [${WIDE - 1}:0] expected_${row} = rounded_${row} < ${wide(output.lo)} ? ${wide(output.lo)} :`,
          `    rounded_${row} > ${wide(output.hi)} ? ${wide(output.hi)} : rounded_${row};`,
          `  wire signed [${WIDE - 1}:0] found_${row} = found;`,
          `  assign equal_${row} = found_${row} == expected_${row};`,
        ];
      }),
      "endmodule",
      "",
    ].join("\n"),
  };
}

/** For each row: whatever is inside the inputs' intervals comes out as the contract says. */
export function claims({ row, rows }: Specification): Claim[] {
  return rows.map((_, value) => ({
    name: `row ${value}`,
    output: `equal_${value}`,
    assuming: "inside",
    state: row === undefined ? [] : [{ register: `dut.${row}`, value }],
  }));
}
