import type { ModuleGraph } from "../core/graph.js";
import { pokeablePorts } from "../simulation/simulation.js";
import type { Random } from "./random.js";

/** One cycle's inputs. */
export type Vector = Record<string, bigint>;

/** Inputs for some cycles, with many corner values and now and then a reset. */
export function randomVectors(graph: ModuleGraph, cycles: number, random: Random): Vector[] {
  return Array.from({ length: cycles }, () =>
    Object.fromEntries(
      pokeablePorts(graph).map(({ name, type }) => [
        name,
        name === "reset" ? (random.chance(10) ? 1n : 0n) : random.within(type.lo, type.hi),
      ]),
    ),
  );
}
