import { limitsOf } from "../commands.js";
import { readNetlist } from "../netlist/format.js";
import type { Ice40ShellOptions } from "./ice40.js";
import { checkNames, XILINX_LIBRARY } from "./synthesize.js";

/**
 * Puts a shell with pads and a clock buffer around a core that `synthesizeXilinx` has made a netlist of, for place and route by nextpnr-xilinx. The core's cells stay
 * what they are.
 *
 * @returns the netlist of both, flattened, as Yosys writes it (JSON)
 * @throws GatecastError of kind "tool": Yosys fails or is stopped
 */
export async function mountXilinx(options: Ice40ShellOptions): Promise<string> {
  const { shell, core, coreNetlist, top, engine } = options;
  const { ports } = readNetlist(coreNetlist, core);
  // The buffer that is put behind the clock's pad must feed the core's flip-flops, too.
  const declared = ports.map(
    ({ name, direction, bits }) =>
      `  ${name === "clock" ? "(* clkbuf_sink *) " : ""}${direction} [${bits.length - 1}:0] ${name}`,
  );
  const stub = { name: "stub.v", text: `module ${core} (\n${declared.join(",\n")}\n);\nendmodule\n` };
  const sources = [shell, { name: "core.json", text: coreNetlist }, stub];
  checkNames({ sources, top });
  const run = await engine.run({
    ...limitsOf(options),
    script: [
      "read_verilog -lib stub.v",
      `read_verilog ${shell.name}`,
      XILINX_LIBRARY,
      `hierarchy -check -top ${top}`,
      `synth_xilinx -family xc7 -flatten -nosrl -top ${top} -run prepare:`,
      `delete =${core}`,
      "read_json core.json",
      `hierarchy -check -top ${top}`,
      "flatten",
      "opt_clean -purge",
      `json -o netlist.json ${top}`,
      "",
    ].join("\n"),
    sources,
    outputs: ["netlist.json"],
  });
  const text = run.files.get("netlist.json") ?? "";
  readNetlist(text, top);
  return text;
}
