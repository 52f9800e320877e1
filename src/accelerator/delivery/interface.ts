import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import { isReserved } from "../../rtl/index.js";
import type { Mode } from "../plan.js";

/** What a user of the accelerator sees of it: names and widths of its ports. */
export interface Interface {
  /** Name of the top entity (module), whose ports are std_logic_vector; `<name>_core` is inside. */
  readonly name: string;
  readonly core: string;
  readonly mode: Mode;
  /** n. */
  readonly window: number;
  /** m. */
  readonly inputs: number;
  /** Width of one sample code. */
  readonly sampleBits: number;
  readonly forecastBits: number;
  /** Forecast codes of one inference. */
  readonly outputs: number;
  readonly targets: number;
}

/** @throws GatecastError "hardware" where the name is a reserved word of VHDL or Verilog */
export function interfaceOf(model: IntegerModel, name: string, mode: Mode): Interface {
  if (isReserved(name)) {
    throw new GatecastError(
      "hardware",
      `The accelerator cannot be named "${name}": VHDL or Verilog reserves that word.`,
      {
        remedy: "Choose another name for the top entity.",
        where: { name },
      },
    );
  }
  const { window, inputs, horizon, targets } = model.architecture;
  return {
    name,
    core: `${name}_core`,
    mode,
    window,
    inputs,
    sampleBits: model.precision.samples,
    forecastBits: model.precision.forecast,
    outputs: horizon * targets,
    targets,
  };
}

/** "time step of 3 columns" where there are several, else "sample". */
export function sampleWord({ inputs }: Interface): string {
  return inputs === 1 ? "sample" : `time step of ${inputs} columns`;
}
