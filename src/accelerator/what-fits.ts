import { type IntegerModel, standInModel } from "../integer/index.js";
import {
  type Architecture,
  buildGraph,
  defineArchitecture,
  type Fold,
  foldNames,
  type Precision,
  type ScaleKind,
} from "../model/index.js";
import { type Device, device, deviceNames } from "./devices.js";

/** One change of a network or its device. */
interface Change {
  readonly text: string;
  readonly architecture?: Partial<Architecture>;
  /** The most bits of a weight or an activation. */
  readonly bits?: number;
  readonly scales?: ScaleKind;
  readonly device?: Device;
  /** What the user has fixed of the plan is left to the planner. */
  readonly free?: true;
}

/** Whether an accelerator of a model fits a device by estimate, with what is fixed of its plan or without. */
export type Fits = (model: IntegerModel, device: Device, free: boolean) => boolean;

/**
 * What would make a network fit that does not: of each kind of change the mildest that is enough by estimate, tried by planning with a
 * model that stands in for the trained one. Of two kinds together (bits and d_model) where no single one is enough.
 */
export function adviceFor(
  { architecture, precision }: Pick<IntegerModel, "architecture" | "precision">,
  on: Device,
  isFixed: boolean,
  fits: Fits,
): string {
  const enough = (change: Change): boolean => {
    const changed = defineArchitecture({ ...architecture, ...change.architecture });
    const narrowed = withBits(changed, precision, change.bits ?? 8);
    const model = standInModel(changed, { ...narrowed, scales: change.scales ?? precision.scales });
    return fits(model, change.device ?? on, change.free ?? false);
  };
  /** The first that is enough; where the last is not, those before it are not tried. */
  const mildest = (changes: readonly Change[]): Change | undefined => {
    const last = changes.at(-1);
    if (last === undefined || !enough(last)) return undefined;
    return changes.find((change) => change === last || enough(change));
  };
  const mildestOf = (kinds: readonly (readonly Change[])[]) => kinds.flatMap((kind) => mildest(kind)?.text ?? []);
  const changes = mildestOf(kindsOfChange(architecture, precision, isFixed));
  const devices = mildestOf(largerDevices(on));
  if (changes.length > 0) {
    const all = [...changes, ...devices];
    return `By estimate ${all.length === 1 ? "this" : "each of these alone"} would fit: ${all.join("; ")}.`;
  }
  const [both] = mildestOf(bitsAndFeatures(architecture, precision));
  const rest = both === undefined ? devices : [both, ...devices];
  if (rest.length === 0) {
    return "Neither fewer bits nor a smaller network of this kind would fit by estimate: choose a larger device.";
  }
  return `No single change of the network would fit. By estimate this would: ${rest.join("; or ")}.`;
}

/** Single changes, kind by kind, each from the mildest to the one that saves the most. */
function kindsOfChange(architecture: Architecture, precision: Precision, isFixed: boolean): Change[][] {
  const { window, layers } = architecture;
  const free: Change[] = isFixed ? [{ text: "leaving out what is fixed under `plan`", free: true }] : [];
  return [
    free,
    precision.scales === "free" ? [{ text: "power-of-two scales", scales: "power-of-two" }] : [],
    fewerBits(precision).map((bits) => ({ text: `${bits} bits`, bits })),
    smallerModels(architecture).map((dModel) => ({
      text: `d_model ${dModel}`,
      architecture: { dModel, feedForward: feedForwardFor(architecture, dModel) },
    })),
    Array.from({ length: layers - 1 }, (_, less) => {
      const left = layers - 1 - less;
      return { text: left === 1 ? "1 layer" : `${left} layers`, architecture: { layers: left } };
    }),
    halves(architecture.feedForward, architecture.dModel).map((feedForward) => ({
      text: `a feed-forward width of ${feedForward}`,
      architecture: { feedForward },
    })),
    halves(window, 6).map((window) => ({ text: `a window of ${window}`, architecture: { window } })),
    foldsLeft(architecture).map((folds) => ({ text: `folds ${folds.join(", ")}`, architecture: { folds } })),
  ];
}

/** Devices with more look-up tables, of each family from the smallest on. */
function largerDevices(on: Device): Change[][] {
  const larger = deviceNames.map((name) => device(name)).filter(({ lut }) => lut > on.lut);
  larger.sort((a, b) => a.lut - b.lut);
  return [...new Set(larger.map(({ family }) => family))].map((family) =>
    larger
      .filter((one) => one.family === family)
      .map((one) => ({ text: `the ${one.title} (device "${one.name}")`, device: one })),
  );
}

/** For each smaller d_model, from the largest on. */
function bitsAndFeatures(architecture: Architecture, precision: Precision): Change[][] {
  return smallerModels(architecture).map((dModel) =>
    fewerBits(precision).map((bits) => ({
      text: `d_model ${dModel} with ${bits} bits`,
      architecture: { dModel, feedForward: feedForwardFor(architecture, dModel) },
      bits,
    })),
  );
}

function fewerBits({ weights, activations, overrides }: Precision): number[] {
  const most = Math.max(weights, activations, ...Object.values(overrides));
  return [8, 6, 5, 4, 3, 2].filter((bits) => bits < most);
}

/** Half of d_model, a quarter ..., as long as the heads divide it. */
function smallerModels({ dModel, heads }: Architecture): number[] {
  return halves(dModel, Math.max(4, heads)).filter((features) => features % heads === 0);
}

function feedForwardFor({ dModel, feedForward }: Architecture, features: number): number {
  return Math.max(2, Math.round((feedForward * features) / dModel));
}

function halves(of: number, least: number): number[] {
  const found: number[] = [];
  for (let half = of / 2; half >= least && Number.isInteger(half); half /= 2) found.push(half);
  return found;
}

/** All folds that the network may have and has not, each alone and then together. */
function foldsLeft({ heads, folds }: Architecture): Fold[][] {
  const more = foldNames.filter((fold) => !folds.includes(fold) && (fold === "tail" || heads === 1));
  const sets = more.length > 1 ? [...more.map((fold) => [fold]), [...more]] : more.map((fold) => [fold]);
  return sets.map((set) => foldNames.filter((fold) => folds.includes(fold) || set.includes(fold)));
}

/** The precision with at most so many bits, and with the widths of those tensors and weights alone that the network has. */
function withBits(architecture: Architecture, precision: Precision, bits: number): Precision {
  const most = (width: number) => Math.min(width, bits);
  const plain = { ...precision, weights: most(precision.weights), activations: most(precision.activations) };
  const overrides = remainingOverrides(architecture, precision).map(([name, width]) => [name, most(width)] as const);
  return { ...plain, overrides: Object.fromEntries(overrides) };
}

/** The widths of those tensors and weights that a network has. */
export function remainingOverrides(architecture: Architecture, precision: Precision): [string, number][] {
  const graph = buildGraph(architecture, { ...precision, overrides: {} });
  const weights = graph.operators.flatMap((operator) => (operator.kind === "linear" ? [operator.weight.name] : []));
  const names = new Set([...graph.tensors.keys(), ...weights]);
  return Object.entries(precision.overrides).filter(([name]) => names.has(name));
}
