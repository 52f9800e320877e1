import type { TestContext } from "vitest";
import { findToolIfPresent, type Tool, type ToolName } from "../tools.js";

/** Tools whose absence is never a failure: they only repeat what a tool that comes with npm does. */
const optional: readonly ToolName[] = ["yosys"];

/**
 * The tool, for a test that needs it. Where it is missing the test is skipped with the reason in its name's place; with
 * GATECAST_REQUIRE_TOOLS=1 (as in CI) it fails instead.
 */
export async function toolForTest(context: TestContext, name: ToolName): Promise<Tool> {
  const found = await findToolIfPresent(name);
  if (found.tool !== undefined) return found.tool;
  if (process.env.GATECAST_REQUIRE_TOOLS === "1" && !optional.includes(name)) {
    throw new Error(`${found.reason}, and GATECAST_REQUIRE_TOOLS=1 allows no test to be skipped for it`);
  }
  return context.skip(found.reason);
}
