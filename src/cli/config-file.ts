import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { createJiti } from "jiti";
import { GatecastError } from "../errors.js";
import { isBuiltin } from "./configuration.js";
import type { SettingsLayer } from "./resolve-configuration.js";

/** Looked for in the current folder, in this order, where `--config` names none. */
export const configFileNames = [
  "gatecast.config.ts",
  "gatecast.config.mts",
  "gatecast.config.js",
  "gatecast.config.mjs",
];

/**
 * Loads the project's configuration file: the one named, or the first of `configFileNames` in `folder`, or nothing.
 * TypeScript is read as it is; `import { defineConfig } from "gatecast"` means the gatecast that is running, so that the
 * file also works where gatecast is not installed beside it. Relative paths in it start from its own folder.
 *
 * @throws GatecastError "usage": the file named is not there, does not run, or exports no object
 */
export async function loadConfigFile(named: string | undefined, folder: string): Promise<SettingsLayer | undefined> {
  const path =
    named === undefined
      ? configFileNames.map((name) => resolve(folder, name)).find((candidate) => existsSync(candidate))
      : resolve(folder, named);
  if (path === undefined) return undefined;
  if (!existsSync(path)) {
    throw new GatecastError("usage", `The configuration file ${path} does not exist.`, {
      remedy: `Check the path after --config, or leave it out to use ${configFileNames[0]} of the current folder.`,
      where: { path },
    });
  }
  let settings: unknown;
  try {
    const jiti = createJiti(import.meta.url, { virtualModules: { gatecast: await import("../index.js") } });
    settings = await jiti.import(path, { default: true });
  } catch (error) {
    throw new GatecastError(
      "usage",
      `The configuration file ${path} does not run: ${error instanceof Error ? error.message : String(error)}`,
      { remedy: "Mend the file; `node` and your editor show where it fails.", where: { path }, cause: error },
    );
  }
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw new GatecastError("usage", `The configuration file ${path} does not export an object as its default.`, {
      remedy: 'Write `export default defineConfig({ data: "...", target: "..." });`.',
      where: { path },
    });
  }
  const values: Record<string, unknown> = { ...settings };
  for (const key of ["data", "out"]) {
    const place = values[key];
    if (typeof place === "string" && !isBuiltin(place)) values[key] = resolve(dirname(path), place);
  }
  return { source: `in ${basename(path)}`, values };
}
