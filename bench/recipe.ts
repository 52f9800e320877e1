import { GatecastError } from "../src/errors.js";
import { datasets, readRecording } from "./accuracy/datasets.js";
import type { Job, Part } from "./accuracy/job.js";
import { carryOut, type Order } from "./accuracy/pool.js";
import type { Bench } from "./common/bench.js";
import { decimals } from "./common/format.js";
import { recipeRows, recipeTable } from "./recipe/summarise.js";
import { type Variant, variants } from "./recipe/variants.js";

const recording = "pems_lane";
/** Trainings at once, each on one thread. */
const processes = 2;

/** What each choice of quantisation-aware training is worth: one change at a time, from the same float models. */
export const recipe: Bench = {
  name: "recipe",
  summary: "what each choice of quantisation-aware training is worth on pems_lane, over seeds",
  options: {
    dataset: `of ${datasets.map(({ name }) => name).join(",")}; ${recording} by default`,
    "d-model": "16 by default",
    seeds: "how many; 3 by default",
    bits: "of 4,3; both by default",
    variants: "words; only variants whose name holds one of them, beside the default; all by default",
    processes: `trainings at once; ${processes} by default`,
  },
  async run(options, { print, progress }) {
    const { quick } = options;
    const known = datasets.map(({ name }) => name);
    const [dataset = recording] = options.choices("dataset", known) ?? [recording];
    const dModel = options.number("d-model", 2, 128) ?? 16;
    const seeds = options.number("seeds", 1, 1000) ?? (quick ? 1 : 3);
    const atOnce = options.number("processes", 1, 64) ?? processes;
    const widths = options.numbers("bits", 2, 8);
    const tried = chosenVariants(quick ? variants.slice(0, 2) : variants, options.words("variants"), widths);
    for (const one of datasets) if (one.name === dataset) readRecording(one);

    const parts: Part[] = [];
    const failed: string[] = [];
    const total = seeds * (1 + tried.reduce((sum, { bits }) => sum + bits.length, 0));
    const carry = async (jobs: readonly Job[]) => {
      const orders = jobs.map((job): Order => ({ kind: "job", job }));
      const failures = await carryOut(orders, atOnce, (part) => {
        // The float model of a variant is the one that was trained first.
        if (part.kind === "float" && parts.some((other) => other.kind === "float" && other.seed === part.seed)) return;
        parts.push(part);
        progress(`${parts.length} of ${total}: ${describe(part)}`);
      });
      failed.push(...failures.map(({ text }) => text));
    };
    const seedNumbers = Array.from({ length: seeds }, (_, index) => index + 1);
    await carry(seedNumbers.map((seed) => ({ dataset, dModel, seed, bits: [], quick })));
    await carry(
      tried.flatMap((variant) =>
        seedNumbers.map((seed) => ({ dataset, dModel, seed, bits: variant.bits, quick, variant })),
      ),
    );
    const rows = recipeRows(parts, tried);
    print(`\n${dataset}, d_model ${dModel}\n${recipeTable(rows)}`);
    print(
      "\n/ float: RMSE of the integer-only model on the test windows over the float model's, mean of the seeds; - default: the",
    );
    print("seeds' differences to the default recipe, from the same float models. Each with its standard error.");
    if (quick) print("--quick trains for a few epochs only: these are no figures of what the recipes can do.");
    if (failed.length > 0) {
      throw new GatecastError("training", `${failed.length} trainings failed.\n${failed.join("\n")}`, {
        remedy: "Start the bench again: it goes on with what is missing.",
      });
    }
    return { rows };
  },
};

/** The default, which the others are compared with, and those whose name holds a word; at the widths that are asked for. */
export function chosenVariants(
  all: readonly Variant[],
  words: readonly string[] | undefined,
  widths: readonly number[] | undefined,
): Variant[] {
  const [usual, ...others] = all.flatMap((variant): Variant[] => {
    const bits = variant.bits.filter((width) => widths?.includes(width) ?? true);
    return bits.length > 0 ? [{ ...variant, bits }] : [];
  });
  const wanted = others.filter(({ name }) => words?.some((word) => name.includes(word)) ?? true);
  if (usual !== undefined && wanted.length > 0) return [usual, ...wanted];
  throw new GatecastError("usage", "No variant of the recipe has such a name and width.", {
    remedy: `Choose words of: ${all.map(({ name }) => `"${name}"`).join(", ")}; and widths among 4 and 3 bits.`,
    where: { key: "variants" },
  });
}

function describe(part: Part): string {
  if (part.kind === "baselines") throw new Error("the recipe bench orders no baselines");
  const what = part.kind === "float" ? "float" : `${part.variant}, ${part.bits} bits`;
  return `seed ${part.seed}: ${what}, RMSE ${decimals(part.result.rmse, 4)}${part.kept ? " (kept)" : ""}`;
}
