import { operatorModule } from "../../src/accelerator/assemble.js";
import type { MatrixUnitParameters, MatrixUnitPlan } from "../../src/accelerator/operators/matrix-unit/parameters.js";
import { matrixUnitModule } from "../../src/accelerator/operators/matrix-unit/unit.js";
import { deriveParameters, type OperatorParameters } from "../../src/accelerator/parameters.js";
import type { Beat } from "../../src/accelerator/parts/beat.js";
import { dividerModule } from "../../src/accelerator/parts/divider.js";
import { fifoModule } from "../../src/accelerator/parts/fifo.js";
import { narrowModule, widenModule } from "../../src/accelerator/parts/gearbox.js";
import { historyModule } from "../../src/accelerator/parts/history.js";
import type { OperatorPlan } from "../../src/accelerator/plan.js";
import type { IntegerModel } from "../../src/integer/index.js";
import { randomIntegerModel } from "../../src/integer/testing/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  definePrecision,
  type ScaleKind,
} from "../../src/model/index.js";
import { type MemoryStyle, type Module, type Multiplier, range, sint } from "../../src/rtl/index.js";

/** An operator or a part of one at stated parameters. */
export interface Entry {
  /** What it is, in a few words; unique. */
  readonly title: string;
  readonly module: Module;
}

/** The parameters of a model's operators, each with the lanes and styles that a plan could give it. */
export interface Sample {
  readonly model: IntegerModel;
  readonly operators: ReadonlyMap<string, OperatorParameters>;
  readonly units: readonly MatrixUnitParameters[];
}

export interface SampleOptions {
  readonly architecture: Partial<Architecture> & Pick<Architecture, "window" | "dModel">;
  readonly bits: number;
  readonly scales?: ScaleKind;
  readonly lanes: SampleLanes;
  /** Of lanes; requantisers and residuals have DSPs, unless `requantiser` says otherwise. */
  readonly multiplier: Multiplier;
  readonly requantiser?: Multiplier;
  /** A residual's addends take turns on one multiplier. */
  readonly inTurn?: boolean;
  readonly memory: Exclude<MemoryStyle, "rom">;
  readonly weights: "rom" | "block";
  /** All `linear` operators of the encoder on a matrix unit; of each row's columns, so many are packed into DSPs. */
  readonly unit?: { readonly packedColumns: number };
}

/** Lanes of the projections and of attention. */
export interface SampleLanes {
  readonly in: number;
  readonly out: number;
  readonly attention: number;
  /** Keys at once, with as many digits of reciprocals; 1 by default. */
  readonly keys?: 1 | 2;
}

/** Parameters of all operators of a random model: weights of which no one is special, and all widths as in a real one. */
export function sample(prefix: string, options: SampleOptions): Sample {
  const { bits, lanes, multiplier, memory, weights, requantiser = "dsp" } = options;
  const architecture = defineArchitecture(options.architecture);
  const model = randomIntegerModel(architecture, definePrecision({ bits, scales: options.scales ?? "free" }), 5);
  const graph = buildGraph(architecture, model.precision);
  const plans = new Map<string, OperatorPlan>();
  const shared: string[] = [];
  for (const operator of graph.operators) {
    if (operator.kind === "linear" && options.unit && operator.name.startsWith("layers.")) {
      shared.push(operator.name);
      plans.set(operator.name, { kind: "shared", unit: "matrix" });
    } else if (operator.kind === "linear") {
      const { rows } = operator.weight;
      const lanesOut = Math.min(lanes.out, rows);
      plans.set(operator.name, {
        kind: "linear",
        // A sample arrives whole.
        lanesIn: operator.input === graph.input ? architecture.inputs : lanes.in,
        lanesOut: rows % lanesOut === 0 ? lanesOut : 1,
        lanes: 1,
        multiplier,
        requantiser,
        weights,
        bias: "rom",
        tokens: memory,
        slots: 2,
      });
    } else if (operator.kind === "attention") {
      plans.set(operator.name, {
        kind: "attention",
        lanesScore: lanes.attention,
        lanesValue: lanes.attention,
        keysAtOnce: lanes.keys ?? 1,
        reciprocalDigits: lanes.keys ?? 1,
        lanes: 1,
        scoreMultiplier: multiplier,
        valueMultiplier: multiplier,
        requantiser,
        normaliser: requantiser,
        keys: memory,
        values: memory,
        rows: memory,
        table: weights,
        queries: 2,
        windows: 1,
      });
    } else if (operator.kind === "residual") {
      const multipliers = options.inTurn ? [requantiser] : operator.addends.map(() => requantiser);
      plans.set(operator.name, { kind: "residual", lanes: 1, multipliers });
    } else if (operator.kind === "pool") {
      plans.set(operator.name, { kind: "pool", sums: memory === "registers" ? "registers" : "distributed" });
    } else plans.set(operator.name, { kind: "last", windows: 1 });
  }
  const units: MatrixUnitPlan[] = options.unit
    ? [
        {
          name: "matrix",
          operators: shared,
          lanesIn: lanes.in,
          lanesOut: lanes.out,
          lanes: 1,
          packedColumns: options.unit.packedColumns,
          requantiser,
          weights,
          bias: "rom",
          tokens: memory,
          results: { tokens: 2, style: memory },
          ahead: 2,
        },
      ]
    : [];
  return { model, ...deriveParameters(graph, model, { operators: plans, units }, prefix) };
}

/** 4 bits, one head and one input: multipliers and memories of LUTs. */
export const small = sample("small", {
  architecture: { window: 4, dModel: 4, feedForward: 8 },
  bits: 4,
  lanes: { in: 2, out: 2, attention: 2 },
  multiplier: "lut",
  memory: "distributed",
  weights: "rom",
});

/** 8 bits, several heads, inputs and targets: multipliers in LUTs, memories in blocks. */
export const wide = sample("wide", {
  architecture: { window: 4, dModel: 4, heads: 2, inputs: 3, targets: 2, feedForward: 8 },
  bits: 8,
  lanes: { in: 2, out: 1, attention: 1 },
  multiplier: "lut",
  memory: "block",
  weights: "block",
});

/** 6 bits: multipliers of lanes in DSPs, those of requantisers in LUTs. */
export const slices = sample("slices", {
  architecture: { window: 4, dModel: 4, heads: 2, feedForward: 8 },
  bits: 6,
  lanes: { in: 2, out: 2, attention: 1 },
  multiplier: "dsp",
  requantiser: "lut",
  memory: "distributed",
  weights: "rom",
});

/** 4 bits, two keys at once, addends in turn. */
export const several = sample("several", {
  architecture: { window: 4, dModel: 4, feedForward: 8 },
  bits: 4,
  lanes: { in: 2, out: 2, attention: 2, keys: 2 },
  multiplier: "lut",
  inTurn: true,
  memory: "distributed",
  weights: "rom",
});

/** 4 bits and 8 bits with power-of-two scales: requantisers that shift. */
export const shifting = sample("shifting", {
  architecture: { window: 4, dModel: 4, feedForward: 8 },
  bits: 4,
  scales: "power-of-two",
  lanes: { in: 2, out: 2, attention: 2 },
  multiplier: "lut",
  memory: "distributed",
  weights: "rom",
});
export const shiftingWide = sample("shifting_wide", {
  architecture: { window: 4, dModel: 4, heads: 2, inputs: 3, targets: 2, feedForward: 8 },
  bits: 8,
  scales: "power-of-two",
  lanes: { in: 2, out: 1, attention: 1 },
  multiplier: "lut",
  memory: "block",
  weights: "block",
});
export const shiftingShared = sample("shifting_shared", {
  architecture: { window: 4, dModel: 4, feedForward: 8 },
  bits: 4,
  scales: "power-of-two",
  lanes: { in: 2, out: 2, attention: 1 },
  multiplier: "lut",
  memory: "distributed",
  weights: "rom",
  unit: { packedColumns: 0 },
});

/** The encoder's `linear` operators on shared lanes, 4 bits: in LUTs, and half of the columns packed into DSPs. */
export const shared = [0, 1].map((packedColumns) =>
  sample(`shared_${packedColumns}`, {
    architecture: { window: 4, dModel: 4, feedForward: 8 },
    bits: 4,
    lanes: { in: 2, out: 2, attention: 1 },
    multiplier: "lut",
    memory: "distributed",
    weights: "rom",
    unit: { packedColumns },
  }),
);

/** Operators of a sample by their names in the model. */
export function entries(of: string, { operators }: Sample, names: readonly string[]): Entry[] {
  return names.map((name) => {
    const parameters = operators.get(name);
    if (!parameters) throw new Error(`no operator "${name}"`);
    return { title: `${of} ${name}`, module: operatorModule(parameters) };
  });
}

/** The parts that stand between operators, alone. */
export function parts(): Entry[] {
  const narrow: Beat = { type: sint(4), lanes: 1 };
  const broad: Beat = { type: sint(8), lanes: 8 };
  return [
    { title: "gearbox 1 -> 8 of 4 bits", module: widenModule(narrow, 8) },
    { title: "gearbox 8 -> 2 of 8 bits", module: narrowModule(broad, 4) },
    { title: "queue 32 x 4 bits", module: fifoModule(narrow, 32, "distributed") },
    { title: "queue 512 x 16 bits", module: fifoModule({ type: sint(16), lanes: 1 }, 512, "block") },
    {
      title: "history 24 x 12 bits",
      module: historyModule({ name: "ring", beat: { type: sint(12), lanes: 1 }, tokens: 24, style: "distributed" }),
    },
    {
      title: "divider",
      module: dividerModule({ name: "divider", numerator: 3_500_000, divisor: range(255, 24 * 255), digits: 1 }),
    },
  ];
}

const EVERY = [
  "embed",
  "layers.0.self_attn.q_proj",
  "layers.0.self_attn",
  "layers.0.self_attn.out_proj",
  "layers.0.norm1",
  "layers.0.linear1",
  "pool",
  "head",
  "skip",
  "last",
  "forecast",
];

/** Every kind of operator at a few parameters, small enough to be synthesised in a test. */
export function catalogue(): Entry[] {
  return [
    ...entries("4 bits:", small, EVERY),
    ...entries("8 bits, h 2, m 3:", wide, ["embed", "layers.0.self_attn", "layers.0.norm1", "last"]),
    ...entries("6 bits, h 2:", slices, ["layers.0.self_attn", "layers.0.linear2", "pool"]),
    ...entries("2 keys at once:", several, ["layers.0.self_attn"]),
    ...entries("addends in turn:", several, ["layers.0.norm1", "forecast"]),
    ...shared.flatMap(({ units }, packed) =>
      units.map((unit) => ({ title: `4 bits: matrix unit, ${packed} packed`, module: matrixUnitModule(unit) })),
    ),
    ...entries("4 bits, shifts:", shifting, ["embed", "layers.0.self_attn.q_proj", "layers.0.self_attn"]),
    ...entries("8 bits, h 2, m 3, shifts:", shiftingWide, ["embed"]),
    ...shiftingShared.units.map((unit) => ({
      title: "4 bits, shifts: matrix unit, 0 packed",
      module: matrixUnitModule(unit),
    })),
    ...parts(),
  ];
}

/** Those whose state is small enough for a proof: block memories of some size are left to the simulations. */
export function provable(): Entry[] {
  return catalogue().filter(({ title }) => title !== "queue 512 x 16 bits");
}
