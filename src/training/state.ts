import { GatecastError } from "../errors.js";
import type { RandomState } from "../numeric/random.js";
import type { DivergenceState } from "./divergence.js";
import type { AdamState } from "./engine/adam.js";
import type { EngineBlocks } from "./engine/engine.js";
import type { EpochRecord, Phase } from "./history.js";
import type { QuantiserState } from "./quantisation/optimiser.js";

/** The weights (and quantisers) of one epoch. */
export interface Snapshot {
  readonly blocks: Pick<EngineBlocks, "parameters" | "statistics">;
  readonly quantisers: QuantiserState | null;
}

/** The epoch whose weights are kept (0: those before the first), its validation loss, and the score it was chosen by. */
export interface BestEpoch {
  readonly epoch: number;
  readonly validation: number;
  readonly score: number;
}

/** Everything that a training needs to go on to the bit. Plain objects, numbers, strings and float arrays. */
export interface TrainingState {
  readonly format: "gatecast-training-3";
  readonly phase: Phase;
  /** What must be the same for the state to fit: network, options, sizes of the data. */
  readonly fingerprint: string;
  /** Epochs done. */
  readonly epoch: number;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch;
  readonly bestSnapshot: Snapshot;
  readonly blocks: EngineBlocks;
  readonly quantisers: QuantiserState | null;
  readonly adam: AdamState;
  readonly random: RandomState;
  readonly divergence: DivergenceState;
}

/** The state as text (JSON; arrays in base64, little-endian), for a file. */
export function encodeTrainingState(state: TrainingState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Float32Array)
      return { f32: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    if (value instanceof Float64Array)
      return { f64: base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
    return value;
  });
}

/** @throws GatecastError "run" where the text is not such a state */
export function decodeTrainingState(text: string): TrainingState {
  let state: unknown;
  try {
    state = JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      if ("f32" in value && typeof value.f32 === "string") return new Float32Array(bytes(value.f32));
      if ("f64" in value && typeof value.f64 === "string") return new Float64Array(bytes(value.f64));
      return value;
    });
  } catch (cause) {
    throw unusable("cannot be read as JSON", cause);
  }
  if (typeof state !== "object" || state === null || !("format" in state)) throw unusable("is not a training state");
  if (state.format !== "gatecast-training-3") throw unusable(`has the format ${JSON.stringify(state.format)}`);
  const missing = [
    "phase",
    "fingerprint",
    "epoch",
    "history",
    "best",
    "bestSnapshot",
    "blocks",
    "adam",
    "random",
    "divergence",
  ].find((key) => !(key in state));
  if (missing !== undefined) throw unusable(`lacks "${missing}"`);
  return state as TrainingState;
}

/** @throws GatecastError "run" where the state belongs to another training */
export function checkFits(state: TrainingState, phase: Phase, fingerprint: string): void {
  if (state.phase === phase && state.fingerprint === fingerprint) return;
  throw unusable("belongs to another network, other options or other data");
}

function unusable(what: string, cause?: unknown): GatecastError {
  return new GatecastError("run", `The training checkpoint ${what}.`, {
    remedy: "Remove it, or start the training anew without resuming.",
    cause,
  });
}

function base64(data: Uint8Array): string {
  let text = "";
  for (let start = 0; start < data.length; start += 8192) {
    text += String.fromCharCode(...data.subarray(start, start + 8192));
  }
  return btoa(text);
}

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}
