import { GatecastError } from "../../errors.js";
import type { Simulation } from "./simulation.js";
import { StreamWatch, standstill } from "./stream-watch.js";

/** The fields of one element. */
export type Element = Readonly<Record<string, number | bigint | boolean>>;

export interface StreamRun {
  /** Elements to send, by input stream. */
  readonly inputs: Readonly<Record<string, readonly Element[]>>;
  /** How many elements to take from each output stream. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Whether a side pauses in a cycle: called with the stream's name; default never. */
  readonly stall?: (stream: string) => boolean;
  /** Give up after so many cycles. */
  readonly maxCycles: number;
}

/** What came out, and in how many cycles (to the last transfer, included). */
export interface StreamResult {
  readonly outputs: Readonly<Record<string, Record<string, bigint>[]>>;
  readonly cycles: number;
}

/**
 * Sends elements into the input streams of a module and gathers those of its output streams, with stalls on both sides.
 * A sender keeps its element until it is taken; it pauses only between elements.
 * @throws GatecastError of kind verification if the outputs do not come within `maxCycles`: says which stream stalls since when.
 */
export function runStreams(sim: Simulation, run: StreamRun): StreamResult {
  const stall = run.stall ?? (() => false);
  const sources = Object.entries(run.inputs).map(([name, elements]) => ({
    name,
    elements,
    at: 0,
    offering: false,
    watch: new StreamWatch(name, "source"),
  }));
  const sinks = Object.entries(run.outputs).map(([name, count]) => ({
    name,
    count,
    taken: [] as Record<string, bigint>[],
    ready: false,
    watch: new StreamWatch(name, "sink"),
  }));
  for (let cycle = 0; cycle < run.maxCycles; cycle++) {
    for (const source of sources) {
      const element = source.elements[source.at];
      source.offering ||= element !== undefined && !stall(source.name);
      const fields = Object.entries(element ?? {}).map(([field, value]) => [`${source.name}_${field}`, value]);
      sim.poke({ [`${source.name}_valid`]: source.offering, ...Object.fromEntries(fields) });
    }
    for (const sink of sinks) {
      sink.ready = sink.taken.length < sink.count && !stall(sink.name);
      sim.poke({ [`${sink.name}_ready`]: sink.ready });
    }
    const seen = sim.peek();
    for (const source of sources) {
      const ready = seen[`${source.name}_ready`] === 1n;
      source.watch.note(cycle, source.offering, ready);
      if (!source.offering || !ready) continue;
      source.at += 1;
      source.offering = false;
    }
    for (const sink of sinks) {
      const offered = seen[`${sink.name}_valid`] === 1n;
      sink.watch.note(cycle, offered, sink.ready);
      if (sink.ready && offered) sink.taken.push(elementOf(sink.name, seen));
    }
    sim.step();
    if (sinks.every((sink) => sink.taken.length === sink.count)) {
      return { outputs: Object.fromEntries(sinks.map((sink) => [sink.name, sink.taken])), cycles: cycle + 1 };
    }
  }
  const state = [
    ...sources.map((s) => `${s.at} of ${s.elements.length} sent into ${s.name}`),
    ...sinks.map((s) => `${s.taken.length} of ${s.count} taken from ${s.name}`),
  ];
  const unfinished = [
    ...sources.filter((source) => source.at < source.elements.length),
    ...sinks.filter((sink) => sink.taken.length < sink.count),
  ].map(({ watch }) => watch);
  throw new GatecastError(
    "verification",
    `after ${run.maxCycles} cycles: ${state.join(", ")}; ${standstill(unfinished)}`,
    { remedy: "allow more cycles if it is slow; otherwise a ready or a valid never comes" },
  );
}

function elementOf(stream: string, seen: Readonly<Record<string, bigint>>): Record<string, bigint> {
  const fields = Object.entries(seen).flatMap(([port, value]) => {
    const field = port.startsWith(`${stream}_`) ? port.slice(stream.length + 1) : "";
    return field === "" || field === "valid" || field === "ready" ? [] : [[field, value] as const];
  });
  return Object.fromEntries(fields);
}
