import { resolve } from "node:path";
import {
  type Device,
  defaultActivity,
  device,
  type Estimate,
  estimatePower,
  mostLogicLevels,
  type Plan,
  planAccelerator,
} from "../accelerator/index.js";
import { writeAtomic } from "../toolchain/files.js";
import type { Surroundings } from "./command-context.js";
import type { GeneralOptions } from "./commands/step-command.js";
import type { EstimatedPart, EstimateReport } from "./estimate-report.js";
import { estimateText } from "./estimate-text.js";
import { dutyCycleOf, powerBasis } from "./power-settings.js";
import { clockOf } from "./steps/hardware.js";
import { untrained } from "./untrained.js";

export interface EstimateOptions extends Omit<GeneralOptions, "json"> {
  /** true: on standard output; else the file. */
  readonly json?: true | string;
}

/** Plans the accelerator of a network that nobody has trained, and tells what it would take. */
export async function estimate(
  options: EstimateOptions,
  given: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<void> {
  const { configuration, model } = await untrained(options, given, surroundings);
  const { mode, goal, plan: fixed } = configuration;
  const target = device(configuration.device);
  const basis = await powerBasis(configuration, target, surroundings.folder);
  const plan = planAccelerator(model, { device: target, mode, goal, plan: fixed });
  const clockMHz = clockOf(configuration);
  const power = estimatePower({
    activity: defaultActivity(plan),
    ...basis,
    clockHz: clockMHz * 1e6,
    cycles: plan.cyclesPerInference,
    resources: plan.estimate,
  });
  const latencyMicroseconds = plan.cyclesPerInference / clockMHz;
  const report: EstimateReport = {
    device: target.title,
    clockMHz,
    resources: { ...plan.estimate, budget: budgetOf(target), parts: partsOf(plan) },
    mostLogicLevels: mostLogicLevels[target.family],
    timing: {
      cycles: plan.cyclesPerInference,
      latencyMicroseconds,
      initiationInterval: plan.initiationInterval,
      inferencesPerSecond: (clockMHz * 1e6) / plan.initiationInterval,
    },
    power,
    dutyCycle: dutyCycleOf(configuration, power, latencyMicroseconds * 1e-6, target),
  };
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.json === true) {
    surroundings.stdout.write(json);
    return;
  }
  if (options.json !== undefined) await writeAtomic(resolve(surroundings.folder, options.json), json);
  surroundings.stdout.write(`${estimateText(report)}\n`);
}

function budgetOf({ lut, lutram, ff, dsp, blockRam }: Device): Estimate {
  return { lut, lutram, ff, dsp, blockRam: blockRam.count };
}

/** The rows of the plan, and what is left of the whole: queues between the operators, and the wake logic. */
function partsOf({ report, estimate: whole }: Plan): EstimatedPart[] {
  const parts = report.map(({ name, kind, unit, layout, cyclesPerToken, estimate: own }): EstimatedPart => {
    return { name, kind, unit, lanes: layout, cyclesPerToken, estimate: own };
  });
  const rest = (of: keyof Estimate) => whole[of] - parts.reduce((sum, part) => sum + part.estimate[of], 0);
  const queues = {
    lut: rest("lut"),
    lutram: rest("lutram"),
    ff: rest("ff"),
    dsp: rest("dsp"),
    blockRam: rest("blockRam"),
  };
  return [
    ...parts,
    { name: "queues, wake", kind: "between", unit: null, lanes: "-", cyclesPerToken: null, estimate: queues },
  ];
}
