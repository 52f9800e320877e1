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

/** Notes in its model that it has changed. */
class WatchedLink implements Link {
  #valid = false;
  #ready = false;
  readonly #model: CycleModel;
  constructor(model: CycleModel) {
    this.#model = model;
  }
  get valid(): boolean {
    return this.#valid;
  }
  set valid(value: boolean) {
    if (value === this.#valid) return;
    this.#valid = value;
    this.#model.changed = true;
  }
  get ready(): boolean {
    return this.#ready;
  }
  set ready(value: boolean) {
    if (value === this.#ready) return;
    this.#ready = value;
    this.#model.changed = true;
  }
}

/**
 * A cycle-accurate model of the accelerator's control: the same counters and handshakes as the register transfer, and no
 * data. The cycles of an inference do not depend on the data, so the plan knows them before anything is generated.
 */
export class CycleModel {
  readonly #links: Link[] = [];
  readonly #stages: Stage[] = [];
  #moving = false;
  cycle = 0;
  /** Cycles since a beat has moved anywhere. */
  idle = 0;
  /** Whether a handshake has changed in this pass. */
  changed = false;

  link(): Link {
    const link = new WatchedLink(this);
    this.#links.push(link);
    return link;
  }

  add<S extends Stage>(stage: S): S {
    this.#stages.push(stage);
    return stage;
  }

  /** Settles all handshakes of a cycle, then passes the clock edge. `watch` sees the settled links in between. */
  step(watch: () => void): void {
    const stages = this.#stages;
    let pass = 0;
    let any = false;
    do {
      if (pass++ > MOST_PASSES) throw new Error("the handshakes of the cycle model do not settle: a loop of ready");
      this.changed = false;
      // From the outputs backward, since readiness travels that way.
      for (let index = stages.length - 1; index >= 0; index--) stages[index]?.settle();
      any ||= this.changed;
    } while (this.changed);
    watch();
    if (any) this.#moving = this.#links.some((link) => link.valid && link.ready);
    this.idle = this.#moving ? 0 : this.idle + 1;
    for (const stage of stages) stage.tick();
    this.cycle++;
  }
}
