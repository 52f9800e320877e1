import type { IntegerModel } from "../../integer/index.js";
import { codeRange } from "../../model/index.js";
import { clamp, roundHalfAway } from "../../numeric/integers.js";
import type { Plan } from "../plan.js";
import { type Interface, sampleWord } from "./interface.js";

/** A number as a short decimal that a reader can type. */
function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** "1 head", "2 heads". */
function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** " + 3" or " - 3": a term that is added. */
function plus(value: number): string {
  return value < 0 ? `- ${decimal(-value)}` : `+ ${decimal(value)}`;
}

function conversionTable(rows: readonly { column: string; gain: number; offset: number }[], name: string): string[] {
  return [
    `| ${name} | gain | offset |`,
    "|---|---|---|",
    ...rows.map(({ column, gain, offset }) => `| ${column} | ${decimal(gain)} | ${decimal(offset)} |`),
  ];
}

/** A worked example from the model's own numbers: a value in the middle of the range of codes. */
function example(model: IntegerModel): string[] {
  const [sample] = model.samples;
  const [forecast] = model.forecast;
  if (!sample || !forecast) throw new Error("a model without conversions");
  const value = Number(((12 - sample.offset) / sample.gain).toPrecision(4));
  const { lo, hi } = codeRange(model.precision.samples, false);
  const code = clamp(roundHalfAway(value * sample.gain + sample.offset), lo, hi);
  const out = 100;
  return [
    `A reading of ${decimal(value)} in \`${sample.column}\`: ${decimal(value)} * ${decimal(sample.gain)} ${plus(sample.offset)} = ${decimal(value * sample.gain + sample.offset)}, so its code is ${code}.`,
    `A forecast code of ${out} for \`${forecast.column}\`: (${out} ${plus(-forecast.offset)}) / ${decimal(forecast.gain)} = ${decimal((out - forecast.offset) / forecast.gain)}.`,
  ];
}

/** README of the generated folder: how to convert, connect, and check the accelerator. */
export function deliveryReadme(model: IntegerModel, plan: Plan, face: Interface): string {
  const { dModel, heads, layers, window, inputs, folds } = model.architecture;
  const folded = folds.length > 0 ? `, folded: ${folds.join(", ")}` : "";
  const samples = codeRange(face.sampleBits, false);
  const microseconds = (plan.cyclesPerInference / plan.device.clockHz) * 1e6;
  const taking =
    face.mode === "window"
      ? `Send ${window} words, oldest first (each a ${sampleWord(face)}); then take ${plural(face.outputs, "forecast code")}. Windows may follow each other without a pause: the first words of the next one are taken while this one is computed.`
      : `Send one word for each ${sampleWord(face)}. The last ${window} are kept on chip; from the ${window}-th on, each is followed by ${plural(face.outputs, "forecast code")}. No further word is taken while the window is read.`;
  return `${[
    `# ${face.name}`,
    "",
    `An integer-only Transformer (d_model ${dModel}, ${plural(heads, "head")}, ${plural(layers, "layer")}, window ${window} of ${plural(inputs, "column")}${folded}) as VHDL-2008 and Verilog-2005, planned for the ${plan.device.title}.`,
    "",
    "These files are yours: Gatecast claims no copyright in what it generates, and puts it under no licence.",
    "",
    "## Files",
    `- \`vhdl/\`: the sources, one entity a file; \`files.txt\` lists them in compile order. Top entity: \`${face.name}\`.`,
    `- \`verilog/\`: the same design in Verilog; \`files_verilog.txt\` lists it. Top module: \`${face.name}\`.`,
    `- \`${face.name}.vho\`: instantiation to copy.`,
    `- \`testbench/${face.name}_tb.vhd\`: reads \`samples.txt\` and \`expected.txt\`, checks every output bit, ends with PASS or FAIL.`,
    "",
    "## Ports",
    "| port | direction | width | meaning |",
    "|---|---|---|---|",
    "| clock | in | 1 | rising edge |",
    "| reset | in | 1 | synchronous, active high; at any time, also while `enable` is low; drops what was begun |",
    "| enable | in | 1 | low: everything stands still, `sample_ready` and `forecast_valid` are low; `'1'` where it is not connected (VHDL) |",
    "| idle | out | 1 | high: no inference is in flight, and nothing changes inside until a word is offered |",
    "| sample_valid, sample_ready | in, out | 1 | a word moves in each cycle in which both are high |",
    `| sample_data | in | ${face.inputs * face.sampleBits} | ${face.inputs === 1 ? "" : `${face.inputs} codes side by side, column 0 lowest; each `}two's complement, ${samples.lo} .. ${samples.hi} |`,
    "| forecast_valid, forecast_ready | out, in | 1 | the same for the forecast |",
    `| forecast_data | out | ${face.forecastBits} | two's complement; ${face.outputs === 1 ? "one code" : `${face.outputs} codes, step by step, targets innermost`} |`,
    "",
    taking,
    "",
    "Keep `sample_valid` and `sample_data` until the word is taken; `forecast_valid` and `forecast_data` are kept likewise.",
    "",
    "## Sleep",
    `No register and no memory changes while \`idle\` is high and no word is offered, nor while \`enable\` is low (but by \`reset\`). So \`enable\` may stay high: there is nothing to switch between inferences. \`idle\` falls with ${
      face.mode === "window" ? "the first word of a window" : "the word that completes a window"
    } and rises when the last forecast code has been taken. Lower \`enable\` to stop in the middle: what was in flight goes on, bit for bit, when it is raised, and a forecast that was offered is offered again. Drive \`enable\`, \`reset\` and \`sample_valid\` from registers of the same clock.`,
    "",
    "To stop the clock tree too, put a clock gate in front of `clock` (BUFGCE on Xilinx devices) that is open while `not idle or sample_valid or reset`.",
    "",
    "## Codes and the signal's unit",
    `A sample's code is \`clamp(round(value * gain + offset), ${samples.lo}, ${samples.hi})\` (halves away from zero); a forecast is \`(code - offset) / gain\`.`,
    "",
    ...conversionTable(model.samples, "input column"),
    "",
    ...conversionTable(model.forecast, "forecast column"),
    "",
    ...example(model),
    "",
    "## Check it yourself",
    "With GHDL 2.0 or newer, in this folder (any other simulator of VHDL-2008 will do):",
    "",
    "```sh",
    `ghdl -a --std=08 $(cat files.txt) testbench/${face.name}_tb.vhd`,
    `ghdl -e --std=08 ${face.name}_tb`,
    `ghdl -r --std=08 ${face.name}_tb --ieee-asserts=disable-at-0`,
    "```",
    "",
    "The test bench plays `samples.txt` with random pauses on both sides, compares every bit of every forecast with `expected.txt`, and ends with one line that begins with PASS or FAIL. `--ieee-asserts=disable-at-0` silences numeric_std about signals that have no value yet at 0 ns.",
    "",
    "## Timing",
    `${plan.cyclesPerInference} cycles from the first input accepted to the last output, on an idle machine${face.mode === "sample" ? " (the sample that completes a window is the first input)" : ""}: ${decimal(Number(microseconds.toPrecision(4)))} us at ${plan.device.clockHz / 1e6} MHz. A forecast every ${plan.initiationInterval} cycles back to back. Both are exact and do not depend on the data.`,
    "",
    "## Lanes",
    "| operator | lanes | cycles per token |",
    "|---|---|---|",
    ...plan.report.map((row) => `| ${row.name} | ${row.layout} | ${row.cyclesPerToken} |`),
    "",
    `Estimated before synthesis: ${plan.estimate.lut} LUT (${plan.estimate.lutram} of them memory), ${plan.estimate.ff} flip-flops, ${plan.estimate.dsp} multiplier blocks, ${plan.estimate.blockRam} block memories.`,
    "",
  ].join("\n")}`;
}
