import type { Estimate } from "../../accelerator/index.js";
import type { SpaceStructure } from "../space/design-space.js";
import type { Question } from "./opened.js";

/** A structure is beaten by another that takes at most this share of everything that it takes. */
const BEATEN = 0.97;
/** Exact cycles are no less than this share of rough ones. */
const EXACT = 0.8;

/**
 * Structures that may be the best, the most promising first: those that can keep the limit of cycles, without those that need more of
 * everything than another one.
 */
export function promising({ space, objective, limits }: Question): SpaceStructure[] {
  const most = limits.cycles ?? Number.POSITIVE_INFINITY;
  const able = space.structures.filter(({ structure }) => structure.roughCycles * EXACT <= most);
  // Where only the limit counts, cycles below it are worth nothing, if they are certain to be.
  const worth = ({ structure }: SpaceStructure) =>
    objective === "error" || objective === "area"
      ? limits.microjoules === undefined
        ? Math.max(structure.roughCycles, 0.7 * most)
        : structure.roughCycles
      : structure.roughCycles;
  const beaten = (one: SpaceStructure) =>
    able.some(
      (other) =>
        other !== one &&
        (Number.isFinite(most) || objective === "latency" || objective === "energy"
          ? worth(other) <= worth(one)
          : true) &&
        one.structure.bare.every((estimate, index) =>
          isLess(other.structure.bare[index], estimate, space.device.lutram),
        ),
    );
  const left = able.filter((one) => !beaten(one));
  const area = ({ structure }: SpaceStructure) => structure.bare.reduce((sum, { lut }) => sum + lut, 0);
  return objective === "latency"
    ? left.sort((a, b) => a.structure.roughCycles - b.structure.roughCycles)
    : left.sort((a, b) => area(a) - area(b));
}

function isLess(a: Estimate | undefined, b: Estimate, lutram: number): boolean {
  // Memory in look-up tables is a limit of its own for those only that need much of it.
  const memory = a !== undefined && (a.lutram <= b.lutram || a.lutram <= lutram / 2);
  return memory && a.lut <= BEATEN * b.lut && a.ff <= BEATEN * b.ff;
}
