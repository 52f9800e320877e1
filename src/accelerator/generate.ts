import type { IntegerModel } from "../integer/index.js";
import { emitVerilog, emitVhdl } from "../rtl/index.js";
import { type Accelerator, buildAccelerator, DEFAULT_NAME } from "./assemble.js";
import { type Interface, interfaceOf } from "./delivery/interface.js";
import { deliveryReadme } from "./delivery/readme.js";
import { vhdlTestbench } from "./delivery/testbench.js";
import { verilogWrapper, vhdlTemplate, vhdlWrapper } from "./delivery/wrapper.js";
import type { Plan } from "./plan.js";

/** A generated file; its path is relative to the folder of the delivery. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

export interface Delivery {
  /** The core as a module, for `simulateAccelerator`. */
  readonly top: Accelerator;
  /** Names and widths that a user sees. */
  readonly face: Interface;
  /** VHDL sources in compile order; the last one is the top entity `face.name`. */
  readonly vhdl: readonly GeneratedFile[];
  /** Verilog sources; top module `face.name`. */
  readonly verilog: readonly GeneratedFile[];
  /** Everything to be written: sources, file lists, template, test bench, README. */
  readonly files: readonly GeneratedFile[];
}

/**
 * Generates the accelerator of a model by its plan. The same model and plan give the same bytes.
 *
 * @param options.name of the top entity; default "forecaster"
 * @throws GatecastError "hardware" where the name is no legal one (lower case letters, digits, single underscores)
 */
export function generateAccelerator(
  model: IntegerModel,
  plan: Plan,
  options: { readonly name?: string } = {},
): Delivery {
  const name = options.name ?? DEFAULT_NAME;
  const face = interfaceOf(model, name, plan.mode);
  const top = buildAccelerator(model, plan, name);
  const vhdl = [
    ...emitVhdl(top).map(({ fileName, text }) => ({ path: `vhdl/${fileName}`, text })),
    { path: `vhdl/${name}.vhd`, text: vhdlWrapper(face) },
  ];
  const verilog = [
    ...emitVerilog(top).map(({ fileName, text }) => ({ path: `verilog/${fileName}`, text })),
    { path: `verilog/${name}.v`, text: verilogWrapper(face) },
  ];
  const list = (files: readonly GeneratedFile[]) => `${files.map((file) => file.path).join("\n")}\n`;
  const files: GeneratedFile[] = [
    ...vhdl,
    ...verilog,
    { path: "files.txt", text: list(vhdl) },
    { path: "files_verilog.txt", text: list(verilog) },
    { path: `${name}.vho`, text: vhdlTemplate(face) },
    { path: `testbench/${name}_tb.vhd`, text: vhdlTestbench(face, plan.cyclesPerInference) },
    { path: "README.md", text: deliveryReadme(model, plan, face) },
  ];
  return { top, face, vhdl, verilog, files };
}
