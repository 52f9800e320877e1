import type { Kernels } from "../kernels.js";
import { Tape, type TapeKernels, type TapeWriter } from "./tape.js";
import type { Block, Workspace } from "./workspace.js";

/** Kernel calls with all their arguments. */
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

/** `sharded`: a tape for each block, those of different shards independent; `once`: steps behind and before a barrier. */
export type Stage =
  | { readonly kind: "sharded"; readonly tapes: readonly Tape[] }
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

  /** Steps of every block: `record` calls the kernels it is given, and the calls are written down. */
  sharded(record: (block: Block, kernels: TapeKernels) => void): void {
    let stage = this.stages.at(-1);
    if (stage?.kind !== "sharded") {
      stage = { kind: "sharded", tapes: this.workspace.blocks.map(() => new Tape()) };
      this.stages.push(stage);
    }
    for (const block of this.workspace.blocks) {
      const tape = stage.tapes[block.index];
      if (tape) record(block, tape.kernels);
    }
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

/** A program of what was collected; its tapes go to the memory. `threads` run the shards of a stage, if there are helpers. */
export function finish(builder: Builder, writer: TapeWriter, threads: number): Program {
  const { preparation, stages, kernels, workspace } = builder;
  const steps = stages.flatMap((stage): Step[] => {
    if (stage.kind === "once") return stage.steps;
    const { shards, blocks } = workspace;
    const tapes = Array.from({ length: shards }, (_, shard) =>
      new Tape().append(...stage.tapes.filter((_, index) => blocks[index]?.shard === shard)),
    );
    const table = writer.write(tapes);
    return [() => kernels.runStage(workspace.control, table, shards, threads)];
  });
  return {
    prepare: () => {
      for (const step of preparation) step();
    },
    run: () => {
      for (const step of steps) step();
    },
  };
}
