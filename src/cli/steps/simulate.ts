import { basename } from "node:path";
import {
  type Activity,
  buildAccelerator,
  type Delivery,
  type Plan,
  simulateAccelerator,
  simulatedActivity,
  testVectors,
  verilogTestbench,
} from "../../accelerator/index.js";
import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import { mutate, mutations, randomWindows } from "../../integer/testing/index.js";
import type { Check, VerificationReport } from "../../report/data.js";
import { count, plural } from "../../report/format.js";
import type { WindowSet } from "../../series/index.js";
import type { Configuration } from "../configuration.js";
import { type HardwareResult, resultFiles, type SimulationResult } from "../results.js";
import { gatecastVersion } from "../version.js";
import { checkWithReferee, ghdl, icarus, refereeIdentity } from "./bench-check.js";
import {
  benchFiles,
  benchWindows,
  clockOf,
  forecastsOf,
  hardwareFolder,
  hardwareKeys,
  hardwareOf,
  hardwareRuns,
} from "./hardware.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { breathe } from "./patient.js";
import { loadPrecision, readsPrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep, type StepContext } from "./step.js";

/** Windows in one piece of simulation: about a second. */
const piece = 32;
/** Test windows that Icarus sees: the Verilog is printed from the same text tree as the VHDL, which sees more. */
const icarusWindows = 8;
/** Windows of random codes that are simulated beside those of the test part. */
const directedWindows = 64;

/** The register transfer, the VHDL in GHDL and the Verilog in Icarus where they are there, on test windows against the interpreter. */
export const simulate = defineStep({
  name: "simulate",
  title: "simulating the accelerator on test windows",
  settings: [...hardwareKeys, "clock", "windows", "ghdl", "icarus", "seed"],
  reads: {
    ...readsPrepared,
    ...readsIntegerModel,
    train: readsPrecision,
    generate: [hardwareFolder, resultFiles.hardware],
  },
  waits: true,
  external: async (settings) => ({
    ghdl: await refereeIdentity(ghdl, settings.ghdl),
    icarus: await refereeIdentity(icarus, settings.icarus),
  }),
  async run(context) {
    const { configuration } = context;
    const model = await loadIntegerModel(context);
    const { test } = await loadPrepared(context);
    const { accelerator: chosen } = await loadPrecision(context);
    const { plan, delivery } = hardwareOf(model, configuration, chosen);
    await requireSameSources(context, delivery);
    const accelerator = delivery.top;
    const runs = hardwareRuns(model, plan.mode, test, configuration.windows, piece);
    const task = context.progress.start("rtl");
    let done = 0;
    let mismatches = 0;
    let cycles = 0;
    let activity: Activity | undefined;
    let counted = 0;
    for (const run of runs) {
      // Toggles are counted in the first piece: it takes twice the time.
      const result = simulateAccelerator(model, plan, accelerator, run, { countToggles: activity === undefined });
      if (result.toggles) {
        activity = simulatedActivity(result.toggles, result.inferences);
        counted = result.inferences;
      }
      done += result.inferences;
      mismatches += result.mismatches;
      cycles = Math.max(cycles, result.cyclesPerInference);
      task.update(done / configuration.windows, `${plural(done, "window")}, ${count(mismatches)} different`);
      await breathe(context.signal);
    }
    task.end(`${plural(done, "window")}, ${count(mismatches)} different, ${count(cycles)} cycles per inference`);
    const rtl: Check = { subject: "rtl", tool: "gatecast", version: gatecastVersion, windows: done, mismatches };
    // Test windows alone may leave a clamp or a table entry untouched; windows of every kind do not.
    const directed = randomWindows(model, directedWindows, configuration.seed);
    const wide = simulateAccelerator(model, plan, accelerator, directed).mismatches;
    const faults = await tryMutations(context, model, plan, [...runs, directed]);
    const vhdl = await checkVhdl(context, model, plan, test);
    const verilog = await checkVerilog(context, model, plan, delivery, test);
    const verification: VerificationReport = { checks: [rtl, vhdl, verilog], mutations: faults };
    const random: Check = { ...rtl, windows: directedWindows, mismatches: wide };
    const wrong = [rtl, random, vhdl, verilog].find((check) => "mismatches" in check && check.mismatches > 0);
    if (wrong !== undefined && "mismatches" in wrong) {
      throw new GatecastError(
        "verification",
        `The hardware (${wrong.subject}, ${wrong.tool}) differs from the integer model on ${wrong.mismatches} of ${plural(wrong.windows, "window")}.`,
        { remedy: "This is a defect of Gatecast: do not build this design, and report it with the run folder." },
      );
    }
    if (activity === undefined) throw new Error("no window was simulated");
    const result: SimulationResult = {
      verification,
      activity: { windows: counted, toggles: activity.toggles, parts: Object.fromEntries(activity.parts ?? []) },
      timing: {
        clockMHz: clockOf(configuration),
        cycles: [
          { basis: "simulated", value: cycles },
          { basis: "estimated", value: plan.cyclesPerInference },
        ],
        initiationInterval: { basis: "estimated", value: plan.initiationInterval },
      },
    };
    await context.write(resultFiles.simulation, `${JSON.stringify(result, undefined, 2)}\n`);
    return `${plural(done, "window")} equal; ${faults.caught} of ${faults.tried} seeded faults caught`;
  },
});

type Looks = StepContext<Pick<Configuration, "ghdl" | "icarus">>;

/** The delivered test bench on the delivered VHDL. */
async function checkVhdl(context: Looks, model: IntegerModel, { mode }: Plan, test: WindowSet) {
  const { vhdl, bench, top }: HardwareResult = JSON.parse(await context.readText("generate", resultFiles.hardware));
  const [run = new Int16Array(0)] = hardwareRuns(model, mode, test, benchWindows, benchWindows);
  const read = async (file: string) => ({ name: basename(file), text: await context.readText("generate", file) });
  const files = {
    sources: await Promise.all([...vhdl, bench].map(read)),
    dataFiles: await Promise.all(Object.values(benchFiles).map(read)),
    top: `${top}_tb`,
  };
  return checkWithReferee(context, ghdl, context.configuration.ghdl, files, forecastsOf(model, mode, run));
}

/** A test bench in Verilog on the delivered Verilog. */
async function checkVerilog(context: Looks, model: IntegerModel, plan: Plan, delivery: Delivery, test: WindowSet) {
  const [run = new Int16Array(0)] = hardwareRuns(model, plan.mode, test, icarusWindows, icarusWindows);
  const { samples, expected } = testVectors(model, plan, run);
  const lines = (text: string) => text.trimEnd().split("\n").length;
  const counts = { samples: lines(samples), expected: lines(expected) };
  const files = {
    sources: [
      ...delivery.verilog.map(({ path, text }) => ({ name: basename(path), text })),
      { name: "testbench.v", text: verilogTestbench(delivery.face, plan.cyclesPerInference, counts) },
    ],
    dataFiles: [
      { name: "samples.txt", text: samples },
      { name: "expected.txt", text: expected },
    ],
    top: `${delivery.face.name}_tb`,
  };
  return checkWithReferee(context, icarus, context.configuration.icarus, files, forecastsOf(model, plan.mode, run));
}

/** What is simulated here is the very design whose sources stand in the folder. */
async function requireSameSources(context: Pick<StepContext<unknown>, "readText">, { files }: Delivery): Promise<void> {
  for (const { path, text } of files) {
    const file = `${hardwareFolder}${path}`;
    if ((await context.readText("generate", file)) !== text) {
      throw new GatecastError("run", `${file} is not what this version of Gatecast makes of the integer model.`, {
        remedy: "Write the sources again with `gatecast generate --force`.",
        where: { file },
      });
    }
  }
}

/** Hardware with one mistake in it must be noticed on the same windows; which ones were not is told. */
async function tryMutations(
  context: Pick<StepContext<unknown>, "signal" | "progress">,
  model: IntegerModel,
  plan: ReturnType<typeof hardwareOf>["plan"],
  runs: readonly (Int16Array | Int32Array)[],
): Promise<{ tried: number; caught: number; survivors: string[] }> {
  const task = context.progress.start("faults");
  const survivors: string[] = [];
  for (const [index, mutation] of mutations.entries()) {
    const wrong = buildAccelerator(mutate(model, mutation), plan);
    let caught = false;
    for (const run of runs) {
      caught = simulateAccelerator(model, plan, wrong, run).mismatches > 0;
      await breathe(context.signal);
      if (caught) break;
    }
    if (!caught) survivors.push(mutation);
    task.update((index + 1) / mutations.length, mutation);
  }
  const caught = mutations.length - survivors.length;
  task.end(
    `${caught} of ${mutations.length} seeded faults caught${survivors.length > 0 ? `; not: ${survivors.join(", ")}` : ""}`,
  );
  return { tried: mutations.length, caught, survivors };
}
