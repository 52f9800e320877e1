import { GatecastError } from "../../errors.js";
import type { ModuleGraph } from "../core/graph.js";

/** A generated file. */
export interface SourceFile {
  readonly fileName: string;
  readonly text: string;
}

/** Prints each module of a design once, those inside before those around them. */
export function inCompileOrder(
  top: ModuleGraph,
  extension: string,
  print: (graph: ModuleGraph) => string,
): SourceFile[] {
  const texts = new Map<string, string>();
  const seen = new Set<ModuleGraph>();
  const visit = (graph: ModuleGraph): void => {
    if (seen.has(graph)) return;
    seen.add(graph);
    for (const instance of graph.instances) visit(instance.module);
    const text = print(graph);
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
