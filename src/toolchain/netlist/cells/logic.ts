import { type CellReader, operand } from "../design.js";
import { lutCode } from "../lut.js";

/** LUT1 .. LUT6: any function of `size` inputs, given by INIT. */
export function lut(cell: CellReader, size: number): void {
  const inputs = Array.from({ length: size }, (_, index) => cell.pin(`I${index}`));
  const table = cell.bitParameter("INIT", 1 << size, "0").replaceAll("x", String(cell.design.unknown));
  const output = cell.output("O");
  cell.done();
  const { statements, result } = lutCode(table, inputs.map(operand));
  add(cell, inputs, output, (o) => `${statements.join("")}v[${o}]=${result};`);
}

/** A gate with a single input: buffers, pads and inverters. */
export function unary(cell: CellReader, operator: "" | "~"): void {
  const inputs = cell.input("I");
  const output = cell.output("O");
  cell.ignoreParameters(
    "IOSTANDARD",
    "IBUF_LOW_PWR",
    "CAPACITANCE",
    "DRIVE",
    "SLEW",
    "IBUF_DELAY_VALUE",
    "IFD_DELAY_VALUE",
  );
  cell.done();
  add(cell, inputs, output, (o) => `v[${o}]=${operator}${operand(inputs[0] ?? 0)};`);
}

/** GND and VCC. */
export function constant(cell: CellReader, port: "G" | "P", value: "0" | "-1"): void {
  const output = cell.output(port);
  cell.done();
  add(cell, [], output, (o) => `v[${o}]=${value};`);
}

/** MUXF7, MUXF8: S selects I1. */
export function multiplexer(cell: CellReader): void {
  const inputs = [cell.pin("I0"), cell.pin("I1"), cell.pin("S")];
  const output = cell.output("O");
  cell.done();
  const [low = "", high = "", select = ""] = inputs.map(operand);
  add(cell, inputs, output, (o) => `v[${o}]=${low}^(${select}&(${low}^${high}));`);
}

/** CARRY4: four bits of a carry chain. Each bit is a node of its own, since a bit depends only on those below it. */
export function carry4(cell: CellReader): void {
  const { design } = cell;
  const [select, data] = [cell.input("S", 4), cell.input("DI", 4)];
  const [sums, carries] = [cell.output("O", 4), cell.output("CO", 4)];
  const [carryIn, start] = [cell.pin("CI"), cell.pin("CYINIT")];
  cell.done();
  // The two ways into the chain are never used at once; an unused one is left open or tied to 0.
  let carry = design.newNet();
  add(cell, [carryIn, start], [carry], (o) => `v[${o}]=${operand(carryIn)}|${operand(start)};`);
  for (let bit = 0; bit < 4; bit++) {
    const [s = 0, d = 0, sum = 0, next = 0] = [select[bit], data[bit], sums[bit], carries[bit]];
    const text = `const s=${operand(s)},c=${operand(carry)},d=${operand(d)};` + `v[${sum}]=s^c;v[${next}]=d^(s&(c^d));`;
    design.nodes.push({ cell: cell.name, inputs: [s, d, carry], outputs: [sum, next], action: text });
    carry = next;
  }
}

function add(cell: CellReader, inputs: number[], outputs: number[], text: (output: number) => string): void {
  cell.design.nodes.push({ cell: cell.name, inputs, outputs, action: text(outputs[0] ?? 0) });
}
