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

/** Times a stage is settled in a cycle after which handshakes that still change can only be a loop. */
const MOST_TIMES = 64;

/** Knows which stages look at it: they settle again when it changes. */
class WatchedLink implements Link {
  #valid = false;
  #ready = false;
  readonly #model: CycleModel;
  readonly #readers: number[] = [];
  readonly #known: boolean[] = [];

  constructor(model: CycleModel) {
    this.#model = model;
  }

  get valid(): boolean {
    if (this.#model.settling >= 0) this.#note(this.#model.settling);
    return this.#valid;
  }

  set valid(value: boolean) {
    if (value === this.#valid) return;
    this.#valid = value;
    this.#model.changed(this.#readers);
  }

  get ready(): boolean {
    if (this.#model.settling >= 0) this.#note(this.#model.settling);
    return this.#ready;
  }

  set ready(value: boolean) {
    if (value === this.#ready) return;
    this.#ready = value;
    this.#model.changed(this.#readers);
  }

  #note(stage: number): void {
    if (this.#known[stage]) return;
    this.#known[stage] = true;
    this.#readers.push(stage);
  }
}

/**
 * A cycle-accurate model of the accelerator's control: the same counters and handshakes as the register transfer, and no
 * data. The cycles of an inference do not depend on the data, so the plan knows them before anything is generated.
 *
 * A stage's `settle` may look at links and at what only `tick` changes: then it is enough to settle each stage once in a cycle, and
 * those again that have looked at a link that changed since.
 */
export class CycleModel {
  readonly #links: Link[] = [];
  readonly #stages: Stage[] = [];
  #moving = false;
  #any = false;
  /** Stages to settle again, and whether a stage is among them. */
  readonly #again: number[] = [];
  readonly #waits: boolean[] = [];
  cycle = 0;
  /** Cycles since a beat has moved anywhere. */
  idle = 0;
  /** The stage that is being settled; -1: none. */
  settling = -1;

  link(): Link {
    const link = new WatchedLink(this);
    this.#links.push(link);
    return link;
  }

  add<S extends Stage>(stage: S): S {
    this.#stages.push(stage);
    this.#waits.push(false);
    return stage;
  }

  /** A link has changed that these stages look at. */
  changed(readers: readonly number[]): void {
    this.#any = true;
    for (let index = 0; index < readers.length; index++) {
      const reader = readers[index] ?? 0;
      if (this.#waits[reader]) continue;
      this.#waits[reader] = true;
      this.#again.push(reader);
    }
  }

  /** Settles all handshakes of a cycle, then passes the clock edge. `watch` sees the settled links in between. */
  step(watch: () => void): void {
    const stages = this.#stages;
    // From the outputs backward, since readiness travels that way.
    for (let index = stages.length - 1; index >= 0; index--) this.#settle(index);
    let left = MOST_TIMES * stages.length;
    for (let index = this.#again.pop(); index !== undefined; index = this.#again.pop()) {
      if (this.#waits[index]) this.#settle(index);
      if (left-- < 0) throw new Error("the handshakes of the cycle model do not settle: a loop of ready");
    }
    this.settling = -1;
    watch();
    if (this.#any) this.#moving = this.#links.some((link) => link.valid && link.ready);
    this.#any = false;
    this.idle = this.#moving ? 0 : this.idle + 1;
    for (const stage of stages) stage.tick();
    this.cycle++;
  }

  #settle(index: number): void {
    this.settling = index;
    this.#waits[index] = false;
    this.#stages[index]?.settle();
  }
}
