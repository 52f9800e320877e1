import { rm } from "node:fs/promises";
import { join } from "node:path";
import { explainFileError, systemErrorCode, writeAtomic } from "../../toolchain/files.js";
import { readBytes } from "../read-bytes.js";
import type { Scratch } from "../steps/step.js";

/** Working files of a folder that is no run. */
export function folderScratch(folder: string): Scratch {
  return {
    read: async (file) => {
      const path = join(folder, file);
      try {
        return await readBytes(path);
      } catch (error) {
        if (systemErrorCode(error) === "ENOENT") return undefined;
        throw explainFileError(error, path, "read");
      }
    },
    write: (file, content) => writeAtomic(join(folder, file), content),
    remove: (file) => rm(join(folder, file), { recursive: true, force: true }),
  };
}
