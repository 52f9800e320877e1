import { GatecastError } from "../../errors.js";
import type { IntegerModel } from "../../integer/index.js";
import { buildGraph, foldParameters, type Graph, type Precision } from "../../model/index.js";
import { count, percent, significant } from "../../report/format.js";
import type { PrecisionReport, TriedPoint } from "../../report/precision-data.js";
import {
  type Choice,
  expectedShare,
  measureSensitivity,
  type Recovery,
  recover,
  type Sensitivity,
  usualTrainings,
} from "../../search/index.js";
import { contentHash } from "../../toolchain/files.js";
import { nodeThreads, usualThreads } from "../../toolchain/threads.js";
import type { TrainingData } from "../../training/index.js";
import type { Configuration } from "../configuration.js";
import { checkpointFolder } from "../steps/checkpoint.js";
import type { ChosenAccelerator } from "../steps/chosen-accelerator.js";
import { type ChoiceSettings, Chooser, limitsOf, objectiveOf, pointOf } from "./chooser.js";
import type { EpochLog } from "./epoch-log.js";
import type { KeptTrainings } from "./kept-trainings.js";
import type { TrainedFloat, TrainedQuantised, Trainer, TrainingSettings, Workplace } from "./trainer.js";
import { verifyChoice } from "./verify.js";

/** What sensitivities are measured by, where the user does not say (docs/search.md). */
const usualSensitivity = "post-training";

export interface AutomaticOptions {
  readonly place: Workplace;
  readonly settings: ChoiceSettings & TrainingSettings & Pick<Configuration, "goal">;
  /** The network; of its widths only those count that are not chosen. */
  readonly graph: Graph;
  readonly float: TrainedFloat;
  readonly data: TrainingData;
  readonly trainer: Trainer;
  readonly kept: KeptTrainings;
  readonly log: EpochLog;
  /** The integer-only model of a trained choice. */
  readonly modelOf: (graph: Graph, trained: TrainedQuantised) => IntegerModel;
}

/** Chosen widths, trained. */
export interface Automatic {
  readonly graph: Graph;
  readonly trained: TrainedQuantised;
  /** null: the plan is made anew. */
  readonly accelerator: ChosenAccelerator | null;
  readonly report: PrecisionReport;
}

/** A choice that was trained. */
interface TrainedChoice {
  readonly graph: Graph;
  readonly trained: TrainedQuantised;
}

/**
 * Chooses widths, lanes and memories within the limits, trains them, and by what is measured goes on to other choices (`recover`).
 *
 * @throws GatecastError "hardware" where nothing is within the limits: the nearest that is
 */
export async function chooseAndTrain(options: AutomaticOptions): Promise<Automatic> {
  const { place, settings, graph, float, modelOf } = options;
  const sensitivity = await sensitivityOf(options);
  const chooser = await Chooser.create(graph, sensitivity, settings, place);
  const objective = objectiveOf(settings);
  const { rmseLoss } = limitsOf(settings);
  const limit = rmseLoss === null ? null : (1 + rmseLoss) ** 2 - 1;
  const choices = new Map<string, TrainedChoice>();
  const accelerators = new Map<Choice, ChosenAccelerator | null>();
  place.progress.say(`${"choice".padEnd(11)} of widths, lanes and memories`);
  const recovery = await recover<RecoveryChoice>({
    cheapest: async (added) =>
      candidate(
        added === Number.POSITIVE_INFINITY && choices.size === 0
          ? await chooser.choose(objective)
          : await chooser.chooseIfThere(objective, added),
      ),
    // Where the hardware's limits leave nothing it says so, with what is nearest.
    tightest: async () => candidate(await chooser.tightest()),
    keyOf: ({ choice }) => keyOf(choice),
    measure: async ({ choice }, number) => {
      const { precision } = choice.assignment;
      const chosen = buildGraph(graph.architecture, precision);
      const trained = await trainChoice(options, chosen, choice, number);
      choices.set(keyOf(choice), { graph: chosen, trained });
      return trained.kept.validation / float.loss - 1;
    },
    fits: async ({ choice }) => {
      const found = choices.get(keyOf(choice));
      if (found === undefined) throw new Error("the choice was not trained");
      const model = modelOf(found.graph, found.trained);
      const { device, mode } = settings;
      try {
        accelerators.set(choice, await verifyChoice(model, settings, { device, mode, plan: plainPlan(choice.plan) }));
        return true;
      } catch (error) {
        if (!(error instanceof GatecastError) || error.kind !== "hardware") throw error;
        place.progress.say(`${"".padEnd(11)} too large with its trained numbers: ${error.message}`);
        chooser.lessRoom(choice, model);
        return false;
      }
    },
    limit,
    expected: expectedShare[settings.quantisation],
    trainings: settings.trainings ?? usualTrainings,
  });
  const { chosen } = recovery;
  if (chosen === null) throw notAttained(recovery, settings);
  const { choice } = chosen.choice;
  const [found, accelerator] = [choices.get(keyOf(choice)), accelerators.get(choice)];
  if (found === undefined || accelerator === undefined) throw new Error("the choice was not trained");
  const report = await reportOf(options, chooser, sensitivity, recovery, choice);
  return { ...found, accelerator, report };
}

interface RecoveryChoice {
  readonly added: number;
  readonly choice: Choice;
}

function candidate(choice: Choice | null): RecoveryChoice | null {
  return choice && { added: choice.assignment.added, choice };
}

/** Equal for equal widths: what is trained does not depend on lanes and memories. */
function keyOf({ assignment }: Choice): string {
  return contentHash(JSON.stringify(widthsText(assignment.precision)));
}

function widthsText({ overrides, ...others }: Precision) {
  const sorted = (values: object) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return [sorted(others), sorted(overrides)];
}

async function sensitivityOf({ place, settings, graph, float, data, kept }: AutomaticOptions): Promise<Sensitivity> {
  const method = settings.sensitivity ?? usualSensitivity;
  const { seed, threads } = settings;
  const { scales, samples, forecast, scores, exponentials } = graph.precision;
  const parameters = foldParameters(graph, float.parameters);
  const key = {
    phase: "sensitivity",
    method,
    seed,
    architecture: graph.architecture,
    widths: { scales, samples, forecast, scores, exponentials },
    float: contentHash(
      Buffer.concat([...parameters.values()].map(({ data: values }) => Buffer.from(values.slice().buffer))),
    ),
  };
  return kept.result("sensitivity", key, async () => {
    const task = place.progress.start("sensitivity");
    const result = await measureSensitivity(
      graph,
      parameters,
      data,
      { method, seed },
      {
        signal: place.signal,
        threads: nodeThreads(threads ?? usualThreads()),
        onProgress: ({ done, of, secondsLeft }) =>
          task.update(done / of, `${count(done)} of ${count(of)} measurements`, secondsLeft),
      },
    );
    task.end(`${method}: ${count(result.measurements)} measurements of ${count(result.tensors.length)} tensors`);
    return result;
  });
}

async function trainChoice(
  { place, settings, float, trainer, kept, log }: AutomaticOptions,
  graph: Graph,
  choice: Choice,
  number: number,
): Promise<TrainedQuantised> {
  const most = settings.trainings ?? usualTrainings;
  const label = `training ${number}`;
  place.progress.say(`${label.padEnd(11)} of at most ${most}: ${choiceText(choice)}`);
  const folder = `${checkpointFolder}/${keyOf(choice).slice(0, 16)}`;
  const trained = await kept.quantised(graph, float.parameters, () =>
    trainer.quantise(graph, float.parameters, { number, label, folder }),
  );
  await place.scratch.remove(folder);
  await log.restore("quantised", trained.history, number);
  const { rmseLoss } = limitsOf(settings);
  const loss = Math.sqrt(trained.kept.validation / float.loss) - 1;
  const against = rmseLoss === null ? "" : `; the limit is ${percent(rmseLoss, 2)}`;
  place.progress.say(`${label.padEnd(11)} loss of RMSE on validation ${percent(loss, 2)}${against}`);
  return trained;
}

function choiceText({ assignment, proven, gap }: Choice): string {
  const { added, plan, microjoules } = assignment;
  const bits = Object.values(assignment.precision.overrides);
  const [least, most] = [Math.min(...bits), Math.max(...bits)];
  const widths = bits.length === 0 ? "" : `${least === most ? least : `${least} to ${most}`} bits, `;
  const how = proven ? "proven optimal by the estimates" : `at most ${percent(gap)} from the optimum by the estimates`;
  return `${widths}${count(plan.cyclesPerInference)} cycles, ${significant(microjoules)} uJ, ${count(plan.estimate.lut)} LUT, predicted loss of RMSE ${percent(Math.sqrt(1 + added) - 1, 2)} (${how})`;
}

/** The plain sentence of what cannot be had, and of what could. */
function notAttained(recovery: Recovery<RecoveryChoice>, settings: ChoiceSettings): GatecastError {
  const { tried, nearest, end } = recovery;
  const { maxLatency, maxEnergy, maxRmseLoss } = settings;
  const within = [settings.device, ...[maxLatency, maxEnergy].flatMap((limit) => limit ?? [])].join(", ");
  if (end === "too large") {
    return new GatecastError(
      "hardware",
      `Of ${tried.length} choices that were trained for ${within}, those that lose little enough are too large with their trained numbers.`,
      {
        remedy: `Allow more time or energy, or take a larger device, a smaller network, or folds (--folds); more trainings (--trainings ${2 * tried.length}) go on from here.`,
        where: { key: "device" },
      },
    );
  }
  const loss = nearest === null ? null : Math.sqrt(1 + nearest.measured) - 1;
  const reached = loss === null ? "" : ` The least of ${tried.length} that were trained is ${percent(loss, 2)}.`;
  const attainable = loss === null ? null : `${Math.ceil(loss * 1e4 + 1e-9) / 100}%`;
  return new GatecastError(
    "hardware",
    `A loss of RMSE of at most ${maxRmseLoss} is not attained within ${within}.${reached}${
      end === "nothing tighter" ? " Nothing within these limits is predicted to lose less." : ""
    }`,
    {
      remedy: `${attainable === null ? "" : `--max-rmse-loss ${attainable} is attained, and known without another training. `}${
        end === "trainings"
          ? `More trainings (--trainings ${2 * tried.length}) may find one that loses less.`
          : "Or allow more time or energy, or take a larger device, a smaller network, or folds (--folds)."
      }`,
      where: { key: "maxRmseLoss" },
    },
  );
}

async function reportOf(
  { place, settings }: AutomaticOptions,
  chooser: Chooser,
  sensitivity: Sensitivity,
  { tried }: Recovery<RecoveryChoice>,
  taken: Choice,
): Promise<PrecisionReport> {
  const objective = objectiveOf(settings);
  const { hardware, rmseLoss } = limitsOf(settings);
  const { weights, activations, overrides } = taken.assignment.precision;
  const task = place.progress.start("front");
  task.update(0, "one width for all, for comparison");
  const uniform = await chooser.uniform();
  task.update(0.5, "error against cost");
  const front = await chooser.front(objective === "area" ? "lut" : objective === "latency" ? "cycles" : "microjoules");
  task.end(`${count(front.length)} choices between the cheapest and the most exact, for the report`);
  const measured = tried.map(({ choice: { choice }, measured: added }): TriedPoint => {
    return { ...pointOf(choice), rmseLoss: Math.sqrt(1 + added) - 1, taken: keyOf(choice) === keyOf(taken) };
  });
  return {
    objective,
    limits: { ...hardware, ...(rmseLoss === null ? {} : { rmseLoss }) },
    sensitivity,
    widths: Object.fromEntries(
      sensitivity.tensors.map(({ name, kind }) => [
        name,
        overrides[name] ?? (kind === "weight" ? weights : activations),
      ]),
    ),
    fixed: Object.keys(settings.widths),
    choice: pointOf(taken),
    front: front.map(pointOf),
    uniform: uniform.flatMap(({ bits, choice }) => (choice === null ? [] : [{ ...pointOf(choice), bits }])),
    uniformMisfits: uniform.flatMap(({ bits, choice }) => (choice === null ? [bits] : [])),
    binding: bindingText(taken, measured, rmseLoss),
    gap: taken.proven ? 0 : taken.gap,
    tried: measured,
    quantisation: settings.quantisation,
  };
}

/** What binds, in words. The loss of RMSE binds as it was measured, not as it was predicted. */
function bindingText({ binding }: Choice, tried: readonly TriedPoint[], rmseLoss: number | null): string[] {
  const loss = tried.find(({ taken }) => taken)?.rmseLoss ?? 0;
  return binding.map(({ name, used, limit }) => {
    if (name === "microjoules") return `the energy of an inference (${significant(used)} of ${significant(limit)} uJ)`;
    if (name !== "added") return `${name} (${count(used)} of ${count(limit)})`;
    return `the loss of RMSE (${percent(loss, 2)} measured, at most ${percent(rmseLoss ?? 0, 2)})`;
  });
}

function plainPlan(plan: Choice["plan"]): ChosenAccelerator["plan"] {
  return Object.fromEntries(
    Object.entries(plan).map(([name, fields]) => [
      name,
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => [
          field,
          typeof value === "string" || typeof value === "number" ? value : [...value],
        ]),
      ),
    ]),
  );
}
