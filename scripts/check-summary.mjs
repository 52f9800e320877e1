// Holds a run's summary.json against what was promised: every metric there, verified windows without a mismatch.
//   node scripts/check-summary.mjs RUN [--mismatches 0] [--below-persistence]
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [folder, ...flags] = process.argv.slice(2);
const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
const problems = [];
const check = (holds, text) => {
  if (!holds) problems.push(text);
};

for (const name of ["float", "fakeQuantised", "integer", "persistence", "seasonalNaive", "linear"]) {
  const metric = summary.metrics?.[name];
  check(Number.isFinite(metric?.rmse) && Number.isFinite(metric?.mae), `metrics.${name} is missing`);
}
for (const part of ["train", "validation", "test"])
  check(summary.data?.windows?.[part] > 0, `data.windows.${part} is missing`);
check(summary.simulation?.windows > 0, "nothing was simulated");
check(summary.simulation?.cyclesPerInference > 0, "simulation.cyclesPerInference is missing");
check(
  summary.mutations?.tried > 0 && summary.mutations.caught === summary.mutations.tried,
  "a seeded fault was not caught",
);
check(summary.synthesis?.fits === true, "the design does not fit, or was not synthesised");
if (flags.includes("--mismatches"))
  check(summary.simulation?.mismatches === 0, `${summary.simulation?.mismatches} mismatches`);
if (flags.includes("--below-persistence")) {
  const { integer, persistence } = summary.metrics;
  check(integer.rmse < persistence.rmse, `integer RMSE ${integer.rmse} is not below persistence ${persistence.rmse}`);
}
check(statSync(join(folder, "report.html")).size > 10_000, "report.html is missing or empty");
if (problems.length > 0) {
  console.error(`${folder}:\n  ${problems.join("\n  ")}`);
  process.exit(1);
}
console.log(
  `${folder}: integer RMSE ${summary.metrics.integer.rmse}, ${summary.simulation.windows} windows simulated, 0 problems`,
);
