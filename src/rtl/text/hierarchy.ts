import { GatecastError } from "../../errors.js";
import type { ModuleGraph } from "../core/graph.js";

/** A generated file. */
export interface SourceFile {
  readonly fileName: string;
  readonly text: string;
}

/** Names of the clocked modules that stand, at any depth, in an instance with a clock enable: they have a port for it. */
function gatedModules(top: ModuleGraph): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = (graph: ModuleGraph, gated: boolean): void => {
    const key = `${graph.name} ${gated}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (gated && graph.clocked) names.add(graph.name);
    for (const instance of graph.instances) visit(instance.module, gated || instance.clockEnable !== undefined);
  };
  visit(top, false);
  return names;
}

/** Prints each module of a design once, those inside before those around them; `gated` are those with a clock enable. */
export function inCompileOrder(
  top: ModuleGraph,
  extension: string,
  print: (graph: ModuleGraph, gated: ReadonlySet<string>) => string,
): SourceFile[] {
  const gated = gatedModules(top);
  const texts = new Map<string, string>();
  const seen = new Set<ModuleGraph>();
  const visit = (graph: ModuleGraph): void => {
    if (seen.has(graph)) return;
    seen.add(graph);
    for (const instance of graph.instances) visit(instance.module);
    const text = print(graph, gated);
    const other = texts.get(graph.name);
    if (other !== undefined && other !== text) {
      throw new GatecastError("hardware", `${top.name} contains two different modules called ${graph.name}`, {
        remedy: "put what differs (widths, lanes) into the name",
        where: { module: graph.name },
      });
    }
    texts.set(graph.name, text);
  };
  visit(top);
  return [...texts].map(([name, text]) => ({ fileName: `${name}.${extension}`, text }));
}
