import { type CellReader, ONE, operand, ZERO } from "../design.js";
import { lutCode } from "../lut.js";

/** SB_LUT4: any function of four inputs. */
export function lut4(cell: CellReader): void {
  const { design } = cell;
  const inputs = [0, 1, 2, 3].map((index) => cell.pin(`I${index}`));
  const table = cell.bitParameter("LUT_INIT", 16, "0").replaceAll("x", String(design.unknown));
  const [output = 0] = cell.output("O");
  cell.done();
  const { statements, result } = lutCode(table, inputs.map(operand));
  design.nodes.push({
    cell: cell.name,
    inputs,
    outputs: [output],
    action: `${statements.join("")}v[${output}]=${result};`,
  });
}

/** SB_CARRY: the majority of its three inputs. */
export function carry(cell: CellReader): void {
  const inputs = [cell.pin("I0"), cell.pin("I1"), cell.pin("CI")];
  const [output = 0] = cell.output("CO");
  cell.done();
  const [a = "", b = "", c = ""] = inputs.map(operand);
  const action = `const a=${a},b=${b};v[${output}]=(a&b)|((a|b)&${c});`;
  cell.design.nodes.push({ cell: cell.name, inputs, outputs: [output], action });
}

/**
 * SB_DFF and its relatives at the rising edge: with enable (E), and with synchronous reset (SR) or set (SS). Unlike in the 7 series, these
 * happen only while the enable is high. All of them power up as 0.
 */
export function flipFlop(cell: CellReader, kind: { enable: boolean; reset?: 0 | 1 }): void {
  const { design } = cell;
  cell.clock("C");
  const enable = kind.enable ? cell.pin("E") : ONE;
  let d = cell.pin("D");
  if (kind.reset !== undefined) {
    const reset = cell.pin(kind.reset === 0 ? "R" : "S");
    const gated = design.newNet();
    const text = kind.reset === 0 ? `${operand(d)}&~${operand(reset)}` : `${operand(d)}|${operand(reset)}`;
    design.nodes.push({ cell: cell.name, inputs: [d, reset], outputs: [gated], action: `v[${gated}]=${text};` });
    d = gated;
  }
  design.flipFlops.push({ d, enable, reset: ZERO, resetValue: 0, q: cell.output("Q")[0] ?? 0, initial: "0" });
  cell.done();
}
