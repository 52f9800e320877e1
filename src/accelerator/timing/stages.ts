import type { CycleModel, Link, Stage } from "./cycle-model.js";

/** Registers in a row that all move while the last one is empty or taken. */
class Pipeline implements Stage {
  #filled = 0;
  readonly #tail: number;
  constructor(
    readonly input: Link,
    readonly output: Link,
    depth: number,
  ) {
    this.#tail = 1 << (depth - 1);
  }
  settle(): void {
    this.output.valid = (this.#filled & this.#tail) !== 0;
    this.input.ready = !this.output.valid || this.output.ready;
  }
  tick(): void {
    if (!this.input.ready) return;
    this.#filled = ((this.#filled & (this.#tail - 1)) << 1) | (this.input.valid ? 1 : 0);
  }
}

/** Collects `ratio` narrow beats into a wide one. */
class Widen implements Stage {
  #count = 0;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly ratio: number,
  ) {}
  settle(): void {
    this.output.valid = this.#count === this.ratio;
    this.input.ready = !this.output.valid || this.output.ready;
  }
  tick(): void {
    if (this.output.valid && this.output.ready) this.#count = 0;
    if (this.input.valid && this.input.ready) this.#count++;
  }
}

/** Holds a wide beat and gives it away in `ratio` narrow ones. */
class Narrow implements Stage {
  #left = 0;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly ratio: number,
  ) {}
  settle(): void {
    this.output.valid = this.#left > 0;
    this.input.ready = this.#left === 0 || (this.#left === 1 && this.output.ready);
  }
  tick(): void {
    if (this.output.valid && this.output.ready) this.#left--;
    if (this.input.valid && this.input.ready) this.#left = this.ratio;
  }
}

/** A queue whose output register is filled one cycle after the memory. */
class Fifo implements Stage {
  #stored = 0;
  #shown = false;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly depth: number,
  ) {}
  settle(): void {
    this.output.valid = this.#shown;
    this.input.ready = this.#stored < this.depth;
  }
  tick(): void {
    const fetch = this.#stored > 0 && (!this.#shown || this.output.ready);
    this.#shown = fetch || (this.#shown && !this.output.ready);
    if (this.input.valid && this.input.ready) this.#stored++;
    if (fetch) this.#stored--;
  }
}

/** Hands each beat to all consumers in the same cycle. */
class Fork implements Stage {
  constructor(
    readonly input: Link,
    readonly outputs: readonly Link[],
  ) {}
  settle(): void {
    this.input.ready = this.outputs.every((output) => output.ready);
    for (const output of this.outputs) {
      output.valid = this.input.valid && this.outputs.every((other) => other === output || other.ready);
    }
  }
  tick(): void {
    // no state
  }
}

/** Takes one beat of each producer in the same cycle. */
class Join implements Stage {
  constructor(
    readonly inputs: readonly Link[],
    readonly output: Link,
  ) {}
  settle(): void {
    this.output.valid = this.inputs.every((input) => input.valid);
    for (const input of this.inputs) {
      input.ready = this.output.ready && this.inputs.every((other) => other === input || other.valid);
    }
  }
  tick(): void {
    // no state
  }
}

export function pipeline(model: CycleModel, input: Link, depth: number): Link {
  return model.add(new Pipeline(input, model.link(), depth)).output;
}

/** The gearbox between two beat widths: nothing where they are equal. */
export function gearbox(model: CycleModel, input: Link, from: number, to: number): Link {
  if (from === to) return input;
  if (to > from) return model.add(new Widen(input, model.link(), to / from)).output;
  return model.add(new Narrow(input, model.link(), from / to)).output;
}

export function fifo(model: CycleModel, input: Link, depth: number): Link {
  return model.add(new Fifo(input, model.link(), depth)).output;
}

export function fork(model: CycleModel, input: Link, count: number): Link[] {
  if (count === 1) return [input];
  const outputs = Array.from({ length: count }, () => model.link());
  model.add(new Fork(input, outputs));
  return outputs;
}

export function join(model: CycleModel, inputs: readonly Link[]): Link {
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1) return only;
  return model.add(new Join(inputs, model.link())).output;
}

/** One item at a time, `steps` cycles for each. */
class Divider implements Stage {
  #left = 0;
  #done = false;
  constructor(
    readonly input: Link,
    readonly output: Link,
    readonly steps: number,
  ) {}
  settle(): void {
    this.output.valid = this.#done;
    this.input.ready = this.#left === 0 && (!this.#done || this.output.ready);
  }
  tick(): void {
    const start = this.input.valid && this.input.ready;
    const finishes = this.#left === 1;
    this.#done = finishes || (this.#done && !this.output.ready);
    if (this.#left > 0) this.#left--;
    if (start) this.#left = this.steps;
  }
}

export function divider(model: CycleModel, input: Link, steps: number): Link {
  return model.add(new Divider(input, model.link(), steps)).output;
}

/** A plain connection. */
class Connection implements Stage {
  constructor(
    readonly input: Link,
    readonly output: Link,
  ) {}
  settle(): void {
    this.output.valid = this.input.valid;
    this.input.ready = this.output.ready;
  }
  tick(): void {
    // no state
  }
}

/** A link whose source comes later. */
export function later(model: CycleModel): { readonly stream: Link; connect(source: Link): void } {
  const stream = model.link();
  return { stream, connect: (source) => void model.add(new Connection(source, stream)) };
}
