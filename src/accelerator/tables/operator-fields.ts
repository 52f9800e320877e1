import { operatorAmounts } from "../estimate/index.js";
import type { Beat } from "../parts/beat.js";
import type { Choices, Estimate, OperatorPlan } from "../plan.js";
import type { Technology } from "../technology.js";
import type { Memories } from "./bare.js";
import { type CostField, type CostOption, estimated, nothing, once, plus, same } from "./cost-field.js";
import type { LocalOperators, Widths } from "./local-operators.js";

/** Width at which the tables of what does not depend on it are made. */
export const REFERENCE = 6;

/** Tensors beyond which the tables of a residual are one for each addend and not one for all. */
const MOST_TOGETHER = 4;

/** An operator with lanes of its own, and what reads it. */
export interface PlacedOperator {
  readonly local: LocalOperators;
  readonly name: string;
  /** With multipliers and memories as `bareChoices` has them. */
  readonly plan: OperatorPlan;
  readonly beats: ReadonlyMap<string, Beat>;
  readonly technology: Technology;
  readonly memories: Memories;
  /** Fields that do not depend on all of the plan, by what they do depend on. */
  readonly shared: Map<string, CostField>;
}

/** Costs of an operator, apart for each choice of its plan, as functions of the widths that each depends on. */
export function operatorFields(placed: PlacedOperator): CostField[] {
  switch (placed.plan.kind) {
    case "linear":
      return linearFields(placed);
    case "attention":
      return attentionFields(placed);
    case "residual":
      return residualFields(placed);
    case "shared":
      return [];
    default: {
      const scope = placed.local.operatorScope(placed.name);
      return [{ scope, options: [{ cost: estimator(placed), apply: same }] }];
    }
  }
}

/** Estimates the operator with some fields of its plan changed; widths that are not given are `REFERENCE`. */
function estimator({ local, name, plan, beats, technology }: PlacedOperator) {
  const scope = local.operatorScope(name);
  const reference = Object.fromEntries(scope.map((one) => [one, REFERENCE]));
  return once((widths: Widths, changed: object = {}): Estimate => {
    const changedPlan = { ...plan, ...changed } as OperatorPlan;
    const made = local.parameters(name, { ...reference, ...widths }, changedPlan, beats);
    return estimated(operatorAmounts(made, technology));
  });
}

/** Changes fields of an operator's plan. */
function change(name: string, changed: object): (to: Choices) => Choices {
  return (to) => {
    const plan = to.operators.get(name);
    if (!plan) return to;
    return { ...to, operators: new Map(to.operators).set(name, { ...plan, ...changed } as OperatorPlan) };
  };
}

/** A choice of the plan whose first value is there already, so that the others are counted as differences. */
function extra(
  placed: PlacedOperator,
  at: ReturnType<typeof estimator>,
  scope: readonly string[],
  field: string,
  values: readonly string[],
  key?: (widths: Widths) => string,
): CostField {
  const options = values.map((value, index): CostOption => {
    const changed = { [field]: value };
    const cost = (widths: Widths) => (index === 0 ? nothing : plus(at(widths, changed), at(widths), -1));
    return { cost, apply: index === 0 ? same : change(placed.name, changed) };
  });
  return { scope, options, ...(key ? { key } : {}) };
}

function linearFields(placed: PlacedOperator): CostField[] {
  const { local, name, plan, memories, technology } = placed;
  const operator = local.operator(name);
  if (operator.kind !== "linear" || plan.kind !== "linear") throw new Error(`"${name}" is no linear operator`);
  const at = estimator(placed);
  const input = local.scopeOf(operator.input);
  const weight = operator.weight.name;
  const pair = [...input, weight];
  const coded = local.graph.tensors.get(operator.output)?.kind === "code";
  const sums = (widths: Widths) => String(local.sumsOf(name, { ...referenceOf(pair), ...widths }).width);
  const output = coded ? local.scopeOf(operator.output) : [];
  const at0 = (widths: Widths) => ({ ...widths, ...referenceOf(output) });
  const fields: CostField[] = [
    {
      scope: pair,
      options: (["lut", "dsp"] as const).map((multiplier) => ({
        cost: (widths) => at(at0(widths), { multiplier }),
        apply: change(name, { multiplier }),
      })),
    },
  ];
  if (coded) {
    // Requantisers depend on nothing of the plan but their number.
    const key = `${name} ${plan.lanes}`;
    const codes: CostField = placed.shared.get(key) ?? {
      scope: [...pair, ...output],
      key: (widths) => [sums(widths), ...output.map((one) => widths[one])].join(" "),
      options: (["lut", "dsp"] as const).map((requantiser) => ({
        cost: (widths) => plus(at(widths, { requantiser }), at(at0(widths)), -1),
        apply: change(name, { requantiser }),
      })),
    };
    placed.shared.set(key, codes);
    fields.push(codes);
  }
  if (memories === "lut-only") return fields;
  fields.push(extra(placed, at, [weight], "weights", ["rom", "block"]));
  const biases = operator.bias.perToken ? ["rom", "mixed", "block"] : ["rom", "block"];
  fields.push(extra(placed, at, pair, "bias", biases, sums));
  if (!technology.lutram) fields.push(extra(placed, at, input, "tokens", ["registers", "block"]));
  return fields;
}

function attentionFields(placed: PlacedOperator): CostField[] {
  const { local, name, memories, technology } = placed;
  const operator = local.operator(name);
  if (operator.kind !== "attention") throw new Error(`"${name}" is no attention`);
  const [query, key, value, context] = [operator.query, operator.key, operator.value, operator.output].map((one) =>
    local.scopeOf(one),
  ) as [readonly string[], readonly string[], readonly string[], readonly string[]];
  const at = estimator(placed);
  const origin = at({});
  const pair = [...new Set([...query, ...key])];
  const multipliers = ["lut", "dsp"] as const;
  const fields: CostField[] = [
    {
      scope: pair,
      options: multipliers.map((scoreMultiplier) => ({
        cost: (widths) => at(widths, { scoreMultiplier }),
        apply: change(name, { scoreMultiplier }),
      })),
    },
    extra(placed, at, pair, "requantiser", multipliers),
    {
      scope: value,
      options: multipliers.map((valueMultiplier) => ({
        cost: (widths) => plus(at(widths, { valueMultiplier }), origin, -1),
        apply: change(name, { valueMultiplier }),
      })),
    },
    {
      scope: [...value, ...context],
      options: multipliers.map((normaliser) => ({
        cost: (widths) => plus(at(widths, { normaliser }), at({ ...widths, ...referenceOf(context) }), -1),
        apply: change(name, { normaliser }),
      })),
    },
  ];
  if (memories === "lut-only") return fields;
  const soft = technology.lutram ? "distributed" : "registers";
  fields.push(
    extra(placed, at, key, "keys", [soft, "block"]),
    extra(placed, at, value, "values", [soft, "block"]),
    extra(placed, at, [], "table", ["rom", "block"]),
  );
  if (!technology.lutram) fields.push(extra(placed, at, [], "rows", [soft, "block"]));
  return fields;
}

function residualFields(placed: PlacedOperator): CostField[] {
  const { local, name, plan } = placed;
  const operator = local.operator(name);
  if (operator.kind !== "residual" || plan.kind !== "residual") throw new Error(`"${name}" is no residual`);
  const at = estimator(placed);
  const scope = local.operatorScope(name);
  const output = local.scopeOf(operator.output);
  const inputs = operator.addends.map((addend) => ({ addend, scope: local.scopeOf(addend) }));
  /** Of an addend only the width of its elements counts. */
  const keyOf = (some: typeof inputs) => (widths: Widths) => {
    const known = { ...referenceOf(scope), ...widths };
    return [...some.map(({ addend }) => local.typeOf(addend, known).width), ...output.map((one) => known[one])].join(
      " ",
    );
  };
  const inTurn = plan.multipliers.length === 1;
  const single = (kind: "lut" | "dsp") => ({ multipliers: [kind] });
  const base: CostField[] = [];
  if (scope.length <= MOST_TOGETHER) {
    const kinds = inTurn ? (["lut", "dsp"] as const) : (["lut"] as const);
    base.push({
      scope,
      key: keyOf(inputs),
      options: kinds.map((kind) => ({
        cost: (widths) => at(widths, inTurn ? single(kind) : {}),
        apply: inTurn ? change(name, single(kind)) : same,
      })),
    });
  } else {
    const origin = at({});
    base.push({ scope: [], options: [{ cost: () => origin, apply: same }] });
    for (const one of inputs) {
      if (one.scope.length === 0 && output.length === 0) continue;
      base.push({
        scope: [...one.scope, ...output],
        key: keyOf([one]),
        options: [{ cost: (widths) => plus(at(widths), origin, -1), apply: same }],
      });
    }
    if (inTurn) {
      const cost = () => plus(at({}, single("dsp")), origin, -1);
      base.push({
        scope: [],
        options: [
          { cost: () => nothing, apply: same },
          { cost, apply: change(name, single("dsp")) },
        ],
      });
    }
  }
  if (inTurn) return base;
  const each = inputs.map((one, index): CostField => {
    const multipliers = plan.multipliers.map((kind, other) => (other === index ? ("dsp" as const) : kind));
    const apply = (to: Choices): Choices => {
      const now = to.operators.get(name);
      if (now?.kind !== "residual") return to;
      const patched = now.multipliers.map((kind, other) => (other === index ? ("dsp" as const) : kind));
      return change(name, { multipliers: patched })(to);
    };
    const cost = (widths: Widths) => plus(at(widths, { multipliers }), at(widths), -1);
    // The largest coefficient has all its bits, and how many the others have depends on all addends.
    const together = scope.length <= MOST_TOGETHER;
    return {
      scope: together ? scope : [...new Set([...one.scope, ...output])],
      key: keyOf(together ? inputs : [one]),
      options: [
        { cost: () => nothing, apply: same },
        { cost, apply },
      ],
    };
  });
  return [...base, ...each];
}

export function referenceOf(scope: readonly string[]): Widths {
  return Object.fromEntries(scope.map((one) => [one, REFERENCE]));
}
