import { type Num, type NumType, pack, type StreamType, stream, uint, unpack } from "../../rtl/index.js";

/** Elements of one type that travel side by side in one beat of a stream. */
export interface Beat {
  readonly type: NumType;
  /** Elements in a beat. */
  readonly lanes: number;
}

/** Type of the word that holds a beat: the element itself, or several packed, element 0 in the low bits. */
export function wordType(beat: Beat): NumType {
  return beat.lanes === 1 ? beat.type : uint(beat.lanes * beat.type.width);
}

export type BeatStream = StreamType<{ data: NumType }>;

/** The port of a stream of such beats. */
export function beatStream(beat: Beat, note?: string): BeatStream {
  const word = wordType(beat);
  return stream({ data: note === undefined ? word : word.about(note) });
}

/** The elements of a word. */
export function elementsOf(word: Num, beat: Beat): Num[] {
  return beat.lanes === 1 ? [word] : unpack(word, beat.type);
}

/** The word of elements, each of which is a value of the beat's type. */
export function wordOf(elements: readonly Num[], beat: Beat): Num {
  const typed = elements.map((element) => element.fit(beat.type));
  const [only] = typed;
  return only !== undefined && typed.length === 1 ? only : pack(typed);
}

/** A word of `count` beats side by side, cut into the words of each. */
export function splitWord(word: Num, beat: Beat, count: number): Num[] {
  if (count === 1) return [word];
  const width = beat.lanes * beat.type.width;
  return Array.from({ length: count }, (_, index) => {
    const part = word.slice((index + 1) * width - 1, index * width);
    return beat.lanes > 1 ? part : (unpack(part, beat.type)[0] ?? part);
  });
}

/** "4x3" for three elements of four bits, with an s before the width of signed ones: part of the names of modules. */
export function beatName(beat: Beat): string {
  return `${beat.lanes}x${intervalName(beat.type)}`;
}

/** "s4" and "u8" for full intervals, "s4n" and "u8n" for narrower ones, with the bounds where they are not the usual narrow ones. */
export function intervalName(type: NumType): string {
  const name = `${type.signed ? "s" : "u"}${type.width}`;
  if (type.full) return name;
  if (type.signed && type.lo === -type.hi) return `${name}n${type.hi}`;
  return `${name}_${String(type.lo).replace("-", "m")}_${String(type.hi).replace("-", "m")}`;
}
