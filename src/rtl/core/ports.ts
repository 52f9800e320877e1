import type { ModuleGraph, Port } from "./graph.js";
import { BIT } from "./make.js";
import { fail } from "./place.js";
import { isReserved } from "./reserved.js";
import { type Stream, type StreamOffer, StreamType } from "./streams.js";
import type { Type } from "./types.js";
import type { Bit, LikeOf, ValueOf } from "./values.js";

/** The ports of one direction, as the module's author writes them. */
export type Ports = Readonly<Record<string, Type | StreamType>>;

/** A finished module with the types of its ports. */
export interface Module<I extends Ports = Ports, O extends Ports = Ports> {
  readonly name: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly graph: ModuleGraph;
}

type StreamKeys<O> = { [K in keyof O]: O[K] extends StreamType ? K : never }[keyof O];

/** What the body of a module sees: the values of its inputs, its input streams, and `ready` of its output streams. */
export type Inside<I, O> = {
  readonly [K in keyof I]: I[K] extends StreamType<infer P> ? Stream<P> : ValueOf<I[K]>;
} & { readonly [K in StreamKeys<O>]: { readonly ready: Bit } };

/** What the body returns: a value for each output, an offer or a whole stream for each output stream. */
export type Returned<O> = {
  readonly [K in keyof O]: O[K] extends StreamType<infer P> ? StreamOffer<P> | Stream<P> : LikeOf<O[K]>;
};

/** What an instance is given. */
export type Given<I> = {
  readonly [K in keyof I]: I[K] extends StreamType<infer P> ? Stream<P> : LikeOf<I[K]>;
};

/** What an instance gives. */
export type Results<O> = {
  readonly [K in keyof O]: O[K] extends StreamType<infer P> ? Stream<P> : ValueOf<O[K]>;
};

/** What the copies of a repeated module are given: one value for all, or one for each. */
export type GivenEach<I> = { readonly [K in keyof I]: LikeOf<I[K]> | readonly LikeOf<I[K]>[] };

/** What the copies give. */
export type ResultsEach<O> = { readonly [K in keyof O]: readonly ValueOf<O[K]>[] };

const PORT_NAME = /^[A-Za-z](?:_?[A-Za-z0-9])*$/;

/** The name of a port must be legal in every language as it stands. */
function checkPortName(name: string, taken: Set<string>): void {
  if (!PORT_NAME.test(name)) {
    fail(`${name} is no legal port name`, "letters, digits and single underscores between them, a letter first");
  }
  if (isReserved(name)) fail(`port ${name} is a reserved word of VHDL or Verilog`, "rename it");
  const low = name.toLowerCase();
  if (taken.has(low)) fail(`two ports are called ${name} (upper and lower case are the same in VHDL)`, "rename one");
  taken.add(low);
}

/** The flat list of ports: a stream `x` becomes `x_valid`, `x_<field>` ... and, against it, `x_ready`. */
export function flattenPorts(inputs: Ports, outputs: Ports): Port[] {
  const taken = new Set<string>(["clock", "reset", "clock_enable"]);
  const flat: Port[] = [];
  const add = (name: string, direction: "in" | "out", type: Type, stream: Port["stream"]): void => {
    checkPortName(name, taken);
    flat.push({ name, direction, type, stream });
  };
  for (const [direction, ports] of [
    ["in", inputs],
    ["out", outputs],
  ] as const) {
    const against = direction === "in" ? "out" : "in";
    for (const [name, type] of Object.entries(ports)) {
      if (!(type instanceof StreamType)) {
        add(name, direction, type, undefined);
        continue;
      }
      const { pausedBy } = type;
      const pauses = pausedBy === undefined ? undefined : inputs[pausedBy];
      if (pausedBy !== undefined && (pauses instanceof StreamType || pauses?.kind !== "bit")) {
        fail(`stream ${name} is paused by ${pausedBy}, which is no input bit`, "name an input of type bit()");
      }
      add(`${name}_valid`, direction, BIT, { name, role: "valid", pausedBy });
      for (const [field, fieldType] of Object.entries(type.payload)) {
        add(`${name}_${field}`, direction, fieldType, { name, role: "data", pausedBy });
      }
      add(`${name}_ready`, against, BIT, { name, role: "ready", pausedBy });
    }
  }
  return flat;
}

/** The record of a stream's payload, from the value of each flat port. */
export function payloadValues<T>(name: string, type: StreamType, value: (port: string, type: Type) => T) {
  return Object.fromEntries(
    Object.entries(type.payload).map(([field, fieldType]) => [field, value(`${name}_${field}`, fieldType)]),
  );
}
