import { contentHash } from "../../toolchain/files.js";
import type { Phase, TrainingState } from "../../training/index.js";
import { decodeTrainingState, encodeTrainingState } from "../../training/index.js";
import type { Progress } from "../progress.js";
import type { Scratch } from "./step.js";

const folder = "checkpoint";
const fileOf = (phase: Phase) => `${folder}/${phase}.json`;

/**
 * The states that training goes on from, one file per phase: a line with the hash of the step's inputs and of the state, then
 * the state. One of other inputs is of other work and is ignored.
 */
export class Checkpoints {
  constructor(
    private readonly scratch: Scratch,
    private readonly inputsHash: string,
    private readonly progress: Progress,
  ) {}

  async save(state: TrainingState): Promise<void> {
    const text = encodeTrainingState(state);
    await this.scratch.write(fileOf(state.phase), `${this.inputsHash} ${contentHash(text)}\n${text}`);
  }

  async load(phase: Phase): Promise<TrainingState | undefined> {
    const bytes = await this.scratch.read(fileOf(phase));
    if (bytes === undefined) return undefined;
    const content = new TextDecoder().decode(bytes);
    const end = content.indexOf("\n");
    const [inputsHash, stateHash] = content.slice(0, end).split(" ");
    const text = content.slice(end + 1);
    if (stateHash !== contentHash(text)) {
      this.progress.say(`The checkpoint ${fileOf(phase)} is damaged; this phase of training starts anew.`);
      return undefined;
    }
    return inputsHash === this.inputsHash ? decodeTrainingState(text) : undefined;
  }

  /** Training is done: there is nothing to go on from. */
  async remove(): Promise<void> {
    await this.scratch.remove(folder);
  }
}
