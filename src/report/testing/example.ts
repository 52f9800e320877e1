import { dutyCycle, estimatePower, powerTechnology } from "../../accelerator/index.js";
import { buildGraph, defineArchitecture, definePrecision } from "../../model/index.js";
import { sin } from "../../numeric/elementary.js";
import { Random } from "../../numeric/random.js";
import type {
  AcceleratorOperator,
  AcceleratorReport,
  AcceleratorStream,
  ForecastTrace,
  PowerReport,
  QuantisedTensor,
  ReportData,
} from "../data.js";

/**
 * A complete, invented report for tests and for looking at: traffic flow of a few weeks at 5-minute steps. The figures are
 * of the size that real runs have, and nobody has measured them.
 *
 * @param windows of the test set; few make a report that is quick to draw
 */
export function exampleReport(windows = 3984): ReportData {
  const architecture = defineArchitecture({ window: 24, dModel: 16 });
  const precision = definePrecision({ bits: 4 });
  const random = new Random(7);
  return {
    run: "example",
    targets: [{ column: "flow_veh_5min", unit: "vehicles" }],
    model: { architecture, precision, parameters: 3345 },
    data: {
      source: "example.csv",
      rows: 24192,
      columns: ["timestamp", "flow_veh_5min", "split"],
      period: { from: Date.UTC(2019, 2, 4), to: Date.UTC(2019, 4, 27) - 300_000 },
      stepSeconds: 300,
      windows: { train: 16104, validation: 3432, test: 3984 },
      split: "by column split",
      findings: [
        { severity: "note", text: "3 gaps of 2 to 9 steps; the 71 windows they touch are left out." },
        {
          severity: "warning",
          text: "12 timestamps occur twice with different values (first: line 4711); the first of each is kept.",
        },
        {
          severity: "note",
          text: "38 missing values in runs of at most 2 were interpolated, as asked (--interpolate 2).",
        },
      ],
    },
    learning: {
      loss: "Mean squared error of the scaled target",
      phases: [
        { name: "float", ...curves(random, 40, 0.9, 0.085), best: 33 },
        {
          name: "quantisation-aware",
          ...curves(random, 30, 0.16, 0.088),
          best: 24,
          criterion: "least RMSE of the integer-only model on the validation part",
        },
      ],
    },
    evaluation: {
      windows,
      targets: [
        {
          errors: {
            float: { rmse: 9.5312, mae: 7.1103 },
            fakeQuantised: { rmse: 9.6134, mae: 7.1682 },
            integer: { rmse: 9.6134, mae: 7.1682 },
            integerWithoutBranch: { rmse: 10.8417, mae: 8.0219 },
            persistence: { rmse: 12.0331, mae: 8.8745 },
            seasonalNaive: { rmse: 16.5102, mae: 11.9034 },
            linear: { rmse: 10.3702, mae: 7.7431 },
          },
          trace: exampleTrace(random, windows),
        },
      ],
    },
    quantisation: exampleTensors(random),
    accelerator: exampleAccelerator(),
    power: examplePower(),
    timing: {
      clockMHz: 100,
      cycles: [
        { basis: "estimated", value: 3096 },
        { basis: "simulated", value: 3120 },
      ],
      initiationInterval: { basis: "simulated", value: 2904 },
    },
    resources: {
      device: "XC7S15",
      budget: { lut: 8000, lutram: 2400, ff: 16000, dsp: 20, ramb18: 20 },
      totals: [
        { basis: "estimated", source: "cost walk", used: { lut: 5480, lutram: 320, ff: 3900, dsp: 9, ramb18: 2 } },
        {
          basis: "synthesised",
          source: "Yosys 0.55",
          used: { lut: 5312, lutram: 336, ff: 3874, dsp: 9, ramb18: 2 },
        },
      ],
      modules: {
        basis: "synthesised",
        list: [
          { name: "layers_0_linear1", used: { lut: 1204, lutram: 64, ff: 802, dsp: 1, ramb18: 0 } },
          { name: "layers_0_linear2", used: { lut: 1187, lutram: 64, ff: 790, dsp: 0, ramb18: 0 } },
          { name: "layers_0_self_attn", used: { lut: 941, lutram: 128, ff: 655, dsp: 3, ramb18: 2 } },
          { name: "layers_0_self_attn_q_proj", used: { lut: 402, lutram: 16, ff: 260, dsp: 1, ramb18: 0 } },
          { name: "forecast", used: { lut: 118, lutram: 0, ff: 96, dsp: 2, ramb18: 0 } },
        ],
      },
    },
    verification: {
      checks: [
        { subject: "evaluation", tool: "gatecast", version: "0.1.0", windows: 3984, mismatches: 0 },
        { subject: "rtl", tool: "gatecast simulator", version: "0.1.0", windows: 256, mismatches: 0 },
        { subject: "vhdl", tool: "GHDL", version: "2.0.0", windows: 32, mismatches: 0 },
        { subject: "verilog", unchecked: "Icarus Verilog (iverilog) is not on the PATH" },
        { subject: "netlist", tool: "gatecast netlist simulator", version: "0.1.0", windows: 4, mismatches: 0 },
      ],
      mutations: { tried: 5, caught: 5, survivors: [] },
    },
    reproducibility: {
      seed: 1,
      command:
        "gatecast run --data example.csv --target flow_veh_5min --split-column split --window 24 --d-model 16 --bits 4 --device xc7s15 --out runs/example",
      configuration: { data: "example.csv", target: ["flow_veh_5min"], model: architecture, precision },
      versions: { gatecast: "0.1.0", node: "20.19.2", yosys: "0.55", ghdl: "2.0.0" },
      steps: [
        { name: "train", seconds: 184.2 },
        { name: "evaluate", seconds: 3.1 },
        { name: "generate", seconds: 0.9 },
        { name: "simulate", seconds: 71.4 },
        { name: "synthesize", seconds: 88.7 },
      ],
      inputs: [{ name: "example.csv", sha256: "3f8a0c5be1a7d2946f0e1b7c9d5a8e2b4c6d8f0a1b3c5d7e9f1a2b4c6d8e0f21" }],
    },
  };
}

/** What a report can say after `train` alone. */
export function exampleAfterTraining(): ReportData {
  const { run, targets, model, data, learning, reproducibility } = exampleReport(0);
  const steps = reproducibility.steps.slice(0, 1);
  return { run, targets, model, data, ...(learning && { learning }), reproducibility: { ...reproducibility, steps } };
}

function curves(random: Random, epochs: number, first: number, last: number) {
  const train: number[] = [];
  const validation: number[] = [];
  let excess = first - last;
  for (let epoch = 0; epoch < epochs; epoch++) {
    train.push(last * 0.97 + excess + 0.002 * random.uniform());
    validation.push(last + excess * 0.9 + 0.006 * random.uniform());
    excess *= 0.78;
  }
  return { train, validation };
}

function exampleTrace(random: Random, windows: number): ForecastTrace {
  const from = Date.UTC(2019, 4, 13, 2);
  const times: number[] = [];
  const truth: number[] = [];
  for (let i = 0; i < windows + 1; i++) {
    const time = from + 300_000 * (i > 2000 ? i + 9 : i);
    const hour = (time / 3_600_000) % 24;
    const weekend = [6, 0].includes(new Date(time).getUTCDay());
    const rush = (peak: number) =>
      Math.max(0, sin((Math.PI * (hour - peak + 3)) / 6)) * (Math.abs(hour - peak) < 3 ? 1 : 0);
    const day = Math.max(0, sin((Math.PI * (hour - 5)) / 16));
    const flow = 14 + 62 * day + (weekend ? 0 : 48 * rush(8) + 56 * rush(17.5));
    truth.push(Math.max(0, Math.round(flow + (0.06 * flow + 3) * random.normal())));
    times.push(time);
  }
  const forecast = truth.map((_, i) => {
    const near = truth.slice(Math.max(0, i - 2), i + 3);
    return near.reduce((sum, value) => sum + value, 0) / near.length + 2 * random.normal();
  });
  return {
    times: times.slice(1),
    truth: Float64Array.from(truth.slice(1)),
    forecast: Float64Array.from(forecast.slice(1)),
    persistence: Float64Array.from(truth.slice(0, -1)),
  };
}

function exampleTensors(random: Random): QuantisedTensor[] {
  const graph = buildGraph(defineArchitecture({ window: 24, dModel: 16 }), definePrecision({ bits: 4 }));
  const activations = [...graph.tensors.values()].flatMap((tensor): QuantisedTensor[] => {
    if (tensor.bits === null) return [];
    const of = 2 ** tensor.bits - (tensor.symmetric ? 1 : 0);
    const used = tensor.name === "layers.0.key" ? 7 : Math.max(1, Math.round(of * (0.75 + 0.25 * random.uniform())));
    return [
      {
        name: tensor.name,
        role: "activation",
        bits: tensor.bits,
        scale: 0.02 + random.uniform(),
        zeroPoint: tensor.symmetric ? null : random.integer(4) - 2,
        codes: { used, of },
        clamped: { low: 0.03 * random.uniform(), high: 0.0008 },
      },
    ];
  });
  const weights = graph.operators.flatMap((operator): QuantisedTensor[] => {
    if (operator.kind !== "linear") return [];
    const of = 2 ** operator.weight.bits - 1;
    return [
      {
        name: operator.weight.name,
        role: "weight",
        bits: 4,
        scale: [0.011, 0.043],
        zeroPoint: null,
        codes: { used: of, of },
      },
    ];
  });
  return [...activations, ...weights];
}

function examplePower(): PowerReport {
  const toggles = { register: 1e6, logic: 1.6e6, memory: 1.1e5, block: 1.5e5, dsp: 7e4 };
  const estimate = estimatePower({
    activity: { basis: "simulated", toggles, parts: new Map([["layers_0_linear1", toggles]]) },
    technology: powerTechnology({ family: "xc7" }),
    static: { milliwatts: 30, low: 20, high: 60, basis: "assumed" },
    clockHz: 100e6,
    cycles: 3120,
    resources: { ff: 3874, blockRam: 2, dsp: 9 },
  });
  const dutyCycleOfDay = dutyCycle(estimate, 31.2e-6, {
    periodSeconds: 300,
    battery: { milliampereHours: 1000, volts: 3.6 },
    offMilliwatts: 0.01,
    configuration: { millijoules: 11.85, seconds: 0.02 },
  });
  return { clockMHz: 100, latencySeconds: 31.2e-6, resourcesBasis: "synthesised", estimate, dutyCycle: dutyCycleOfDay };
}

function exampleAccelerator(): AcceleratorReport {
  const graph = buildGraph(defineArchitecture({ window: 24, dModel: 16 }), definePrecision({ bits: 4 }));
  const once = new Set(["head", "skip", "last", "forecast"]);
  const first = new Set(["embed", "layers.0.self_attn.k_proj", "layers.0.self_attn.v_proj"]);
  const operators = graph.operators.map((operator): AcceleratorOperator => {
    const output = graph.tensors.get(operator.output);
    const out = output?.features ?? 1;
    const phase = once.has(operator.name) ? 2 : first.has(operator.name) ? 0 : 1;
    const base = { name: operator.name, kind: operator.kind, phase, features: { in: 16, out } };
    const bits =
      output?.bits === null || output === undefined ? { accumulator: 13 } : { accumulator: 13, output: output.bits };
    if (operator.kind === "linear") {
      const { rows, columns } = operator.weight;
      const lanes = { in: Math.min(4, columns), out: Math.min(4, rows) };
      return {
        ...base,
        features: { in: columns, out: rows },
        lanes: { count: lanes.in * lanes.out, layout: `${lanes.in} × ${lanes.out}` },
        multiplier: operator.name === "skip" ? "DSP48E1" : "LUT",
        cyclesPerToken: Math.ceil((rows * columns) / (lanes.in * lanes.out)),
        bits: { input: operator.name === "head" ? 9 : 4, weight: operator.weight.bits, ...bits },
        memories:
          operator.name.endsWith("linear1") || operator.name.endsWith("linear2")
            ? [{ name: "weights", words: 64, width: 64, style: "block" }]
            : [
                {
                  name: "weights",
                  words: (rows * columns) / (lanes.in * lanes.out),
                  width: 16 * lanes.in,
                  style: "distributed",
                },
              ],
      };
    }
    if (operator.kind === "attention") {
      return {
        ...base,
        lanes: { count: 16, layout: "16 × 1" },
        multiplier: "LUT",
        cyclesPerToken: 62,
        bits: { input: 4, accumulator: 17, output: 4 },
        memories: [
          { name: "keys", words: 24, width: 64, style: "distributed" },
          { name: "values", words: 24, width: 64, style: "distributed" },
          { name: "exp table", words: 256, width: 8, style: "constants" },
        ],
      };
    }
    return { ...base, cyclesPerToken: 16, bits: { input: 4, ...bits }, memories: [] };
  });
  const producer = new Map(graph.operators.map((operator) => [operator.output, operator.name]));
  const streams: AcceleratorStream[] = graph.operators.flatMap((operator) => {
    const inputs =
      operator.kind === "attention"
        ? [operator.query, operator.key, operator.value]
        : operator.kind === "residual"
          ? operator.addends
          : [operator.input];
    return inputs.map((name) => ({
      from: producer.get(name) ?? null,
      to: operator.name,
      values: Math.min(4, graph.tensors.get(name)?.features ?? 1),
      bits: graph.tensors.get(name)?.bits ?? 13,
    }));
  });
  streams.push({ from: "forecast", to: null, values: 1, bits: 16 });
  return {
    device: "XC7S15",
    mode: "window",
    phases: [
      { name: "Pass 1", note: "every token: embed it, keep its key and value" },
      { name: "Pass 2", note: "token by token: attend, feed forward, add up over time" },
      { name: "Once per window", note: "the forecast from the sum" },
    ],
    operators,
    streams,
  };
}
