import { device, type Plan } from "../../accelerator/index.js";
import type { IntegerModel } from "../../integer/index.js";
import type { Graph } from "../../model/index.js";
import { significant } from "../../report/format.js";
import { choose, valueOfAssignment } from "../../search/choice/choose.js";
import { questionOf } from "../../search/choice/question.js";
import {
  assignmentFront,
  type Choice,
  chooseWidths,
  type DesignSpace,
  designSpace,
  type FrontCost,
  type Limits,
  type Objective,
  type SearchProgress,
  type Sensitivity,
  type UniformAssignment,
  uniformAssignments,
  usualSearchEffort,
  withLessRoom,
} from "../../search/index.js";
import type { Configuration, ConfigurationKey } from "../configuration.js";
import { powerKeys } from "../power-keys.js";
import { powerBasis } from "../power-settings.js";
import { quantity } from "../quantities.js";
import { clockOf } from "../steps/hardware.js";
import type { Workplace } from "./trainer.js";

/** The settings of what is limited, and what is made least. */
export const choiceKeys = [
  "precision",
  "maxLatency",
  "maxEnergy",
  "maxRmseLoss",
  "objective",
  "sensitivity",
  "trainings",
  "effort",
] as const satisfies readonly ConfigurationKey[];

/** The settings of the hardware that widths are chosen for. */
export const choiceHardwareKeys = [
  "device",
  "clock",
  "mode",
  "plan",
  ...powerKeys,
] as const satisfies readonly ConfigurationKey[];

export type ChoiceSettings = Pick<
  Configuration,
  (typeof choiceKeys)[number] | (typeof choiceHardwareKeys)[number] | "widths"
>;

/** What is made least: what the user says; else as little energy as the error allows, or as little error as fits. */
export function objectiveOf({ objective, maxRmseLoss }: Pick<Configuration, "objective" | "maxRmseLoss">): Objective {
  return objective ?? (maxRmseLoss === null ? "error" : "energy");
}

/** The limits of the hardware, and of the loss of RMSE as a share of the float model's. */
export function limitsOf(
  settings: Pick<ChoiceSettings, "maxLatency" | "maxEnergy" | "maxRmseLoss" | "clock" | "device">,
): {
  readonly hardware: Omit<Limits, "added">;
  readonly rmseLoss: number | null;
} {
  const { maxLatency, maxEnergy, maxRmseLoss } = settings;
  const seconds = maxLatency === null ? null : quantity(maxLatency, "time");
  const joules = maxEnergy === null ? null : quantity(maxEnergy, "energy");
  return {
    hardware: {
      ...(seconds === null ? {} : { cycles: Math.floor(seconds * clockOf(settings) * 1e6 * (1 + 1e-12)) }),
      ...(joules === null ? {} : { microjoules: joules * 1e6 }),
    },
    rmseLoss: maxRmseLoss === null ? null : quantity(maxRmseLoss, "share"),
  };
}

/** Points of a front: the ends, and some between. */
const FRONT_POINTS = 7;

/** Asks for widths, lanes and memories of one network on one device, within the limits of the settings. */
export class Chooser {
  /** `lessRoom` was asked for. */
  #tightened = false;

  private constructor(
    private space: DesignSpace,
    private readonly sensitivity: Sensitivity,
    private readonly settings: ChoiceSettings,
    private readonly place: Pick<Workplace, "signal" | "progress">,
  ) {}

  /** @param graph whose chosen widths do not count */
  static async create(
    graph: Graph,
    sensitivity: Sensitivity,
    settings: ChoiceSettings,
    place: Pick<Workplace, "signal" | "progress">,
  ): Promise<Chooser> {
    const target = device(settings.device);
    const space = designSpace(graph.architecture, graph.precision, {
      device: target,
      mode: settings.mode,
      clockHz: clockOf(settings) * 1e6,
      power: await powerBasis(settings, target, ""),
    });
    return new Chooser(space, sensitivity, settings, place);
  }

  /**
   * @param added limit of the summed sensitivities; Infinity: none
   * @throws GatecastError "hardware" where nothing is within the limits: the nearest that is
   */
  async choose(objective: Objective, added = Number.POSITIVE_INFINITY): Promise<Choice> {
    const limits = { ...limitsOf(this.settings).hardware, ...(Number.isFinite(added) ? { added } : {}) };
    return this.watched((onProgress) =>
      chooseWidths(this.space, this.sensitivity, {
        objective,
        limits,
        effort: this.effort,
        onProgress,
        ...this.common,
      }),
    );
  }

  /** As `choose`; null where nothing is within the limits. */
  async chooseIfThere(objective: Objective, added: number, nodes = this.effort): Promise<Choice | null> {
    const limits = { ...limitsOf(this.settings).hardware, ...(Number.isFinite(added) ? { added } : {}) };
    const question = questionOf(this.space, this.sensitivity, { objective, limits, ...this.common });
    return this.watched((onProgress) => choose(question, { nodes, signal: this.place.signal, onProgress }));
  }

  /** The choice that adds least. @throws GatecastError "hardware" where nothing is within the limits, unless `lessRoom` made it so: null then */
  async tightest(): Promise<Choice | null> {
    return this.#tightened ? this.chooseIfThere("error", Number.POSITIVE_INFINITY) : this.choose("error");
  }

  /** Leaves more room in what is chosen from now on: a trained choice proved too large. */
  lessRoom(choice: Choice, model: IntegerModel): void {
    this.space = withLessRoom(this.space, choice, model);
    this.#tightened = true;
  }

  async front(cost: FrontCost): Promise<readonly Choice[]> {
    const limits = limitsOf(this.settings).hardware;
    const { choices } = await assignmentFront(this.space, this.sensitivity, {
      cost,
      limits,
      points: FRONT_POINTS,
      effort: this.littleEffort,
      ...this.common,
    });
    // The end of least error was looked for at any cost.
    const least = choices.at(-1);
    const objective = objectiveOfCost[cost];
    const cheaper = least && (await this.chooseIfThere(objective, least.assignment.added, this.littleEffort));
    return cheaper && cheaper.value < valueOfAssignment(objective, least.assignment)
      ? [...choices.slice(0, -1), cheaper]
      : choices;
  }

  /** One width for all, within the device alone. */
  async uniform(): Promise<readonly UniformAssignment[]> {
    const { costObjective: objective, littleEffort: effort } = this;
    return uniformAssignments(this.space, this.sensitivity, { objective, effort, signal: this.place.signal });
  }

  /** What is made least among designs of equal widths. */
  private get costObjective(): Objective {
    const objective = objectiveOf(this.settings);
    return objective === "error" ? "energy" : objective;
  }

  private get effort(): number {
    return this.settings.effort ?? usualSearchEffort;
  }

  /** For what only the report shows. */
  private get littleEffort(): number {
    return Math.ceil(this.effort / 10);
  }

  private async watched<T>(search: (onProgress: (progress: SearchProgress) => void) => Promise<T>): Promise<T> {
    const task = this.place.progress.start("choice");
    try {
      return await search(({ fraction, value }) =>
        task.update(fraction, value === null ? "nothing found yet" : `${significant(value)} found`),
      );
    } finally {
      task.end();
    }
  }

  private get common() {
    return { fixed: this.settings.widths, signal: this.place.signal };
  }
}

const objectiveOfCost = { microjoules: "energy", lut: "area", cycles: "latency" } as const satisfies Record<
  FrontCost,
  Objective
>;

/** A plan's figures as the report has them. */
export function pointOf({ assignment: { plan, added, microjoules } }: Choice) {
  return { added, microjoules, ...figuresOf(plan) };
}

export function figuresOf({ cyclesPerInference, estimate }: Plan) {
  const { lut, lutram, ff, dsp, blockRam } = estimate;
  return { cycles: cyclesPerInference, lut, lutram, ff, dsp, blockRam };
}
