import { GatecastError } from "../errors.js";
import { catalogue } from "./devices/catalogue.js";
import { type Board, checkDevices, type Device } from "./devices/schema.js";

export type { Board, Device } from "./devices/schema.js";

/** Every known device; checked when this module is loaded, so that a wrong entry is told at once. */
export const devices: readonly Device[] = checkDevices(catalogue);

/** Names of all known devices. */
export const deviceNames: readonly string[] = devices.map(({ name }) => name);

/**
 * The device of this name (upper or lower case).
 *
 * @throws GatecastError of kind "usage" that lists the known devices.
 */
export function device(name: string): Device {
  const found = devices.find((candidate) => candidate.name === name.toLowerCase());
  if (found === undefined) {
    throw new GatecastError("usage", `The device "${name}" is not known.`, {
      remedy: `Known devices: ${deviceNames.join(", ")}.`,
      where: { device: name },
    });
  }
  return found;
}

/**
 * The board of this name (upper or lower case), which must carry the device; with no name, the first one that does.
 *
 * @returns undefined where no board with the device is known and none is named
 * @throws GatecastError of kind "usage" that lists the boards of the device
 */
export function boardOf(target: Device, name: string | null): Board | undefined {
  if (name === null) return target.boards[0];
  const found = target.boards.find((candidate) => candidate.name === name.toLowerCase());
  if (found !== undefined) return found;
  const other = devices.find(({ boards }) => boards.some((candidate) => candidate.name === name.toLowerCase()));
  const known = target.boards.map((board) => board.name).join(", ");
  throw new GatecastError(
    "usage",
    other === undefined
      ? `The board "${name}" is not known.`
      : `The board "${name}" carries the ${other.title}, not the ${target.title}.`,
    {
      remedy:
        known === ""
          ? `No board with the ${target.title} is known: leave --board out.`
          : `Known boards with the ${target.title}: ${known}.`,
      where: { board: name, device: target.name },
    },
  );
}
