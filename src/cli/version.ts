import { readFileSync } from "node:fs";
import { z } from "zod";

/** Version of this Gatecast, from its package.json (two folders up, both in src and in dist). */
export const gatecastVersion = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;
