import type { NetBit, Netlist } from "../netlist/format.js";

/** A concatenation, highest bit first; consecutive nets as one range, since a simulator is slow on bits that change one by one. */
function vector(bits: readonly NetBit[]): string {
  const parts: string[] = [];
  for (let low = 0; low < bits.length; ) {
    const first = bits[low];
    let high = low;
    while (typeof first === "number" && bits[high + 1] === first + (high + 1 - low)) high++;
    parts.unshift(typeof first === "number" ? `n[${first + high - low}:${first}]` : `1'b${first}`);
    low = high + 1;
  }
  return `{${parts.join(", ")}}`;
}

/** The netlist as structural Verilog, for a simulator that has the cell library. */
export function structuralVerilog({ module, ports, cells }: Netlist): string {
  const nets = [...ports.flatMap((p) => p.bits), ...cells.flatMap((cell) => Object.values(cell.connections).flat())];
  const highest = Math.max(...nets.filter((net) => typeof net === "number"));
  const parameter = (value: string) => (/^[01x]+$/.test(value) ? `${value.length}'b${value}` : JSON.stringify(value));
  return [
    `module ${module}(${ports.map((p) => `${p.direction} [${p.bits.length - 1}:0] ${p.name}`).join(", ")});`,
    `  wire [${highest}:0] n;`,
    ...ports.map((p) =>
      p.direction === "input" ? `  assign ${vector(p.bits)} = ${p.name};` : `  assign ${p.name} = ${vector(p.bits)};`,
    ),
    ...cells.map((cell) => {
      const parameters = Object.entries(cell.parameters).map(([name, value]) => `.${name}(${parameter(value)})`);
      const pins = Object.entries(cell.connections).map(([name, bits]) => `.${name}(${vector(bits)})`);
      return `  ${cell.type} ${parameters.length > 0 ? `#(${parameters.join(", ")}) ` : ""}${cell.name}(${pins.join(", ")});`;
    }),
    "endmodule",
    "",
  ].join("\n");
}
