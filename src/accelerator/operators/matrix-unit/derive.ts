import { GatecastError } from "../../../errors.js";
import type { Graph } from "../../../model/index.js";
import { type NumType, range } from "../../../rtl/index.js";
import type { Beat } from "../../parts/beat.js";
import {
  type Credit,
  type MatrixJob,
  type MatrixTask,
  type MatrixUnitParameters,
  type MatrixUnitPlan,
  multiplyLatency,
} from "./parameters.js";

/** Steps of an encoder layer in the order in which a token passes them; of the same step, one job. */
const stages = ["kv", "q", "out", "linear1", "linear2"] as const;
export type Stage = (typeof stages)[number];

/** Tokens that a job's input has room for; what waits for the query's answer has `ahead`. */
export const SLOTS: Readonly<Record<Exclude<Stage, "out">, number>> = { kv: 2, q: 2, linear1: 4, linear2: 4 };

/** Layer and step of an encoder's `linear`; null for those outside the layers. */
export function stageOf(operator: string): { readonly layer: number; readonly stage: Stage } | null {
  const match = /^layers\.(\d+)\.(?:self_attn\.(q|k|v|out)_proj|(linear[12]))$/.exec(operator);
  if (!match) return null;
  const [, layer, projection, feedForward] = match;
  const stage = projection === "k" || projection === "v" ? "kv" : ((projection ?? feedForward) as Stage);
  return { layer: Number(layer), stage };
}

/** Name of the job that an operator is part of. */
export function jobOf(operator: string): string {
  const place = stageOf(operator);
  if (!place) throw new Error(`"${operator}" is no part of an encoder layer`);
  return `layers_${place.layer}_${place.stage}`;
}

/** The step that takes what attention gives: the output projection, or where that is folded into the values what comes next. */
export function stageBehindAttention(graph: Graph): "out" | "linear1" {
  return graph.architecture.folds.includes("value") ? "linear1" : "out";
}

/**
 * Units whose results could wait for each other for ever. Within a unit credits prevent it; between units there are none.
 *
 * @throws GatecastError "hardware"
 */
function checkUnits(graph: Graph, units: readonly MatrixUnitPlan[]): void {
  const refuse = (what: string, remedy: string): never => {
    throw new GatecastError("hardware", `The plan would stand still: ${what}.`, { remedy });
  };
  const behind = stageBehindAttention(graph);
  for (const { name, operators } of units) {
    const places = operators.map((operator) => ({ operator, place: stageOf(operator) }));
    const stranger = places.find(({ place }) => place === null);
    if (stranger)
      refuse(`"${stranger.operator}" of unit "${name}" is no linear operator of an encoder layer`, "Take it out.");
    const layers = new Set(places.map(({ place }) => place?.layer ?? 0));
    if (layers.size > 1 && units.length > 1) {
      refuse(
        `unit "${name}" works for several layers beside other units`,
        "Give each unit one layer, or all to one unit.",
      );
    }
    for (const layer of layers) {
      const has = (stage: Stage) => places.some(({ place }) => place?.layer === layer && place.stage === stage);
      if (has("kv") && has("q") && !has(behind)) {
        const missing = behind === "out" ? "the output projection" : "linear1, which is behind attention";
        refuse(`unit "${name}" has keys or values and queries of layer ${layer}, but not ${missing}`, "Add it.");
      }
      const last = has("q") && !has("out") && !has("linear1") && !has("linear2");
      if (last && [...layers].some((other) => other > layer)) {
        refuse(`unit "${name}" has queries of layer ${layer}, nothing behind them there, and a later layer`, "Add it.");
      }
    }
  }
}

/** A `linear` of a unit: its task, and the beats of its input. */
export interface MatrixMember {
  readonly task: MatrixTask;
  readonly input: Beat;
  readonly weightType: NumType;
}

/** Room in a layer's attention: windows of keys and values, tokens of queries. */
export interface AttentionRoom {
  readonly windows: number;
  readonly queries: number;
}

/** The matrix units of a plan: their jobs, in the order in which a token passes them, and how far each may run ahead. */
export function deriveUnits(
  graph: Graph,
  units: readonly MatrixUnitPlan[],
  members: ReadonlyMap<string, MatrixMember>,
  attentions: ReadonlyMap<number, AttentionRoom>,
  top: string,
): MatrixUnitParameters[] {
  checkUnits(graph, units);
  return units.map((plan) => {
    const jobs = new Map<string, { rank: number; stage: Stage; layer: number; job: MatrixJob }>();
    let widest = 1;
    for (const name of plan.operators) {
      const made = members.get(name);
      const place = stageOf(name);
      if (!made || !place) throw new Error(`"${name}" cannot be on the lanes of "${plan.name}"`);
      widest = Math.max(widest, Number(made.weightType.hi));
      const { layer, stage } = place;
      const key = jobOf(name);
      const before = jobs.get(key)?.job.tasks ?? [];
      const slots = stage === "out" ? plan.ahead : SLOTS[stage];
      const job = {
        name: key,
        input: made.input,
        columns: made.task.columns,
        slots,
        credit: null,
      };
      const rank = layer * stages.length + stages.indexOf(stage);
      jobs.set(key, { rank, stage, layer, job: { ...job, tasks: [...before, made.task] } });
    }
    const sorted = [...jobs.values()].sort((a, b) => a.rank - b.rank);
    return {
      name: `${top}_${plan.name}`,
      title: `Matrix unit "${plan.name}"`,
      weightType: range(-widest, widest),
      plan,
      jobs: sorted.map((placed, index) => ({ ...placed.job, credit: creditOf(graph, attentions, sorted, index) })),
    };
  });
}

interface PlacedJob {
  readonly stage: Stage;
  readonly layer: number;
  readonly job: MatrixJob;
}

/** What keeps a job's results from waiting for room that only the same lanes could make. */
function creditOf(
  graph: Graph,
  attentions: ReadonlyMap<number, AttentionRoom>,
  jobs: readonly PlacedJob[],
  index: number,
): Credit | null {
  const placed = jobs[index];
  if (!placed) throw new Error(`no job ${index}`);
  const { stage, layer } = placed;
  const { window } = graph.architecture;
  const until = jobs.findIndex(
    (other, at) => at > index && !(stage === "kv" && other.layer === layer && other.stage === "q"),
  );
  const later = jobs[until];
  if (!later) return null;
  if (stage === "kv" || stage === "q") {
    const attention = attentions.get(layer);
    if (!attention) throw new Error(`no plan of the attention of layer ${layer}`);
    // Keys and values of a window stay until the last of its tokens has passed attention. Tokens of a second one would have to wait
    // in the layer's queue, which has room for one: before the first layer they keep nobody, later those lanes.
    if (stage === "kv") return { until, limit: jobs[0]?.layer === layer ? attention.windows : 1, tokens: window };
    // Queries wait there until all keys of their window have come, and what they make behind attention.
    const room = later.stage === "out" ? later.job.slots : attention.queries;
    return { until, limit: Math.min(room, attention.queries), tokens: 1 };
  }
  const next = later.stage === "kv" && later.layer === layer + 1;
  if (later.layer === layer || next) return { until, limit: later.job.slots, tokens: 1 };
  // The next layer has lanes of its own for keys and values, which a window keeps until it has passed attention: as long, no token of
  // the window behind it may come there.
  const past = jobs.findIndex(
    (other, at) => at >= until && other.stage !== "q" && (other.layer > layer + 1 || other.stage !== "kv"),
  );
  return { until: past < 0 ? until : past, limit: 1, tokens: window };
}

/**
 * Room that the second residual's queue needs so that a token in it never waits for lanes that wait for it: for all tokens
 * between the two residuals, those in the unit's pipelines included.
 */
export function leastFeedForwardTokens(graph: Graph, units: readonly MatrixUnitPlan[]): number {
  const { dModel, feedForward } = graph.architecture;
  const inside = units.map((unit) => {
    const steps = (feedForward / unit.lanesIn) * (dModel / unit.lanesOut);
    const pipeline = multiplyLatency(unit.lanesIn) + unit.lanesOut / unit.lanes;
    return Math.ceil(pipeline / steps) + 1 + unit.results.tokens;
  });
  return SLOTS.linear1 + SLOTS.linear2 + 2 + Math.max(0, ...inside);
}
