import type { CycleModel, Link, Stage } from "./cycle-model.js";

/** A buffer of whole items (tokens, rows, windows) of `beats` beats, `slots` of them. */
export class ItemBuffer implements Stage {
  #stored = 0;
  #beat = 0;
  #released = false;
  constructor(
    readonly input: Link,
    readonly beats: number,
    readonly slots: number,
  ) {}
  /** Whether a whole item is there. */
  get available(): boolean {
    return this.#stored > 0;
  }
  get stored(): number {
    return this.#stored;
  }
  settle(): void {
    this.input.ready = this.#stored < this.slots;
  }
  /** The item at the front is done with: from the engine, at the edge before this one's `tick`. */
  release(): void {
    this.#released = true;
  }
  tick(): void {
    if (this.input.valid && this.input.ready && ++this.#beat === this.beats) {
      this.#beat = 0;
      this.#stored++;
    }
    if (this.#released) this.#stored--;
    this.#released = false;
  }
}

/** What an engine reads, and after how many steps it releases an item of it. */
export interface EngineInput {
  readonly buffer: ItemBuffer;
  readonly releaseEvery: number;
}

/**
 * One step a cycle while all its buffers have an item and its pipeline moves; every `outputEvery` steps one beat, which
 * leaves the pipeline `depth` cycles later.
 */
class Engine implements Stage {
  #step = 0;
  #filled = 0;
  #issue = false;
  #go = false;
  readonly #tail: number;
  readonly #period: number;
  constructor(
    readonly inputs: readonly EngineInput[],
    readonly output: Link,
    readonly outputEvery: number,
    depth: number,
  ) {
    this.#tail = 1 << (depth - 1);
    this.#period = Math.max(...inputs.map((input) => input.releaseEvery));
  }
  settle(): void {
    this.output.valid = (this.#filled & this.#tail) !== 0;
    this.#go = !this.output.valid || this.output.ready;
    this.#issue = this.#go && this.inputs.every((input) => input.buffer.available);
  }
  tick(): void {
    if (!this.#go) return;
    let output = 0;
    if (this.#issue) {
      this.#step++;
      if (this.#step % this.outputEvery === 0) output = 1;
      for (const input of this.inputs) if (this.#step % input.releaseEvery === 0) input.buffer.release();
      if (this.#step === this.#period) this.#step = 0;
    }
    this.#filled = ((this.#filled & (this.#tail - 1)) << 1) | output;
  }
}

/** Adds an engine behind its buffers. Buffers come later than the engine in the order of edges, so that they see releases. */
export function engine(
  model: CycleModel,
  inputs: readonly { link: Link; beats: number; slots: number; releaseEvery: number }[],
  outputEvery: number,
  depth: number,
): Link {
  const output = model.link();
  const buffers = inputs.map(({ link, beats, slots, releaseEvery }) => ({
    buffer: new ItemBuffer(link, beats, slots),
    releaseEvery,
  }));
  model.add(new Engine(buffers, output, outputEvery, depth));
  for (const { buffer } of buffers) model.add(buffer);
  return output;
}
