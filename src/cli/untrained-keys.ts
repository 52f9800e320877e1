import type { ConfigurationKey } from "./configuration.js";
import { networkKeys } from "./steps/network.js";

/** The settings of an accelerator whose network nobody has trained yet. */
export const untrainedKeys = [
  "target",
  "inputs",
  "window",
  "horizon",
  ...networkKeys,
  "device",
  "clock",
  "mode",
  "goal",
] as const satisfies readonly ConfigurationKey[];
