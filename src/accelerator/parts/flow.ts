import type { Builder, MemoryStyle, NumType, Stream } from "../../rtl/index.js";
import { type Beat, beatStream } from "./beat.js";
import { allOf } from "./counter.js";
import { fifoModule } from "./fifo.js";
import { narrowModule, widenModule } from "./gearbox.js";

export type Elements = Stream<{ data: NumType }>;

/** The stream in beats of `lanes` elements: through a gearbox where it has others. */
export function withLanes(m: Builder, name: string, stream: Elements, from: Beat, lanes: number): Elements {
  if (from.lanes === lanes) return stream;
  const box = lanes > from.lanes ? widenModule(from, lanes / from.lanes) : narrowModule(from, from.lanes / lanes);
  return m.use(name, box, { x: stream }).y;
}

/** The stream behind a queue of at least `depth` beats. */
export function queued(m: Builder, name: string, stream: Elements, beat: Beat, depth: number, style: MemoryStyle) {
  return m.use(name, fifoModule(beat, depth, style), { x: stream }).y;
}

/**
 * The stream once for each consumer: a beat moves in the cycle in which all of them are ready. Valid then depends on the
 * others' ready, which no buffer of ours takes back before a beat has moved.
 */
export function forked(m: Builder, name: string, stream: Elements, beat: Beat, count: number): Elements[] {
  if (count === 1) return [stream];
  const payload = beatStream(beat).payload;
  const links = Array.from({ length: count }, (_, index) => m.stream(`${name}_${index}`, payload));
  stream.accept(allOf(...links.map((link) => link.ready)));
  for (const link of links) {
    const others = links.filter((other) => other !== link).map((other) => other.ready);
    link.drive({ valid: allOf(stream.valid, ...others), data: stream.data });
  }
  return links.map((link) => link.stream);
}
