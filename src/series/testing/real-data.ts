import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

/** The folder of public recordings (environment variable GATECAST_DATA), or undefined. For tests only. */
export function dataFolder(): string | undefined {
  const folder = process.env.GATECAST_DATA;
  return folder === undefined || folder === "" ? undefined : folder;
}

/**
 * A suite on the public recordings. Without GATECAST_DATA it is skipped, and says so in its title; where
 * GATECAST_REQUIRE_DATA=1 it fails instead.
 */
export function describeWithData(title: string, body: (data: RecordingFolder) => void): void {
  const folder = dataFolder();
  if (folder !== undefined) {
    describe(title, () => body(new RecordingFolder(folder)));
  } else if (process.env.GATECAST_REQUIRE_DATA === "1") {
    it(title, () => {
      throw new Error("GATECAST_REQUIRE_DATA=1, but GATECAST_DATA does not name the folder of recordings");
    });
  } else {
    it.skip(`${title} (skipped: GATECAST_DATA is not set)`, () => undefined);
  }
}

/** Reads files of the folder of recordings. */
export class RecordingFolder {
  constructor(private readonly folder: string) {}

  read(path: string): Uint8Array {
    return readFileSync(join(this.folder, path));
  }

  /** Paths of all CSV files below a folder, sorted. */
  csvFiles(below: string): string[] {
    return readdirSync(join(this.folder, below), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".csv"))
      .sort()
      .map((path) => join(below, path));
  }
}
