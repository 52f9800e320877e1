import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Coefficients, estimateOf, terms } from "../src/accelerator/estimate/index.js";
import { technologyOf } from "../src/accelerator/technology.js";
import { renderTable } from "../src/report/table.js";
import { wasmYosys } from "../src/toolchain/yosys/wasm.js";
import type { Bench } from "./common/bench.js";
import { writeAtomically } from "./common/write-atomically.js";
import { type Counts, synthesised, withKeptChoices } from "./estimates/design.js";
import { drawPlanned } from "./estimates/draw.js";
import { errorsOf, quantile } from "./estimates/errors.js";
import { fitted, type Observation } from "./estimates/fit.js";
import { type Part, partsOf } from "./estimates/observe.js";
import { openStore } from "./estimates/store.js";

/** Designs that the coefficients are fitted to, and of those that are also synthesised as a whole. */
const usual = { full: { designs: 24, whole: 24 }, quick: { designs: 3, whole: 1 } } as const;
/** Seeds of the designs: others than those of `bench estimates`. */
const FIRST_SEED = 1_000;
/** What one whole departure of a coefficient from the one that is there is worth, beside the parts' weighted squared errors. */
const PULL = 4;

/** A design with its parts; `flat`: what the whole was synthesised to, where it was. */
interface Design {
  readonly parts: readonly Part[];
  readonly flat: Counts | null;
  /** The same with its modules kept. */
  readonly modules: Counts;
}

const family = "xc7";
const deviceName = "xc7s15";

/** Fits the coefficients of the estimates to what the pinned Yosys makes of random designs, and writes them. */
export const calibrate: Bench = {
  name: "calibrate",
  summary: "fits the coefficients of the resource estimates to synthesised designs (`npm run calibrate`)",
  options: {
    designs: `to synthesise, their modules each for itself; ${usual.full.designs} by default`,
    whole: `of them also as a whole; ${usual.full.whole} by default`,
  },
  async run(options, { root, print, progress }) {
    const defaults = usual[options.quick ? "quick" : "full"];
    const wanted = options.number("designs", 1, 10_000) ?? defaults.designs;
    const whole = options.number("whole", 0, wanted) ?? Math.min(wanted, defaults.whole);
    const store = openStore(fileURLToPath(new URL("..", import.meta.url)));
    const designs: Design[] = [];
    for (let seed = FIRST_SEED; designs.length < wanted; seed++) {
      const fresh = drawPlanned(seed, deviceName);
      if (fresh === null) continue;
      const drawn = withKeptChoices(fresh, store, family);
      const { modules, counts } = await synthesised(drawn, { store, how: "modules", progress });
      const flat = designs.length < whole ? (await synthesised(drawn, { store, how: "flat", progress })).counts : null;
      designs.push({ parts: partsOf(drawn, modules), flat, modules: counts });
      progress(`${designs.length} of ${wanted} designs`);
    }
    const engine = wasmYosys();
    const { coefficients: before } = technologyOf({ family });
    const after: Coefficients = {
      tool: `${engine.name} ${engine.version}`,
      designs: designs.length,
      lut: coefficientsOf("lut", designs, before),
      ff: coefficientsOf("ff", designs, before),
    };
    const all = designs.flatMap(({ parts }) => parts);
    const rows = [...new Set(all.map(({ kind }) => kind))].map((kind) => {
      const errors = errorsOf(
        all.filter((part) => part.kind === kind),
        after,
      );
      return { kind, ...errors };
    });
    print(
      renderTable(
        [
          "part",
          ...["count", "LUT", "median", "95 %", "FF", "median", "95 %"].map((title) => ({
            title,
            align: "right" as const,
          })),
        ],
        rows.map(({ kind, count, lut, ff }) => [
          kind,
          String(count),
          String(lut.found),
          ...[lut.median, lut.p95].map(percent),
          String(ff.found),
          ...[ff.median, ff.p95].map(percent),
        ]),
      ),
    );
    const totals = designs.flatMap(({ parts, flat }) => {
      if (!flat) return [];
      const estimates = parts.map(({ amounts }) => estimateOf(amounts, after));
      const sum = (of: "lut" | "ff") => estimates.reduce((total, one) => total + one[of], 0);
      return [{ lut: Math.abs(sum("lut") / flat.lut - 1), ff: Math.abs(sum("ff") / flat.ff - 1) }];
    });
    if (totals.length > 0) {
      const of = (what: "lut" | "ff") => totals.map((one) => one[what]);
      print(
        `Whole designs (${totals.length}), errors in the fit: LUT median ${percent(quantile(of("lut"), 0.5))}, most ${percent(quantile(of("lut"), 1))}; FF median ${percent(quantile(of("ff"), 0.5))}, most ${percent(quantile(of("ff"), 1))}.`,
      );
    }
    if (!options.quick) {
      const file = join(root, "src", "accelerator", "estimate", "coefficients", `${family}.ts`);
      writeAtomically(file, sourceOf(after));
      print(
        `Written: ${file}. \`npm run bench -- estimates\` tells how good they are on designs that they have not seen.`,
      );
    }
    return { rows, designs: designs.length };
  },
};

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function coefficientsOf(
  what: "lut" | "ff",
  designs: readonly Design[],
  before: Coefficients,
): Record<(typeof terms)[number], number> {
  /** What is not logic is known exactly. */
  const logic = (counts: { lut: number; lutram: number; ff: number }, lutram: number) =>
    what === "lut" ? counts.lut - lutram : counts.ff;
  const observations: Observation[] = [];
  for (const { parts, flat, modules } of designs) {
    // Where modules are kept apart, Yosys cannot share or drop logic across their borders: so much less is left of each in the whole.
    const left = flat ? logic(flat, flat.lutram) / logic(modules, modules.lutram) : 1;
    for (const { amounts, found } of parts) {
      if (!found) continue;
      const value = left * logic(found, found.lutram);
      observations.push({ amounts: amounts[what], found: value, weight: 1 / (20 + Math.abs(value)) });
    }
    if (!flat) continue;
    const sum = new Float64Array(terms.length);
    let lutram = 0;
    for (const { amounts } of parts) {
      amounts[what].forEach((amount, index) => {
        sum[index] = (sum[index] ?? 0) + amount;
      });
      lutram += amounts.lutram;
    }
    const value = logic(flat, lutram);
    // The whole is what users see.
    observations.push({ amounts: sum, found: value, weight: 10 / (20 + Math.abs(value)) });
  }
  const prior = Float64Array.from(terms, (term) => before[what][term]);
  const result = fitted(observations, prior, PULL);
  return Object.fromEntries(terms.map((term, index) => [term, Number((result[index] ?? 0).toFixed(3))])) as Record<
    (typeof terms)[number],
    number
  >;
}

function sourceOf({ tool, designs, lut, ff }: Coefficients): string {
  const record = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([term, value]) => `    ${/^\w+$/.test(term) ? term : `"${term}"`}: ${value},`)
      .join("\n");
  return `import type { Coefficients } from "../terms.js";

/** Written by \`npm run calibrate\`. */
export const ${family}Coefficients: Coefficients = {
  tool: "${tool}",
  designs: ${designs},
  lut: {
${record(lut)}
  },
  ff: {
${record(ff)}
  },
};
`;
}
