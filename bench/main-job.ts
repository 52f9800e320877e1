import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { GatecastError } from "../src/errors.js";
import { parseSummary } from "../src/report/index.js";
import { renderTable } from "../src/report/table.js";
import { datasets, readRecording } from "./accuracy/datasets.js";
import type { Bench } from "./common/bench.js";
import { type Figure, mainJobFigures } from "./main-job/figures.js";

/** Shorter training and fewer windows, to see that it runs. */
const quickArguments = ["--epochs", "4", "--qat-epochs", "5", "--windows", "32"];

/** The whole job on a real recording through the command line, and its figures against those wanted. */
export const mainJob: Bench = {
  name: "main-job",
  summary: "gatecast run on pems_lane (d_model 16, 4 bits, XC7S15): each figure against the one wanted",
  options: { seeds: "how many, one run each; 1 by default" },
  async run(options, { root, print, progress }) {
    const seeds = Array.from({ length: options.number("seeds", 1, 1000) ?? 1 }, (_, index) => index + 1);
    const dataset = datasets.find(({ name }) => name === "pems_lane");
    if (!dataset) throw new Error("no data set pems_lane");
    readRecording(dataset); // that it is there
    const rows: ({ seed: number } & Figure)[] = [];
    for (const seed of seeds) {
      const out = join(root, ".cache", "bench", "main-job", `seed-${seed}`);
      rmSync(out, { recursive: true, force: true }); // a finished step would not be done again, nor timed
      const command = [
        ...["run", "--data", join(process.env.GATECAST_DATA ?? "", dataset.file), "--target", "flow_veh_5min"],
        ...["--split-column", "split", "--window", "24", "--d-model", "16", "--bits", "4", "--device", "xc7s15"],
        ...["--seed", String(seed), ...(options.quick ? quickArguments : []), "--out", out],
      ];
      progress(`gatecast ${command.join(" ")}`);
      const started = performance.now();
      await gatecast(root, command);
      const seconds = (performance.now() - started) / 1000;
      const summary = parseSummary(JSON.parse(readFileSync(join(out, "summary.json"), "utf8")));
      rows.push(...mainJobFigures(summary, seconds).map((figure) => ({ seed, ...figure })));
    }
    print(
      `\n${renderTable(
        ["seed", "figure", { title: "reached", align: "right" }, { title: "wanted", align: "left" }, ""],
        rows.map(({ seed, figure, reached, wanted, met }) => [
          seed,
          figure,
          reached === null ? "not measured" : Number(reached.toFixed(4)),
          wanted,
          met ? "met" : "MISSED",
        ]),
      )}`,
    );
    if (options.quick)
      print("\n--quick trains for a few epochs and simulates 32 windows only: accuracy is not what it could be.");
    return { rows };
  },
};

/** Runs the command line of this very build; what it prints goes to our progress. */
function gatecast(root: string, command: readonly string[]): Promise<void> {
  const main = join(root, ".cache", "bench", "src", "cli", "main.js");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...command], { cwd: root, stdio: ["ignore", 2, 2] });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) return resolve();
      reject(
        new GatecastError("run", `gatecast run ended with ${signal ?? `exit code ${code}`}; what it said is above.`, {
          remedy: "Mend what it names, and start the bench again.",
        }),
      );
    });
  });
}
