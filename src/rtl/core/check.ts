import type { Instance, ModuleGraph, Node, WireNode } from "./graph.js";
import { fail, showPlace } from "./place.js";
import { operandsOf, rootsOf } from "./walk.js";

type Parts = Pick<ModuleGraph, "name" | "ports" | "outputs" | "registers" | "memories" | "instances">;

/** Everything declared must have got its source. */
export function checkComplete(parts: Parts, wires: readonly WireNode[]): void {
  for (const reg of parts.registers) {
    if (reg.next === undefined) fail(`register ${reg.label} has no next value`, "call .next(...) once", reg.place);
  }
  for (const wire of wires) {
    if (wire.source === undefined) {
      fail(
        `wire ${wire.name ?? ""} is not driven`,
        "drive it once (the ready of a stream is driven by its consumer)",
        wire.place,
      );
    }
  }
  for (const instance of parts.instances) checkInputs(instance);
}

function checkInputs(instance: Instance): void {
  for (const port of instance.module.ports) {
    if (port.direction === "out" || instance.inputs.has(port.name)) continue;
    const stream = port.stream?.role === "ready" ? `stream ${instance.label}.${port.stream.name} has no consumer` : "";
    fail(
      stream === "" ? `input ${instance.label}.${port.name} is not connected` : stream,
      stream === "" ? "give it a value" : "accept it, pass it to an instance or return it",
      instance.place,
    );
  }
}

/**
 * For each output the inputs it depends on combinationally. Fails on a combinational loop, and on a stream whose valid or
 * data depend on its own ready.
 */
export function checkPaths(parts: Parts): Map<string, Set<string>> {
  const inputs = parts.ports.filter((port) => port.direction === "in").map((port) => port.name);
  const bitOf = new Map(inputs.map((name, i) => [name, 1n << BigInt(i)]));
  const masks = new Map<Node, bigint>();
  const path: Node[] = [];
  const onPath = new Set<Node>();

  const visit = (node: Node): bigint => {
    const known = masks.get(node);
    if (known !== undefined) return known;
    if (onPath.has(node)) {
      const loop = [...path.slice(path.indexOf(node)), node];
      const names = loop.map(nameOf).filter((name, i, all) => name !== "" && name !== all[i - 1]);
      const place = loop.find((n) => n.kind === "wire");
      fail(
        `${parts.name} has a combinational loop through ${names.length > 0 ? names.join(" <- ") : "unnamed values"}`,
        "break it with a register",
        place?.kind === "wire" ? place.place : undefined,
      );
    }
    onPath.add(node);
    path.push(node);
    let mask = node.kind === "input" ? (bitOf.get(node.port) ?? 0n) : 0n;
    for (const operand of operandsOf(node)) mask |= visit(operand);
    path.pop();
    onPath.delete(node);
    masks.set(node, mask);
    return mask;
  };

  for (const root of rootsOf(parts)) visit(root);
  const depends = new Map<string, Set<string>>();
  for (const [port, node] of parts.outputs) {
    const mask = visit(node);
    depends.set(port, new Set(inputs.filter((name) => (mask & (bitOf.get(name) ?? 0n)) !== 0n)));
  }
  for (const port of parts.ports) {
    if (port.direction !== "out" || port.stream === undefined || port.stream.role === "ready") continue;
    if (depends.get(port.name)?.has(`${port.stream.name}_ready`) === true) {
      fail(
        `${parts.name}.${port.name} depends combinationally on its own ready`,
        "a producer must offer without waiting for ready: take ready only into registers and its own input's ready",
      );
    }
  }
  return depends;
}

function nameOf(node: Node): string {
  if (node.kind === "result") return `${node.instance.label}.${node.port}`;
  const at = node.kind === "wire" || node.kind === "reg" ? showPlace(node.place) : "";
  return `${node.name ?? ""}${at === "" || node.name === undefined ? "" : ` (${at})`}`;
}
