import { GatecastError } from "../src/errors.js";
import { datasets, readRecording } from "./accuracy/datasets.js";
import type { Job, Part } from "./accuracy/job.js";
import { carryOut, type Order } from "./accuracy/pool.js";
import { accuracyRows, accuracyTable } from "./accuracy/summarise.js";
import type { Bench } from "./common/bench.js";
import { foldsNamed } from "./common/folds.js";
import { decimals } from "./common/format.js";

/** Trainings at once, each on one thread. */
const processes = 2;

/** Errors of every model on real recordings, over seeds; what is finished is kept, so an interrupted bench goes on. */
export const accuracy: Bench = {
  name: "accuracy",
  summary: "test errors on real recordings: baselines, float, integer-only at 8 to 2 bits, over seeds",
  options: {
    datasets: `of ${datasets.map(({ name }) => name).join(",")}; all by default`,
    "d-models": "16,32 by default",
    seeds: "how many; 5 by default",
    bits: "8,6,4,3,2 by default",
    folds: "sets of folds to compare, as in none,tail,value+query+tail; none by default",
    processes: `trainings at once; ${processes} by default`,
  },
  async run(options, { print, progress }) {
    const { quick } = options;
    const known = datasets.map(({ name }) => name);
    const names = options.choices("datasets", known) ?? (quick ? known.slice(0, 1) : known);
    const dModels = options.numbers("d-models", 2, 128) ?? (quick ? [16] : [16, 32]);
    const seeds = options.number("seeds", 1, 1000) ?? (quick ? 1 : 5);
    const bits = options.numbers("bits", 2, 8) ?? (quick ? [8, 4] : [8, 6, 4, 3, 2]);
    const folds = (options.words("folds") ?? ["none"]).map(foldsNamed);
    // A recording that is missing is to be known before hours of training, not behind them.
    for (const dataset of datasets) if (names.includes(dataset.name)) readRecording(dataset);

    const jobs = names.flatMap((dataset) =>
      dModels.flatMap((dModel) =>
        Array.from({ length: seeds }, (_, index): Job => ({ dataset, dModel, seed: index + 1, bits, folds, quick })),
      ),
    );
    const orders: Order[] = [
      ...names.map((dataset): Order => ({ kind: "baselines", dataset })),
      ...jobs.map((job): Order => ({ kind: "job", job })),
    ];
    const parts: Part[] = [];
    const clock = new Clock(jobs);
    const failures = await carryOut(orders, options.number("processes", 1, 64) ?? processes, (part) => {
      parts.push(part);
      progress(`${describe(part)}${clock.after(part)}`);
    });
    const order = (part: Part) => names.indexOf(part.dataset);
    const rows = accuracyRows(
      [...parts].sort((a, b) => order(a) - order(b)),
      { dModels, bits, folds },
    );
    print(`\n${accuracyTable(rows)}`);
    print(
      "\nRMSE on the test windows, in the signal's unit. / float: mean of the seeds' ratios, +- its standard error. no branch: the",
    );
    print(
      "integer-only model with the Transformer's branch zeroed. CPU s: one training; an integer model's comes behind its float model's.",
    );
    if (quick) print("--quick trains for a few epochs only: these are no figures of what the models can do.");
    if (failures.length > 0) {
      const list = failures.map(({ order: failed, text }) => `${orderName(failed)}: ${text}`).join("\n");
      throw new GatecastError("training", `${failures.length} of ${orders.length} trainings failed.\n${list}`, {
        remedy: "Start the bench again: it goes on with what is missing.",
      });
    }
    return { rows };
  },
};

function orderName(order: Order): string {
  if (order.kind === "baselines") return `${order.dataset}, baselines`;
  return `${order.job.dataset}, d_model ${order.job.dModel}, seed ${order.job.seed}`;
}

function describe(part: Part): string {
  const kept = part.kept ? " (kept)" : "";
  if (part.kind === "baselines") {
    const { windows, linear } = part.result;
    return `${part.dataset}: ${windows.train} + ${windows.validation} + ${windows.test} windows, linear ${decimals(linear, 4)}${kept}`;
  }
  const what = part.kind === "float" ? "float" : `${part.bits} bits${foldsText(part.folds)}`;
  const where = `${part.dataset}, d_model ${part.dModel}, seed ${part.seed}`;
  return `${where}: ${what} ${decimals(part.result.rmse, 4)}, ${part.result.epochs} epochs${kept}`;
}

function foldsText(folds: readonly string[]): string {
  return folds.length > 0 ? `, folded ${folds.join("+")}` : "";
}

/** Guesses the time left from what parts cost so far; relative costs of parts are rough. */
class Clock {
  readonly #started = performance.now();
  #left: number;
  #done = 0;

  constructor(jobs: readonly Job[]) {
    this.#left = jobs.reduce(
      (sum, { dModel, bits, folds }) =>
        sum + cost("float", dModel) + bits.length * (folds?.length ?? 1) * cost("integer", dModel),
      0,
    );
  }

  /** Text about the time left behind a finished part. */
  after(part: Part): string {
    if (part.kind === "baselines") return "";
    const spent = cost(part.kind, part.dModel);
    this.#left -= spent;
    if (!part.kept) this.#done += spent;
    if (this.#done === 0) return "";
    const seconds = (((performance.now() - this.#started) / 1000) * this.#left) / this.#done;
    return `; about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`} left`;
  }
}

function cost(kind: "float" | "integer", dModel: number): number {
  return (kind === "float" ? 5 : 4) * (8 + dModel);
}
