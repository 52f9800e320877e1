import type { NetBit, Netlist } from "../netlist/format.js";

/** The netlist as structural Verilog, for a simulator that has the cell library. */
export function structuralVerilog({ module, ports, cells }: Netlist): string {
  const bit = (value: NetBit) => (typeof value === "number" ? `n[${value}]` : `1'b${value}`);
  const vector = (bits: readonly NetBit[]) => `{${bits.map(bit).reverse().join(", ")}}`;
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
