import { GatecastError } from "../../errors.js";

/** Where in the caller's source something was written. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

const FRAME = /((?:file|https?):\/\/[^\s)]+|\/[^\s)]+|[A-Za-z]:[\\/][^\s)]+):(\d+):\d+\)?$/;

function frames(): Place[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  const places: Place[] = [];
  for (const text of stack.split("\n")) {
    const match = FRAME.exec(text.trim());
    if (match?.[1] !== undefined) places.push({ file: match[1].replace(/\?.*$/, ""), line: Number(match[2]) });
  }
  return places;
}

const folderOf = (file: string): string => file.replace(/[^\\/]*$/, "");
/** The folder of the language's core, whose frames are not the caller's. */
const ownFolder = folderOf(frames()[0]?.file ?? "");

/** The innermost place outside the language's core: the line the user wrote. */
export function callerPlace(): Place | undefined {
  const all = frames();
  return all.find((place) => folderOf(place.file) !== ownFolder || place.file.includes(".test.")) ?? undefined;
}

/** `file.ts:12`, or an empty string where the place is not known. */
export function showPlace(place: Place | undefined): string {
  return place === undefined ? "" : `${place.file.replace(/^.*[\\/]/, "")}:${place.line}`;
}

/** Throws the error of a wrong description of hardware; its message ends with the caller's line. */
export function fail(message: string, remedy: string, place: Place | undefined = callerPlace()): never {
  const at = place === undefined ? "" : ` (at ${showPlace(place)})`;
  throw new GatecastError("hardware", `${message}${at}`, {
    remedy,
    ...(place === undefined ? {} : { where: { file: place.file, line: place.line } }),
  });
}
