import { join } from "node:path";
import { GatecastError } from "../../errors.js";
import {
  type Graph,
  type Parameters,
  readParameters,
  readQuantisedParameters,
  writeParameters,
  writeQuantisedParameters,
} from "../../model/index.js";
import { cached } from "../../toolchain/cache.js";
import { contentHash } from "../../toolchain/files.js";
import { gatecastVersion } from "../version.js";
import type { TrainedFloat, TrainedQuantised, TrainingSettings, Workplace } from "./trainer.js";

/** Where and by what finished trainings are known again. */
export interface Keeping {
  /** The folder of a run or a study; what is kept lies in its `cache/`. */
  readonly place: Pick<Workplace, "folder" | "progress">;
  readonly settings: TrainingSettings;
  /** One hash over the windows. */
  readonly dataHash: string;
}

/**
 * Trainings that are finished, by content: the same data, network, settings and seed give the same bits, so that a search that was interrupted, or
 * is begun again with other limits, trains nothing twice. What is damaged is trained anew.
 */
export class KeptTrainings {
  constructor(private readonly keeping: Keeping) {}

  /** What `train` gives, or gave before for the same network without folds. */
  async float(unfolded: Graph, train: () => Promise<TrainedFloat>): Promise<TrainedFloat> {
    const { architecture } = unfolded;
    const { seed, batch, patience, epochs, learningRate, from } = this.keeping.settings;
    // A model from elsewhere is read in no time, and checked.
    if (from !== null) return train();
    const { value, known } = await this.entry(
      "float training",
      { phase: "float", architecture, options: { seed, batch, patience, epochs, learningRate } },
      async () => {
        const { parameters, history, kept, loss } = await train();
        return { parameters: base64(writeParameters(parameters)), history, kept, loss };
      },
      ({ parameters }) => readParameters(bytesOf(parameters), unfolded, "the kept training"),
    );
    const { history, kept, loss } = value;
    return { parameters: known, history, kept, loss };
  }

  /** What `quantise` gives, or gave before for the same network and float model. */
  async quantised(
    graph: Graph,
    float: Parameters,
    quantise: () => Promise<TrainedQuantised>,
  ): Promise<TrainedQuantised> {
    const { architecture, precision } = graph;
    const { seed, batch, patience, qatEpochs, qatLearningRate, weightScales, quantisation } = this.keeping.settings;
    const training = { seed, batch, patience, epochs: qatEpochs, learningRate: qatLearningRate };
    const { value, known } = await this.entry(
      "quantised training",
      {
        phase: quantisation,
        architecture,
        precision,
        options: { weightScales, ...(quantisation === "qat" ? training : {}) },
        float: contentHash(writeParameters(float)),
      },
      async () => {
        const { quantised, history, kept } = await quantise();
        return { parameters: base64(writeQuantisedParameters(quantised)), history, kept, loss: kept.validation };
      },
      ({ parameters }) => readQuantisedParameters(bytesOf(parameters), graph, "the kept training"),
    );
    const { history, kept } = value;
    if (kept === null) throw new Error("a quantised training keeps an epoch");
    return { quantised: known, history, kept };
  }

  /** A finished result of another kind; plain JSON data. */
  async result<T>(what: string, key: object, compute: () => Promise<T>): Promise<T> {
    const { value } = await this.entry(what, key, compute, () => null);
    return value;
  }

  private async entry<T, Read>(
    what: string,
    key: object,
    compute: () => Promise<T>,
    read: (value: T) => Read,
  ): Promise<{ value: T; known: Read }> {
    const { place, dataHash } = this.keeping;
    let known: { readonly read: Read } | undefined;
    const { value, outcome } = await cached<T>({
      folder: join(place.folder, "cache"),
      key: { gatecast: gatecastVersion, data: dataHash, ...key },
      compute,
      check: (stored) => {
        // The entry's own hash has vouched for what stands in it.
        const entry = stored as T;
        known = { read: read(entry) };
        return entry;
      },
    });
    if (outcome.kind === "hit") place.progress.say(`${" ".repeat(12)}${what}: known from before`);
    if (outcome.kind === "recomputed") {
      place.progress.say(`${" ".repeat(12)}${what}: what was kept is damaged, done anew (${outcome.reason})`);
    }
    return { value, known: known === undefined ? read(value) : known.read };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function bytesOf(text: string): Uint8Array {
  if (typeof text !== "string")
    throw new GatecastError("run", "A kept training has no parameters.", { remedy: "Remove it." });
  return new Uint8Array(Buffer.from(text, "base64"));
}
