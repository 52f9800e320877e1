// `node scripts/random-architectures.mjs [--draws N] [--seed S]`: random networks with random plans, each simulated against the
// integer interpreter; the long run of src/accelerator/random-architectures.test.ts. Draw k has the seed S + k, so that
// `--draws 1 --seed S` does a single one again.
import { parseArgs } from "node:util";
import { createJiti } from "jiti";

const { values } = parseArgs({ options: { draws: { type: "string" }, seed: { type: "string" } } });

function whole(name, usual) {
  const value = Number(values[name] ?? usual);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 31) return value;
  process.stderr.write(`--${name} is "${values[name]}"; expected a whole number.\n`);
  process.exit(2);
}

const draws = whole("draws", 1000);
const first = whole("seed", 1_000_000);
const jiti = createJiti(import.meta.url);
const { checkDesign, describeDesign, drawDesign } = await jiti.import("../src/accelerator/testing/random-design.ts");

let failures = 0;
let said = performance.now();
for (let draw = 0; draw < draws; draw++) {
  const seed = first + draw;
  let text = `seed ${seed}`;
  try {
    const design = drawDesign(seed);
    text = describeDesign(design);
    for (const wrong of checkDesign(design)) {
      failures++;
      process.stdout.write(`${text}: ${wrong}\n`);
    }
  } catch (error) {
    failures++;
    process.stdout.write(`${text}: ${error instanceof Error ? error.stack : error}\n`);
  }
  if (performance.now() - said > 10_000) {
    said = performance.now();
    process.stderr.write(`${draw + 1} of ${draws} draws, ${failures} failures\n`);
  }
}
process.stdout.write(`${draws} draws from seed ${first}, ${failures} failures\n`);
process.exitCode = failures > 0 ? 1 : 0;
