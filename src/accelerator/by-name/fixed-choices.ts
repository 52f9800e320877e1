import { GatecastError } from "../../errors.js";
import type { Graph } from "../../model/index.js";
import { nearestName } from "../../series/nearest-name.js";
import { changeQueues, type LayerQueues, type QueueName, queueNames } from "../layer-queues.js";
import type { AttentionPlan } from "../operators/attention.js";
import type { LinearPlan } from "../operators/linear.js";
import { stageBehindAttention, stageOf } from "../operators/matrix-unit/derive.js";
import type { MatrixUnitPlan } from "../operators/matrix-unit/parameters.js";
import type { Choices, OperatorPlan, QueuePlan } from "../plan.js";
import { type ChosenValue, checkField } from "./check-field.js";
import { type Fields, queueTarget, resultFields, type Target, targetsOf, unitFields } from "./fields.js";

/**
 * Parts of a plan that are chosen by the user, by name; `*` in a name stands for anything, and of several keys for the same field the
 * last one counts. `{ "layers.*.self_attn": { keys: "block" }, "unit matrix": { lanesIn: 16 }, "*": { requantiser: "lut" } }`
 */
export type ChoicesByName = Readonly<Record<string, Readonly<Record<string, ChosenValue>>>>;

/** Fields of an operator's plan. */
export type FixedFields = Partial<Omit<LinearPlan, "kind"> & Omit<AttentionPlan, "kind">>;

type Values = Readonly<Record<string, ChosenValue>>;

interface Entry {
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
  matches(name: string): boolean;
}

const UNIT = "unit ";

/** What the user has fixed of the plans of a graph. */
export class FixedChoices {
  /** Whether anything is fixed. */
  readonly some: boolean;
  readonly #entries: readonly Entry[];
  readonly #fixed: ReadonlyMap<string, Values>;
  readonly #unitFields: Fields;
  readonly #behind: "out" | "linear1";

  /** @throws GatecastError "usage": a name, a field or a value that there is not; says where, and what was expected */
  constructor(graph: Graph, given: ChoicesByName = {}) {
    this.#entries = Object.entries(given).map(([key, values]) => ({ key, values, matches: matcherOf(key) }));
    this.some = this.#entries.length > 0;
    this.#unitFields = unitFields(graph);
    this.#behind = stageBehindAttention(graph);
    const targets = targetsOf(graph);
    // A unit's name is known only with a plan: what is said of units is checked as if each pattern meant one.
    const units = this.#entries.flatMap(({ key }) => (unitOf(key) === null ? [] : [key]));
    const anyUnit = { name: `${UNIT}matrix`, kind: "matrix unit", fields: this.#unitFields };
    const results = { name: `${UNIT}matrix.results`, kind: "queue", fields: resultFields };
    for (const entry of this.#entries) {
      const meant = units.includes(entry.key)
        ? [entry.key.endsWith(".results") ? results : anyUnit]
        : [...targets, anyUnit, results].filter(({ name }) => entry.matches(name));
      if (meant.length === 0) throw unknownName(entry.key, targets);
      for (const field of Object.keys(entry.values)) {
        if (!meant.some(({ fields }) => field in fields)) throw unknownField(entry.key, field, meant);
      }
    }
    this.#fixed = new Map(targets.map((target) => [target.name, this.#valuesOf(target.name, target.fields)]));
    for (const key of units) this.#valuesOf(key, key.endsWith(".results") ? resultFields : this.#unitFields);
  }

  /** Fields of an operator's plan that are fixed, by their names; without `unit`. */
  operator(name: string): FixedFields {
    const { unit: _, ...values } = this.#fixed.get(name) ?? {};
    return values;
  }

  /** The plans, with what is fixed as it is fixed. */
  operators(plans: ReadonlyMap<string, OperatorPlan>): ReadonlyMap<string, OperatorPlan> {
    if (!this.some) return plans;
    const fix = (name: string, plan: OperatorPlan): OperatorPlan =>
      plan.kind === "shared" ? plan : ({ ...plan, ...this.operator(name) } as OperatorPlan);
    return new Map([...plans].map(([name, plan]) => [name, fix(name, plan)]));
  }

  /**
   * The units, with what is fixed as it is fixed, and without operators that are to have lanes of their own: those whose lanes,
   * multipliers or memories are fixed by their name, and those whose `unit` is "none".
   */
  units(plans: readonly MatrixUnitPlan[]): MatrixUnitPlan[] {
    return plans.flatMap((plan) => {
      const alone = new Set(plan.operators.filter((name) => this.#alone(name)));
      // A unit with keys and queries needs the projection behind them, or it could stand still.
      for (const name of [...alone]) {
        const place = stageOf(name);
        if (place?.stage === this.#behind) alone.add(`layers.${place.layer}.self_attn.q_proj`);
      }
      const operators = plan.operators.filter((name) => !alone.has(name));
      return operators.length === 0 ? [] : [{ ...this.unit(plan), operators }];
    });
  }

  /** One unit, with what is fixed of it as it is fixed. */
  unit(plan: MatrixUnitPlan): MatrixUnitPlan {
    if (!this.some) return plan;
    const results = this.#valuesOf(`${UNIT}${plan.name}.results`, resultFields);
    const values = this.#valuesOf(UNIT + plan.name, this.#unitFields);
    return { ...plan, ...values, results: { ...plan.results, ...results } };
  }

  /** Lanes of a unit that are fixed. */
  unitLanes(name: string): Pick<Partial<MatrixUnitPlan>, "lanesIn" | "lanesOut"> {
    const { lanesIn, lanesOut } = this.#valuesOf(UNIT + name, this.#unitFields);
    return {
      ...(typeof lanesIn === "number" ? { lanesIn } : {}),
      ...(typeof lanesOut === "number" ? { lanesOut } : {}),
    };
  }

  queues(plans: readonly LayerQueues[]): LayerQueues[] {
    return plans.map((queues, layer) =>
      changeQueues(queues, (queue, name) => ({ ...queue, ...this.#fixed.get(queueTarget(layer, name)) }) as QueuePlan),
    );
  }

  history<Style extends string>(style: Style): Style {
    return (this.#fixed.get("history")?.style as Style | undefined) ?? style;
  }

  /** All of it. */
  choices<Some extends Choices>(plan: Some): Some {
    if (!this.some) return plan;
    return {
      ...plan,
      operators: this.operators(plan.operators),
      units: plan.units.map((unit) => this.unit(unit)),
      queues: this.queues(plan.queues),
      history: this.history(plan.history),
    };
  }

  /** Why a plan with such units and queues is not what was asked for; null: it is. */
  objection(
    units: readonly MatrixUnitPlan[],
    queues: readonly LayerQueues[],
    least: Readonly<Record<QueueName, number>>,
  ): string | null {
    for (const { key } of this.#entries) {
      const name = unitOf(key);
      if (name === null || name.includes("*") || units.some((unit) => unit.name === name)) continue;
      return `it has no unit "${name}"`;
    }
    for (const [operator, { unit }] of this.#fixed) {
      if (unit === undefined || unit === "none") continue;
      if (!units.some(({ name, operators }) => name === unit && operators.includes(operator))) {
        return `"${operator}" is not on a unit "${unit}"`;
      }
    }
    for (const [layer, has] of queues.entries()) {
      const short = queueNames.find((name) => (has[name]?.tokens ?? least[name]) < least[name]);
      if (short === undefined) continue;
      return `${queueTarget(layer, short)} needs room for ${least[short]} tokens, or they would wait for each other for ever`;
    }
    return null;
  }

  #alone(operator: string): boolean {
    const { unit, ...fields } = this.#fixed.get(operator) ?? {};
    if (unit !== undefined) return unit === "none";
    // "*" means whatever has such a field: it takes nothing off a unit.
    return Object.keys(fields).some((field) =>
      this.#entries.some(({ key, values, matches }) => key !== "*" && field in values && matches(operator)),
    );
  }

  /** The values of those entries whose pattern the name is, the last ones first, each checked beside the others. */
  #valuesOf(name: string, fields: Fields): Values {
    const given: Record<string, unknown> = {};
    const keys: Record<string, string> = {};
    for (const { key, values, matches } of this.#entries) {
      if (key !== name && !matches(name)) continue;
      for (const [field, value] of Object.entries(values)) {
        if (!(field in fields)) continue;
        given[field] = value;
        keys[field] = key;
      }
    }
    const checked: Record<string, ChosenValue> = {};
    for (const [name, value] of Object.entries(given)) {
      const field = fields[name];
      if (!field) continue;
      const result = checkField(field, value, given);
      if ("expected" in result) throw wrongValue(keys[name] ?? "", name, value, result.expected);
      checked[name] = result.value;
    }
    return checked;
  }
}

/** Name (or pattern) of the unit that a key is about; null: it is about something else. */
function unitOf(key: string): string | null {
  return key.startsWith(UNIT) ? key.slice(UNIT.length).replace(/\.results$/, "") : null;
}

function matcherOf(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (name) => expression.test(name);
}

function pathOf(key: string, field?: string): string {
  return `plan["${key}"]${field === undefined ? "" : `.${field}`}`;
}

function unknownName(key: string, targets: readonly Target[]): GatecastError {
  const names = targets.map(({ name }) => name);
  const near = nearestName(key, [...names, `${UNIT}matrix`]);
  return new GatecastError("usage", `${pathOf(key)}: the accelerator has nothing of this name.`, {
    remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}Names are ${names.join(", ")}, and "unit NAME" for matrix units; "*" in a name stands for anything.`,
    where: { key: pathOf(key) },
  });
}

function unknownField(key: string, field: string, meant: readonly Target[]): GatecastError {
  const fields = [...new Set(meant.flatMap((target) => Object.keys(target.fields)))];
  const kinds = [...new Set(meant.map(({ kind }) => kind))].join(", ");
  const near = nearestName(field, fields);
  const has = fields.length === 0 ? "There is nothing to choose." : `There are ${fields.join(", ")}.`;
  return new GatecastError("usage", `${pathOf(key, field)}: there is no such field (${kinds}).`, {
    remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}${has}`,
    where: { key: pathOf(key, field) },
  });
}

function wrongValue(key: string, field: string, value: unknown, expected: string): GatecastError {
  return new GatecastError("usage", `${pathOf(key, field)} is ${JSON.stringify(value)}; expected ${expected}.`, {
    remedy: "Change it, or leave it out: the planner then chooses.",
    where: { key: pathOf(key, field), value: String(value) },
  });
}
