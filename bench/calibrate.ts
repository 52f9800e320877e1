import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { device } from "../src/accelerator/devices.js";
import { type Coefficients, estimateOf, terms } from "../src/accelerator/estimate/index.js";
import { type Technology, technologyOf } from "../src/accelerator/technology.js";
import { renderTable } from "../src/report/table.js";
import { wasmYosys } from "../src/toolchain/yosys/wasm.js";
import type { Bench } from "./common/bench.js";
import { writeAtomically } from "./common/write-atomically.js";
import { type Counts, synthesised, withKeptChoices } from "./estimates/design.js";
import { deviceNames, drawDesigns } from "./estimates/draw.js";
import { errorsOf, quantile } from "./estimates/errors.js";
import { fitted, type Observation } from "./estimates/fit.js";
import { type Part, partsOf } from "./estimates/observe.js";
import { openStore } from "./estimates/store.js";
import { wantedDesigns } from "./estimates/wanted.js";

/** Designs that the coefficients are fitted to: of one width for all tensors, and of a width for each. */
const usual = { full: { uniform: 32, mixed: 16 }, quick: { uniform: 3, mixed: 0 } } as const;
/** Seeds of the designs: others than those of `bench estimates`. */
const FIRST_SEED = 1_000;
/** What one whole departure of a coefficient from the one that is there is worth, beside the parts' weighted squared errors. */
const PULL = 1;
/** What an error of a whole design counts, beside one of a part. */
const WHOLE = 20;

/** A design with its parts, and what the whole was synthesised to. */
interface Design {
  readonly parts: readonly Part[];
  readonly whole: Counts;
}

/** Fits the coefficients of the estimates to what the pinned Yosys makes of random designs, and writes them. */
export const calibrate: Bench = {
  name: "calibrate",
  summary: "fits the coefficients of the resource estimates to synthesised designs (`npm run calibrate`)",
  options: {
    designs: `of one width, to synthesise with their parts each for itself; ${usual.full.uniform} by default`,
    mixed: `designs beside them whose widths the search has chosen; ${usual.full.mixed} by default`,
    device: `${deviceNames.join(" or ")}, whose family's coefficients are fitted; ${deviceNames[0]} by default`,
  },
  async run(options, { root, print, progress }) {
    const { counts: wanted, deviceName } = wantedDesigns(options, usual);
    const { family } = device(deviceName);
    const store = openStore(fileURLToPath(new URL("..", import.meta.url)));
    const designs: Design[] = [];
    for await (const fresh of drawDesigns(FIRST_SEED, wanted, deviceName, store)) {
      const drawn = withKeptChoices(fresh, store, family);
      const { modules, counts } = await synthesised(drawn, { store, how: "parts", progress });
      designs.push({ parts: partsOf(drawn, modules), whole: counts });
      progress(`${designs.length} of ${wanted.uniform + wanted.mixed} designs`);
    }
    const engine = wasmYosys();
    const technology = technologyOf({ family });
    const after: Coefficients = {
      tool: `${engine.name} ${engine.version}`,
      designs: designs.length,
      lut: coefficientsOf("lut", designs, technology),
      ff: coefficientsOf("ff", designs, technology),
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
    const totals = designs.map(({ parts, whole }) => {
      const estimates = parts.map(({ amounts }) => estimateOf(amounts, after));
      const sum = (of: "lut" | "ff") => estimates.reduce((total, one) => total + one[of], 0);
      return { lut: Math.abs(sum("lut") / whole.lut - 1), ff: Math.abs(sum("ff") / whole.ff - 1) };
    });
    const spread = (what: "lut" | "ff") => {
      const errors = totals.map((one) => one[what]);
      return `median ${percent(quantile(errors, 0.5))}, most ${percent(quantile(errors, 1))}`;
    };
    print(`Whole designs, errors in the fit: LUT ${spread("lut")}; FF ${spread("ff")}.`);
    if (!options.quick) {
      const file = join(root, "src", "accelerator", "estimate", "coefficients", `${family}.ts`);
      writeAtomically(file, sourceOf(family, after));
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
  { coefficients: before, alone }: Technology,
): Record<(typeof terms)[number], number> {
  /** What is not logic is known exactly, and the share of flip-flops that take a cell of their own is given. */
  const logic = ({ lut, lutram, ff }: Counts) => (what === "lut" ? lut - lutram - alone * ff : ff);
  const observations: Observation[] = [];
  const observe = (amounts: Float64Array, counts: Counts, weight: number) => {
    const found = logic(counts);
    observations.push({ amounts, found, weight: weight / (20 + Math.abs(found)) });
  };
  for (const { parts, whole } of designs) {
    const sum = new Float64Array(terms.length);
    for (const { amounts, found } of parts) {
      if (found) observe(amounts[what], found, 1);
      amounts[what].forEach((amount, index) => {
        sum[index] = (sum[index] ?? 0) + amount;
      });
    }
    // The whole is what users see.
    observe(sum, whole, WHOLE);
  }
  const prior = Float64Array.from(terms, (term) => before[what][term]);
  const result = fitted(observations, prior, PULL);
  return Object.fromEntries(terms.map((term, index) => [term, Number((result[index] ?? 0).toFixed(3))])) as Record<
    (typeof terms)[number],
    number
  >;
}

function sourceOf(family: string, { tool, designs, lut, ff }: Coefficients): string {
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
