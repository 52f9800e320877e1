import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { reportError } from "../src/cli/errors.js";
import { GatecastError } from "../src/errors.js";
import { nearestName } from "../src/series/nearest-name.js";
import { accelerator } from "./accelerator.js";
import { accuracy } from "./accuracy.js";
import { calibrate } from "./calibrate.js";
import { choice } from "./choice.js";
import type { Bench } from "./common/bench.js";
import { describeMachine, machineLine } from "./common/machine.js";
import { parseOptions } from "./common/options.js";
import { writeAtomically } from "./common/write-atomically.js";
import { estimates } from "./estimates.js";
import { integer } from "./integer.js";
import { mainJob } from "./main-job.js";
import { mixedPrecision } from "./mixed-precision.js";
import { planner } from "./planner.js";
import { power } from "./power.js";
import { products } from "./products.js";
import { recipe } from "./recipe.js";
import { training } from "./training.js";

const benches: readonly Bench[] = [
  training,
  integer,
  accuracy,
  recipe,
  accelerator,
  planner,
  choice,
  mixedPrecision,
  power,
  products,
  calibrate,
  estimates,
  mainJob,
];
/** Compiled, this file is .cache/bench/bench/main.js. */
const root = resolve(fileURLToPath(new URL("../../..", import.meta.url)));

function list(): string {
  const lines = benches.flatMap(({ name, summary, options }) => [
    `  ${name.padEnd(10)} ${summary}`,
    ...Object.entries(options).map(([option, text]) => `${" ".repeat(15)}--${option.padEnd(12)} ${text}`),
  ]);
  return [
    "npm run bench -- NAME [--json FILE] [--quick] [options]",
    "",
    ...lines,
    "",
    "--json FILE writes the printed figures as JSON; --quick measures less, for a first look or CI. See docs/benchmarks.md.",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help") {
    process.stdout.write(`${list()}\n`);
    return;
  }
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench === undefined) {
    const names = benches.map((candidate) => candidate.name);
    const similar = nearestName(name, names);
    throw new GatecastError("usage", `There is no bench "${name}".`, {
      remedy: `${similar === undefined ? "" : `Did you mean "${similar}"? `}There are ${names.join(", ")}.`,
    });
  }
  const options = parseOptions(rest, Object.keys(bench.options));
  const machine = describeMachine();
  const print = (text: string) => process.stdout.write(`${text}\n`);
  print(`${bench.name}${options.quick ? " (quick)" : ""}: ${machineLine(machine)}`);
  const { failed, ...result } = await bench.run(options, {
    root,
    print,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  if (options.json !== undefined) {
    const content = { bench: bench.name, quick: options.quick, machine, ...result };
    writeAtomically(resolve(options.json), `${JSON.stringify(content, undefined, 2)}\n`);
  }
  if (failed !== undefined) throw failed;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { text, exitCode } = reportError(error, { json: false });
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
