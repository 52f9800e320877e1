import type { MatrixUnitPlan, OperatorPlan, Plan, PlannedOperator } from "../../accelerator/index.js";
import { type Graph, type Operator, type Tensor, tensor } from "../../model/index.js";
import type {
  AcceleratorMemory,
  AcceleratorOperator,
  AcceleratorPhase,
  AcceleratorReport,
  AcceleratorStream,
} from "../../report/data.js";

/** What the report shows of a plan. */
export function acceleratorReport(graph: Graph, plan: Plan): AcceleratorReport {
  const { layers } = graph.architecture;
  const dsp = plan.device.family === "xc7" ? "DSP48E1" : "SB_MAC16";
  const rows = new Map(plan.report.map((row) => [row.name, row]));
  return {
    device: plan.device.title,
    mode: plan.mode,
    phases: phasesOf(layers),
    operators: graph.operators.map((operator) => {
      const row = rows.get(operator.name);
      const chosen = plan.operators.get(operator.name);
      if (row === undefined || chosen === undefined) throw new Error(`the plan has no operator "${operator.name}"`);
      const unit = chosen.kind === "shared" ? plan.units.find(({ name }) => name === chosen.unit) : undefined;
      return operatorReport(graph, operator, row, chosen, unit, dsp);
    }),
    streams: streamsOf(graph, plan),
  };
}

function phasesOf(layers: number): AcceleratorPhase[] {
  const label = (layer: number) => (layers === 1 ? "" : `Layer ${layer + 1}, `);
  const passes = Array.from({ length: layers }, (_, layer): AcceleratorPhase[] => [
    { name: `${label(layer)}${layers === 1 ? "P" : "p"}ass 1`, note: "every token's key and value into memory" },
    { name: `${label(layer)}${layers === 1 ? "P" : "p"}ass 2`, note: "token by token, all operators overlapped" },
  ]).flat();
  return [...passes, { name: "Once per window", note: "branch, skip and last sample become the forecast" }];
}

function phaseOf(operator: Operator, layers: number): number {
  if (/^(head|skip|last|forecast)/.test(operator.name)) return 2 * layers;
  if (operator.kind === "pool") return 2 * layers - 1;
  const layer = Number(/^layers\.(\d+)\./.exec(operator.name)?.[1] ?? 0);
  return 2 * layer + (operator.name === "embed" || /\.[kv]_proj$/.test(operator.name) ? 0 : 1);
}

function operatorReport(
  graph: Graph,
  operator: Operator,
  row: PlannedOperator,
  chosen: OperatorPlan,
  unit: MatrixUnitPlan | undefined,
  dsp: string,
): AcceleratorOperator {
  const { input, weights, accumulator, output } = row.bits;
  const known = (value: number | null) => value !== null && value > 0;
  return {
    name: operator.name,
    kind: operator.kind,
    phase: phaseOf(operator, graph.architecture.layers),
    features: { in: inputFeatures(graph, operator), out: tensor(graph, operator.output).features },
    ...lanesOf(row, chosen, unit, dsp),
    cyclesPerToken: row.cyclesPerToken,
    bits: {
      ...(known(input) ? { input } : {}),
      ...(weights !== null && known(weights) ? { weight: weights } : {}),
      ...(known(accumulator) ? { accumulator } : {}),
      ...(known(output) ? { output } : bitsOf(tensor(graph, operator.output))),
    },
    memories: memoriesOf(graph, operator, row, chosen, unit),
  };
}

function bitsOf({ bits }: Tensor): { output?: number } {
  return bits === null ? {} : { output: bits };
}

function lanesOf(
  row: PlannedOperator,
  chosen: OperatorPlan,
  unit: MatrixUnitPlan | undefined,
  dsp: string,
): Pick<AcceleratorOperator, "lanes" | "multiplier"> {
  const names = { lut: "LUT", dsp };
  const lanes = { count: row.lanes, layout: row.layout.replace(" x ", " × ") };
  if (chosen.kind === "linear") return { lanes, multiplier: names[chosen.multiplier] };
  if (unit) {
    const multiplier = [unit.packedColumns < unit.lanesIn ? names.lut : "", unit.packedColumns > 0 ? names.dsp : ""];
    return {
      lanes: { ...lanes, layout: `${lanes.layout}, shared`, shared: unit.name },
      multiplier: multiplier.filter((name) => name !== "").join(", "),
    };
  }
  if (chosen.kind === "attention") return { lanes, multiplier: names[chosen.valueMultiplier] };
  if (chosen.kind === "residual") {
    return { lanes, multiplier: [...new Set(chosen.multipliers)].map((kind) => names[kind]).join(", ") };
  }
  return {};
}

function inputFeatures(graph: Graph, operator: Operator): number {
  switch (operator.kind) {
    case "linear":
      return operator.weight.columns;
    case "attention":
      return tensor(graph, operator.query).features;
    case "residual":
      return tensor(graph, operator.addends[0] ?? operator.output).features;
    default:
      return tensor(graph, operator.input).features;
  }
}

/** Weights of a linear operator; keys and values of attention. Small buffers between operators are left out. */
function memoriesOf(
  graph: Graph,
  operator: Operator,
  row: PlannedOperator,
  chosen: OperatorPlan,
  unit: MatrixUnitPlan | undefined,
): AcceleratorMemory[] {
  const lanesOfWeights = chosen.kind === "linear" ? chosen : unit;
  if (operator.kind === "linear" && lanesOfWeights) {
    const { rows, columns } = operator.weight;
    const lanes = lanesOfWeights.lanesIn * lanesOfWeights.lanesOut;
    const width = lanes * (row.bits.weights ?? 0);
    return [{ name: "weights", words: (rows * columns) / lanes, width, style: styleName(lanesOfWeights.weights) }];
  }
  if (operator.kind === "attention" && chosen.kind === "attention") {
    const memory = (name: string, of: string, lanes: number, style: string): AcceleratorMemory => {
      const { tokens, features, bits } = tensor(graph, of);
      const words = (chosen.windows * tokens * features) / lanes;
      return { name, words, width: lanes * (bits ?? 0), style: styleName(style) };
    };
    return [
      memory("keys", operator.key, chosen.lanesScore, chosen.keys),
      memory("values", operator.value, chosen.lanesValue, chosen.values),
    ];
  }
  return [];
}

function styleName(style: string): string {
  return style === "rom" ? "constants" : style;
}

/** One stream for each use of a tensor. */
function streamsOf(graph: Graph, plan: Plan): AcceleratorStream[] {
  const producers = new Map(graph.operators.map((operator) => [operator.output, operator]));
  const stream = (name: string, to: string | null): AcceleratorStream => {
    const producer = producers.get(name);
    const { bits, features } = tensor(graph, name);
    const output = plan.report.find((row) => row.name === producer?.name)?.bits.output;
    return {
      from: producer?.name ?? null,
      to,
      values: producer === undefined ? features : beatOf(graph, plan, producer),
      bits: bits ?? output ?? 0,
    };
  };
  return [
    ...graph.operators.flatMap((operator) => inputsOf(operator).map((name) => stream(name, operator.name))),
    stream(graph.output, null),
  ];
}

function inputsOf(operator: Operator): readonly string[] {
  if (operator.kind === "attention") return [operator.query, operator.key, operator.value];
  return operator.kind === "residual" ? operator.addends : [operator.input];
}

/** Elements in a beat of an operator's output; the pool passes on what it gets. */
function beatOf(graph: Graph, plan: Plan, operator: Operator): number {
  const chosen = plan.operators.get(operator.name);
  if (chosen !== undefined && "lanes" in chosen) return chosen.lanes;
  if (chosen?.kind === "shared") return plan.units.find(({ name }) => name === chosen.unit)?.lanes ?? 1;
  if (operator.kind !== "pool") return 1;
  const before = graph.operators.find(({ output }) => output === operator.input);
  return before === undefined ? 1 : beatOf(graph, plan, before);
}
