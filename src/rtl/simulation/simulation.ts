import { GatecastError } from "../../errors.js";
import type { FitNode, ModuleGraph, Port } from "../core/graph.js";
import { BIT } from "../core/make.js";
import { showPlace } from "../core/place.js";

/** What is given to a port. */
export type PortValue = number | bigint | boolean;

/** A module that runs: set inputs, look at outputs, step over clock edges. */
export interface Simulation {
  /** Sets inputs by port name (streams as `x_valid`, `x_<field>`, `y_ready`; `reset` where there is one); the others stay. */
  poke(values: Readonly<Record<string, PortValue>>): void;
  /** The outputs for the present inputs and state. */
  peek(): Record<string, bigint>;
  /** One clock edge, or several; checks the claims of `fit` before each. */
  step(count?: number): void;
}

/** The ports that can be poked: the inputs, and `reset` where the module has one. */
export function pokeablePorts(graph: ModuleGraph): Port[] {
  const inputs = graph.ports.filter((port) => port.direction === "in");
  if (!graph.resettable) return inputs;
  return [...inputs, { name: "reset", direction: "in", type: BIT, stream: undefined }];
}

/** The integer of a poked value, checked against the port's type. */
export function pokedValue(port: Port, value: PortValue): bigint {
  const integer = typeof value === "boolean" ? (value ? 1n : 0n) : BigInt(value);
  if (!port.type.has(integer)) {
    throw new GatecastError("hardware", `port ${port.name} of ${port.type} cannot take ${value}`, {
      remedy: "poke a value of the port's type",
      where: { port: port.name },
    });
  }
  return integer;
}

export function unknownPort(graph: ModuleGraph, name: string): GatecastError {
  const names = graph.ports.map((port) => port.name).join(", ");
  return new GatecastError("hardware", `${graph.name} has no such port ${name}`, {
    remedy: `its ports are ${names}`,
    where: { port: name },
  });
}

/** The error of a `fit` whose value does not lie in its type. */
export function claimError(path: string, node: FitNode, value: bigint, cycle: number): GatecastError {
  const name = node.name ?? node.a.name ?? "a value";
  return new GatecastError(
    "verification",
    `cycle ${cycle}: ${name} in ${path} is ${value}, which .fit(${node.type}) at ${showPlace(node.place)} says cannot be`,
    { remedy: "widen the type, saturate with clamp(), or say when the claim holds: .fit(type, { when })" },
  );
}
