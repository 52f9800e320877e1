import type { ModuleGraph, Node } from "./graph.js";

/** The nodes that a node reads combinationally within its own cycle and module; a result's depend on its module. */
export function operandsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "const":
    case "input":
    case "reg":
      return [];
    case "wire":
      return node.source === undefined ? [] : [node.source];
    case "arith":
    case "compare":
      return [node.a, node.b];
    case "logic":
      return node.operands;
    case "pick":
      return [node.select, ...node.options];
    case "slice":
    case "shift":
      return [node.a];
    case "fit":
      return node.when === undefined ? [node.a] : [node.a, node.when];
    case "cat":
      return node.parts;
    case "read":
      return node.memory.latency === 0 ? [node.address] : [];
    case "result": {
      const needed = node.instance.module.depends.get(node.port) ?? new Set<string>();
      return [...needed].flatMap((port) => {
        const nodes = node.instance.inputs.get(port) ?? [];
        const one = nodes.length === 1 ? nodes[0] : nodes[node.copy];
        return one === undefined ? [] : [one];
      });
    }
  }
}

/** The nodes that the module's state and instances read at the clock edge or pass on: with the outputs, all roots. */
export function rootsOf(graph: Pick<ModuleGraph, "registers" | "memories" | "instances" | "outputs">): Node[] {
  const roots: Node[] = [...graph.outputs.values()];
  for (const reg of graph.registers) {
    if (reg.next !== undefined) roots.push(reg.next);
    if (reg.enable !== undefined) roots.push(reg.enable);
  }
  for (const memory of graph.memories) {
    if (memory.write !== undefined) roots.push(memory.write.enable, memory.write.address, memory.write.data);
    if (memory.latency === 1) {
      for (const read of memory.reads) {
        roots.push(read.address);
        if (read.enable !== undefined) roots.push(read.enable);
      }
    }
  }
  for (const instance of graph.instances) {
    for (const nodes of instance.inputs.values()) roots.push(...nodes);
    if (instance.clockEnable !== undefined) roots.push(instance.clockEnable);
  }
  return roots;
}

/** All nodes of a module that its roots need, each after its operands. */
export function orderedNodes(graph: Pick<ModuleGraph, "registers" | "memories" | "instances" | "outputs">): Node[] {
  const seen = new Set<Node>();
  const order: Node[] = [];
  for (const root of [...graph.registers, ...rootsOf(graph)]) {
    // Depth first without recursion: adder chains can be deeper than the host's stack.
    const stack: { node: Node; operands: readonly Node[]; at: number }[] = [];
    const open = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      stack.push({ node, operands: operandsOf(node), at: 0 });
    };
    open(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.operands[top.at++];
      if (operand !== undefined) open(operand);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
