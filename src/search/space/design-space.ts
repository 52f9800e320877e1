import {
  type Device,
  type Memories,
  type Mode,
  type PowerTechnology,
  powerTechnology,
  type StaticPower,
  type Structure,
  staticPowerOf,
  structuresFor,
} from "../../accelerator/index.js";
import { type Architecture, buildGraph, type Precision } from "../../model/index.js";
import { chosenTensors } from "../sensitivity/chosen-tensors.js";
import { type Compiled, compile, type Programme } from "./compile.js";
import { type Elimination, planElimination } from "./elimination.js";

/** Share of LUTs and flip-flops that may be used: of the usual 0.9 some stay free, as a design of trained numbers takes up to 1.5 % more. */
const UTILISATION = 0.985 * 0.9;

export interface SpaceOptions {
  readonly device: Device;
  /** Default `window`. */
  readonly mode?: Mode;
  /** Share of look-up tables and flip-flops that may be used; default a little less than 0.9, which a trained design may use. */
  readonly utilisation?: number;
  /** Default: the device's. */
  readonly clockHz?: number;
  /** Default `selectable`. */
  readonly memories?: Memories;
  /** What energy is estimated with; default: what is known of the device without a calibration. */
  readonly power?: { readonly technology: PowerTechnology; readonly static: StaticPower };
}

/** A structure with its costs as arrays, which are made when they are first asked for. */
export interface SpaceStructure {
  readonly structure: Structure;
  programme(): Programme;
  elimination(): Elimination;
}

/** All that can be chosen for a network on a device: widths, and for each structure multipliers and memories. */
export interface DesignSpace extends Required<SpaceOptions> {
  readonly architecture: Architecture;
  /** Without overrides: widths of samples, forecast, scores and exponentials, and the kind of scales. */
  readonly precision: Precision;
  /** Weights and hidden activations, in the graph's order. */
  readonly tensors: readonly string[];
  readonly structures: readonly SpaceStructure[];
}

/**
 * The design space of a network. Making it takes a fraction of a second; cost tables are made when a structure is looked at, and kept:
 * use the same space for all questions about a network.
 */
export function designSpace(architecture: Architecture, precision: Precision, options: SpaceOptions): DesignSpace {
  const { device } = options;
  const mode = options.mode ?? "window";
  const memories = options.memories ?? "selectable";
  const base = { ...precision, overrides: {} };
  const tensors = chosenTensors(buildGraph(architecture, base)).map(({ name }) => name);
  const compiled: Compiled = new Map();
  const eliminations = new Map<string, Elimination>();
  const structures = structuresFor(architecture, base, { device, mode, memories }).map((structure): SpaceStructure => {
    let programme: Programme | undefined;
    let elimination: Elimination | undefined;
    const own = {
      structure,
      programme: () => {
        programme ??= compile(structure.costs(), tensors, compiled);
        return programme;
      },
      elimination: () => {
        elimination ??= eliminationOf(own.programme(), tensors.length, eliminations);
        return elimination;
      },
    };
    return own;
  });
  return {
    architecture,
    precision: base,
    device,
    mode,
    memories,
    utilisation: options.utilisation ?? UTILISATION,
    clockHz: options.clockHz ?? device.clockHz,
    power: options.power ?? { technology: powerTechnology(device), static: staticPowerOf(device) },
    tensors,
    structures,
  };
}

function eliminationOf(programme: Programme, variables: number, before: Map<string, Elimination>): Elimination {
  const scopes = [
    ...programme.tables.map(({ scope }) => scope),
    ...programme.ceilings.flatMap(({ members }) => members.map(({ scope }) => scope)),
  ];
  const distinct = [...new Set(scopes.map((scope) => scope.join()))].sort();
  const key = distinct.join(";");
  const made = before.get(key) ?? planElimination(variables, scopes);
  before.set(key, made);
  return made;
}
