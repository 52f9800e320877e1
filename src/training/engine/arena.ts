import { GatecastError } from "../../errors.js";

const PAGE = 65536;
/** WebAssembly addresses 4 GiB; half of it is more than any model here needs, and what every engine grants. */
const LARGEST = 2 ** 31;
/** Pages that programs may add (engine/tape.ts). */
const GROWTH = 1024;

/** Hands out addresses in one WebAssembly memory, which is made once everything is reserved. */
export class Arena {
  #next = PAGE; // the first page stays empty, so that 0 is no buffer

  /** Address of `count` floats, on a cache line of its own. */
  floats(count: number): number {
    const address = this.#next;
    this.#next = Math.ceil((address + 4 * count) / 64) * 64;
    if (this.#next > LARGEST - PAGE * (GROWTH + 1)) {
      throw new GatecastError("training", "Training this network with this batch needs more than 2 GiB of memory.", {
        remedy: "Choose a smaller batch, a shorter window, or fewer heads and layers.",
        where: { key: "batch" },
      });
    }
    return address;
  }

  /** The memory that holds all of it, zeroed; shared, so that other threads can help. */
  allocate(): WebAssembly.Memory {
    // One tile more: a kernel may read (never write) up to seven floats behind a buffer's end.
    const pages = Math.ceil((this.#next + 64) / PAGE);
    return new WebAssembly.Memory({ initial: pages, maximum: pages + GROWTH, shared: true });
  }
}
