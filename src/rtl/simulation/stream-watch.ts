/** Watches one stream of a module from outside, so that a simulation that stands still can say where, why and since when. */
export class StreamWatch {
  /** First cycle in which nothing has moved since. */
  #since = 0;
  #offered: number | undefined;
  #ready: number | undefined;
  #moved = 0;

  /** `side`: what the world is to the module. */
  constructor(
    readonly name: string,
    readonly side: "source" | "sink",
  ) {}

  /** To be told of each cycle. */
  note(cycle: number, offered: boolean, ready: boolean): void {
    if (offered && ready) {
      this.#moved += 1;
      this.#since = cycle + 1;
      this.#offered = undefined;
      this.#ready = undefined;
      return;
    }
    if (offered) this.#offered ??= cycle;
    if (ready) this.#ready ??= cycle;
  }

  /** Whether it is the world that holds the stream up: a source that offers nothing, a sink that is never ready. */
  get heldUpOutside(): boolean {
    return this.side === "source"
      ? this.#offered === undefined
      : this.#offered !== undefined && this.#ready === undefined;
  }

  /** `stream y: offered since cycle 812, but its sink has never been ready; 3 have moved`. */
  describe(): string {
    return `stream ${this.name}: ${this.#reason()}; ${this.#moved} moved before`;
  }

  #reason(): string {
    const [offered, ready] = [this.#offered, this.#ready];
    if (offered === undefined) {
      return this.side === "source"
        ? `its source has offered nothing since cycle ${this.#since}`
        : `nothing has been offered since cycle ${this.#since}`;
    }
    if (ready === undefined) {
      return this.side === "sink"
        ? `offered since cycle ${offered}, but its sink has not been ready`
        : `offered since cycle ${offered}, but not taken`;
    }
    return `offered and ready, but never both in one cycle since cycle ${this.#since}`;
  }
}

/** All streams in one line, first those that the world holds up. */
export function standstill(watches: readonly StreamWatch[]): string {
  const outside = watches.filter((watch) => watch.heldUpOutside);
  const inside = watches.filter((watch) => !watch.heldUpOutside);
  return [...outside, ...inside].map((watch) => watch.describe()).join("; ");
}
