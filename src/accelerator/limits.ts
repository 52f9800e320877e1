import { GatecastError } from "../errors.js";
import type { Device } from "./devices.js";
import type { Estimate } from "./plan.js";

/**
 * Most levels of logic between registers, a carry chain counted as one: what 100 MHz on the slowest parts of the 7 series leaves time for.
 * Every operator is synthesised and held to it by a test; null: not measured for the family.
 */
export const mostLogicLevels: Readonly<Record<Device["family"], number | null>> = { xc7: 8, ice40: null };

/** A resource of which more is needed than may be used. */
export interface Excess {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** The fastest plan that fits is more often one that is estimated too low than one too high: some LUTs more stay free (docs/estimates.md). */
const RESERVE = 1.025;

/** LUTs that an estimate may come to, so that the design keeps `utilisation`. */
export function usableLuts({ lut }: Device, utilisation: number): number {
  return (lut * utilisation) / RESERVE;
}

/** The resources that an estimate exceeds, the one it exceeds most first. */
export function excessesOf(device: Device, utilisation: number, estimate: Estimate): Excess[] {
  const limits = [
    ["LUTs", estimate.lut, usableLuts(device, utilisation)],
    ["LUTs as memory", estimate.lutram, device.lutram * utilisation],
    ["flip-flops", estimate.ff, device.ff * utilisation],
    ["multiplier blocks", estimate.dsp, device.dsp],
    ["block memories", estimate.blockRam, device.blockRam.count],
  ] as const;
  return limits
    .filter(([, used, limit]) => used > limit)
    .map(([name, used, limit]) => ({ name, used, limit }))
    .sort((a, b) => shareOf(b) - shareOf(a));
}

/** How many times the limit is needed. */
export function shareOf({ used, limit }: Excess): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : used / limit;
}

/** @param advice what would fit, one sentence or more */
export function doesNotFit(device: Device, excesses: readonly Excess[], advice: string): GatecastError {
  const needs = excesses.map((excess) => {
    const { name, used, limit } = excess;
    const share = shareOf(excess);
    const more = Number.isFinite(share) ? ` (${Math.max(1, Math.round((share - 1) * 100))} % more)` : "";
    // The others may all be used, or nine tenths of them; LUTs that routing and the estimate's error need are more of a surprise.
    const of = name === "LUTs" ? ` of ${device.lut}` : "";
    return `about ${Math.round(used)} ${name}, and ${Math.floor(limit)}${of} may be used${more}`;
  });
  return new GatecastError(
    "hardware",
    `The model does not fit the ${device.title}: even the plan that comes nearest needs ${needs.join("; ")}.`,
    { remedy: advice, where: { device: device.name } },
  );
}
