import type { Kernels } from "../kernels.js";
import type { Shard, Workspace } from "./workspace.js";

/** One kernel call with all its arguments. */
export type Step = () => void;

/** What a program computes. */
export interface Mode {
  /** Fake quantisation of every code tensor, weight and attention's internals; else plain floats. */
  readonly quantised: boolean;
  /** Batch normalisation by the batch's own statistics (which moves the running ones), or by the running ones. */
  readonly norm: "batch" | "running";
  /** Loss and derivatives after the forward pass. */
  readonly backward: boolean;
  /** Tensors whose value is replaced by 0 (evaluation only), such as the Transformer's branch. */
  readonly mute: readonly string[];
}

/** `sharded`: for each shard its steps, independent of the other shards'; `once`: steps behind and before a barrier. */
export type Stage =
  | { readonly kind: "sharded"; readonly steps: readonly Step[][] }
  | { readonly kind: "once"; readonly steps: Step[] };

/** Collects the steps of a program in order. */
export class Builder {
  readonly preparation: Step[] = [];
  readonly stages: Stage[] = [];
  readonly #written = new Set<string>();

  constructor(
    readonly workspace: Workspace,
    readonly kernels: Kernels,
    readonly memory: WebAssembly.Memory,
    readonly mode: Mode,
  ) {}

  /** A step that depends on parameters only. */
  prepare(step: Step): void {
    this.preparation.push(step);
  }

  /** A step of every shard. */
  sharded(make: (shard: Shard) => Step): void {
    let stage = this.stages.at(-1);
    if (stage?.kind !== "sharded") {
      stage = { kind: "sharded", steps: this.workspace.shards.map(() => []) };
      this.stages.push(stage);
    }
    for (const shard of this.workspace.shards) stage.steps[shard.index]?.push(make(shard));
  }

  /** A step over all shards, with a barrier before and after it. */
  once(step: Step): void {
    const stage = this.stages.at(-1);
    if (stage?.kind === "once") stage.steps.push(step);
    else this.stages.push({ kind: "once", steps: [step] });
  }

  /** Whether the tensor's gradient already holds a part, so that the next is added; from now on it does. */
  accumulates(tensor: string): boolean {
    if (this.#written.has(tensor)) return true;
    this.#written.add(tensor);
    return false;
  }
}

export interface Program {
  /** Steps that depend on parameters only: once after every change of them. */
  readonly prepare: () => void;
  /** The pass over one batch. */
  readonly run: () => void;
}

export function finish(builder: Builder): Program {
  const { preparation, stages } = builder;
  return {
    prepare: () => {
      for (const step of preparation) step();
    },
    run: () => {
      for (const stage of stages) {
        if (stage.kind === "once") for (const step of stage.steps) step();
        else for (const steps of stage.steps) for (const step of steps) step();
      }
    },
  };
}
