import { join } from "node:path";
import { GatecastError } from "../../errors.js";
import { contentHash } from "../../toolchain/files.js";
import type { Phase, TrainingState } from "../../training/index.js";
import { decodeTrainingState, encodeTrainingState } from "../../training/index.js";
import type { StepContext } from "./step.js";

/** Where checkpoints lie in a run's folder. */
export const checkpointFolder = "checkpoint";
/**
 * The states that training goes on from, one file per phase: a line with the hash of the step's inputs and of the state, then
 * the state.
 */
export class Checkpoints {
  constructor(
    private readonly context: Pick<StepContext<unknown>, "scratch" | "inputsHash" | "folder">,
    private readonly place = checkpointFolder,
  ) {}

  async save(state: TrainingState): Promise<void> {
    const text = encodeTrainingState(state);
    const { scratch, inputsHash } = this.context;
    await scratch.write(this.fileOf(state.phase), `${inputsHash} ${contentHash(text)}\n${text}`);
  }

  /**
   * The state a phase goes on from, if there is one.
   *
   * @throws GatecastError "run" where it is torn, or of another training (other data, settings, seed or phase)
   */
  async load(phase: Phase): Promise<TrainingState | undefined> {
    const bytes = await this.context.scratch.read(this.fileOf(phase));
    if (bytes === undefined) return undefined;
    const content = new TextDecoder().decode(bytes);
    const end = content.indexOf("\n");
    const [inputsHash, stateHash] = content.slice(0, end).split(" ");
    const text = content.slice(end + 1);
    if (stateHash !== contentHash(text)) throw this.refused(phase, "is damaged: it is not what was written");
    const foreign = "belongs to another training, of other data, settings, seed or version";
    if (inputsHash !== this.context.inputsHash) throw this.refused(phase, foreign);
    const state = decodeTrainingState(text);
    if (state.phase !== phase) throw this.refused(phase, `is of the phase "${state.phase}"`);
    return state;
  }

  /** Training is done: there is nothing to go on from. */
  async remove(): Promise<void> {
    await this.context.scratch.remove(this.place);
  }

  private fileOf(phase: Phase): string {
    return `${this.place}/${phase}.json`;
  }

  private refused(phase: Phase, why: string): GatecastError {
    const path = join(this.context.folder, this.fileOf(phase));
    return new GatecastError("run", `The checkpoint ${path} ${why}; training does not go on from it.`, {
      remedy: `Remove that file, and the ${phase} phase starts anew; with --force the whole training does.`,
      where: { path },
    });
  }
}
