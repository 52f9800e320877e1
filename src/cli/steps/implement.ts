import { boardOf, device } from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import { count, plain } from "../../report/format.js";
import { type HardwareResult, resultFiles } from "../results.js";
import { clockOf, hardwareFolder } from "./hardware.js";
import { type Flow, type ImplementationSettings, settings } from "./implementation/flow.js";
import { ice40Flow } from "./implementation/ice40.js";
import { openXc7Flow } from "./implementation/openxc7.js";
import { vivadoFlow } from "./implementation/vivado.js";
import { readsIntegerModel } from "./integer.js";
import { defineStep } from "./step.js";
import { netlistFile } from "./synthesize.js";

/** Netlist -> placed and routed: what it takes and how fast it is, and a bitstream for a board. */
export const implement = defineStep({
  name: "implement",
  title: "placing and routing",
  settings,
  reads: {
    ...readsIntegerModel,
    generate: [hardwareFolder, resultFiles.hardware],
    synthesize: [netlistFile, resultFiles.synthesis],
  },
  waits: true,
  external: async (settings) => {
    boardOf(device(settings.device), settings.board);
    return flowOf(settings).tools(settings);
  },
  async run(context) {
    const { configuration } = context;
    const hardware: HardwareResult = JSON.parse(await context.readText("generate", resultFiles.hardware));
    const result = await flowOf(configuration).run({ context, hardware, targetMHz: clockOf(configuration) });
    await context.write(resultFiles.implementation, `${JSON.stringify(result, undefined, 2)}\n`);
    if (result.state === "not done") return `not done: ${result.reason}`;
    const { fmaxMHz, targetMHz } = result.clock;
    const reached = fmaxMHz >= targetMHz ? "reached" : "NOT reached";
    const bitstream = result.bitstream === undefined ? "" : `; ${result.bitstream.file} for ${result.bitstream.board}`;
    return `${count(result.used.lut ?? 0)} LUT, ${plain(fmaxMHz)} MHz (${plain(targetMHz)} MHz ${reached})${bitstream}`;
  },
});

/** @throws GatecastError "usage" where the tool does not know the device */
function flowOf({ tool, device: name }: ImplementationSettings): Flow {
  const target = device(name);
  if (target.family === "ice40") {
    if (tool === "auto") return ice40Flow;
    throw new GatecastError("usage", `${tool === "vivado" ? "Vivado" : "openXC7"} knows no ${target.title}.`, {
      remedy: "Leave --tool out: iCE40 is placed and routed by nextpnr.",
      where: { key: "tool", device: name },
    });
  }
  if (tool === "vivado") return vivadoFlow;
  return tool === "openxc7" ? openXc7Flow : noFlow;
}

/** The 7 series without a choice of a tool for it. */
const noFlow: Flow = {
  tools: async () => ({}),
  run: async () => ({
    state: "not done",
    reason: "no tool was chosen (gatecast synthesize --tool vivado, or --tool openxc7)",
    files: [],
  }),
};
