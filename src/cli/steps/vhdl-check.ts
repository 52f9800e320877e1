import { findTool, findToolIfPresent } from "../../toolchain/tools.js";
import type { Configuration } from "../configuration.js";

/** What decides the result of GHDL: its version, or why there is none. */
export async function ghdlIdentity(when: Configuration["ghdl"]): Promise<string> {
  if (when === "no") return "not wanted";
  if (when === "yes") return (await findTool("ghdl")).version;
  const found = await findToolIfPresent("ghdl");
  return found.tool === undefined ? found.reason : found.tool.version;
}
