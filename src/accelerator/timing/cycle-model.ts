/** A stream in one cycle: a beat moves when both are true. */
export interface Link {
  valid: boolean;
  ready: boolean;
}

/** What takes part in the handshakes of a cycle: the control of a module without its data. */
export interface Stage {
  /** Sets `valid` of its outputs and `ready` of its inputs from its state and the other sides. */
  settle(): void;
  /** The clock edge. */
  tick(): void;
}

/** Passes after which handshakes that still change can only be a loop. */
const MOST_PASSES = 64;

/**
 * A cycle-accurate model of the accelerator's control: the same counters and handshakes as the register transfer, and no
 * data. The cycles of an inference do not depend on the data, so the plan knows them before anything is generated.
 */
export class CycleModel {
  readonly #links: Link[] = [];
  readonly #stages: Stage[] = [];
  cycle = 0;
  /** Cycles since a beat has moved anywhere. */
  idle = 0;

  link(): Link {
    const link = { valid: false, ready: false };
    this.#links.push(link);
    return link;
  }

  add<S extends Stage>(stage: S): S {
    this.#stages.push(stage);
    return stage;
  }

  /** Settles all handshakes of a cycle, then passes the clock edge. `watch` sees the settled links in between. */
  step(watch: () => void): void {
    let pass = 0;
    while (this.#settleOnce()) {
      if (++pass > MOST_PASSES) throw new Error("the handshakes of the cycle model do not settle: a loop of ready");
    }
    watch();
    this.idle = this.#links.some((link) => link.valid && link.ready) ? 0 : this.idle + 1;
    for (const stage of this.#stages) stage.tick();
    this.cycle++;
  }

  /** Settles from the outputs backward, since readiness travels that way; true if anything changed. */
  #settleOnce(): boolean {
    const before = this.#signature();
    for (let index = this.#stages.length - 1; index >= 0; index--) this.#stages[index]?.settle();
    const after = this.#signature();
    return before.some((word, index) => word !== after[index]);
  }

  #signature(): number[] {
    const words: number[] = [];
    for (let index = 0; index < this.#links.length; index++) {
      const link = this.#links[index];
      const bits = (link?.valid ? 1 : 0) + (link?.ready ? 2 : 0);
      words[index >> 3] = ((words[index >> 3] ?? 0) << 2) | bits;
    }
    return words;
  }
}
