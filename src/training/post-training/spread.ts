import { GatecastError } from "../../errors.js";
import { type Graph, outputs } from "../../model/index.js";
import type { TrainingData, WindowSource } from "../source.js";

/** Fewer windows than these say nothing of a range, or of an error. */
const FEWEST = 16;
const BATCH = 256;

/**
 * Looks whether ranges can be calibrated on the training windows and errors measured on the validation windows.
 *
 * @throws GatecastError "training" where a part has fewer than 16 windows, or where an input or a target never changes in one
 */
export function checkCalibration(graph: Graph, data: TrainingData): void {
  for (const part of ["train", "validation"] as const) {
    const source = data[part];
    if (source.count < FEWEST) {
      throw new GatecastError(
        "training",
        `There are ${source.count} ${part} windows; quantising without training needs at least ${FEWEST}.`,
        { remedy: "Use a longer recording, a shorter window, or another split.", where: { key: part } },
      );
    }
    checkSpread(graph, source, part);
  }
}

function checkSpread({ architecture }: Graph, source: WindowSource, part: string): void {
  const { inputs, window, targets } = architecture;
  const o = outputs(architecture);
  const x = new Float32Array(BATCH * window * inputs);
  const y = new Float32Array(BATCH * o);
  const samples = new Spread(inputs);
  const wanted = new Spread(targets);
  for (let first = 0; first < source.count; first += BATCH) {
    const rows = Math.min(BATCH, source.count - first);
    source.gather(
      Uint32Array.from({ length: rows }, (_, row) => first + row),
      x,
      y,
    );
    samples.see(x.subarray(0, rows * window * inputs));
    wanted.see(y.subarray(0, rows * o));
    if (samples.constant === null && wanted.constant === null) return;
  }
  const [what, column] =
    samples.constant === null ? (["target", wanted.constant] as const) : (["input", samples.constant] as const);
  throw new GatecastError(
    "training",
    `The ${what} column ${(column ?? 0) + 1} has one and the same value in all ${source.count} ${part} windows; a range cannot be calibrated on it.`,
    {
      remedy: "Leave that column out, use a longer recording, or another split.",
      where: { key: part, column: (column ?? 0) + 1 },
    },
  );
}

/** Which of some columns have been seen with two values. */
class Spread {
  readonly #first: Float32Array;
  readonly #moved: Uint8Array;
  #begun = false;

  constructor(columns: number) {
    this.#first = new Float32Array(columns);
    this.#moved = new Uint8Array(columns);
  }

  /** Rows of one value a column. */
  see(values: Float32Array): void {
    const columns = this.#first.length;
    if (!this.#begun) this.#first.set(values.subarray(0, columns));
    this.#begun = true;
    for (let index = 0; index < values.length; index++) {
      if (values[index] !== this.#first[index % columns]) this.#moved[index % columns] = 1;
    }
  }

  /** A column that has not moved; null: all have. */
  get constant(): number | null {
    const column = this.#moved.indexOf(0);
    return column < 0 ? null : column;
  }
}
