import { multiplierBits } from "../../model/index.js";
import { range } from "../../rtl/index.js";
import { jobAmounts, unitAmounts } from "../estimate/index.js";
import {
  type MatrixJob,
  type MatrixUnitParameters,
  type MatrixUnitPlan,
  sumType,
} from "../operators/matrix-unit/parameters.js";
import { spanOf } from "../parts/span.js";
import type { Choices, Estimate } from "../plan.js";
import type { Technology } from "../technology.js";
import type { Memories } from "./bare.js";
import { type Ceiling, type CostField, estimated, nothing, once, plus, same } from "./cost-field.js";
import type { LocalOperators, Widths } from "./local-operators.js";
import { REFERENCE } from "./operator-fields.js";

/** A matrix unit at some widths, which its tables are made from. */
export interface PlacedUnit {
  readonly local: LocalOperators;
  /** As bare choices have it. */
  readonly unit: MatrixUnitParameters;
  readonly technology: Technology;
  readonly memories: Memories;
}

/** What the lanes are as wide as: the widest input, weight, sum and code of all their jobs. */
interface Levels {
  readonly input: number;
  readonly weight: number;
  readonly sum: number;
  readonly code: number;
}

/** The ceilings of a unit, and its costs as functions of them; what its tokens wait in depends on each tensor alone. */
export function unitFields(placed: PlacedUnit): { readonly ceilings: Ceiling[]; readonly fields: CostField[] } {
  const { local, unit, technology, memories } = placed;
  const { plan } = unit;
  const names = {
    input: `${plan.name}: input`,
    weight: `${plan.name}: weight`,
    sum: `${plan.name}: sum`,
    code: `${plan.name}: code`,
  };
  const tasks = unit.jobs.flatMap((job) => job.tasks.map(({ title }) => local.operator(title)));
  const linears = tasks.flatMap((operator) => (operator.kind === "linear" ? [operator] : []));
  const single = (scope: readonly string[]) => ({ scope, level: (widths: Widths) => widths[scope[0] ?? ""] ?? 0 });
  const distinct = (scopes: readonly (readonly string[])[]) =>
    [...new Map(scopes.filter(({ length }) => length > 0).map((scope) => [scope.join(), scope])).values()].map(single);
  const ceilings: Ceiling[] = [
    { name: names.input, members: distinct(linears.map(({ input }) => local.scopeOf(input))) },
    { name: names.weight, members: distinct(linears.map(({ weight }) => [weight.name])) },
    {
      name: names.sum,
      members: linears.map(({ name, input, weight }) => ({
        scope: [...local.scopeOf(input), weight.name],
        level: (widths) => local.sumsOf(name, widths).width,
      })),
    },
    {
      name: names.code,
      members: distinct(
        linears.flatMap(({ output }) =>
          local.graph.tensors.get(output)?.kind === "code" ? [local.scopeOf(output)] : [],
        ),
      ),
    },
  ];
  const reference: Levels = { input: REFERENCE, weight: REFERENCE, sum: sumType(unit).width, code: REFERENCE };
  const at = once<Partial<MatrixUnitPlan>>(
    (levels: Partial<Levels>, changed: Partial<MatrixUnitPlan> = {}): Estimate => {
      const changedUnit = { ...unit, plan: { ...plan, ...changed } };
      return estimated(unitAmounts(withLevels(changedUnit, { ...reference, ...levels }), technology));
    },
  );
  const waiting = (job: MatrixJob, width: number): Estimate =>
    estimated(jobAmounts(withInput(job, width), plan, technology));
  const change =
    (changed: Partial<MatrixUnitPlan>) =>
    (to: Choices): Choices => ({
      ...to,
      units: to.units.map((one) => (one.name === plan.name ? { ...one, ...changed } : one)),
    });
  const levelsOf = (widths: Widths): Partial<Levels> =>
    Object.fromEntries(
      Object.entries(names).flatMap(([level, name]) => (name in widths ? [[level, widths[name]]] : [])),
    );
  const lanesCost = once<number>((widths: Widths, packedColumns = 0): Estimate => {
    const levels = levelsOf(widths);
    const all = at(levels, { packedColumns });
    return unit.jobs.reduce((left, job) => plus(left, waiting(job, levels.input ?? REFERENCE), -1), all);
  });
  const packed = technology.packs ? plan.lanesIn : 0;
  const fields: CostField[] = [
    {
      scope: [names.input, names.weight],
      options: (packed > 0 ? [0, packed] : [0]).map((packedColumns) => ({
        cost: (widths) => lanesCost(widths, packedColumns),
        apply: change({ packedColumns }),
      })),
      ...(packed > 1 ? { steps: { count: packed, apply: (to, packedColumns) => change({ packedColumns })(to) } } : {}),
    },
    {
      scope: [names.sum, names.code],
      options: (["lut", "dsp"] as const).map((requantiser) => ({
        cost: (widths) => plus(at(levelsOf(widths), { requantiser }), at({}), -1),
        apply: change({ requantiser }),
      })),
    },
    ...unit.jobs.flatMap((job): CostField[] => {
      const operator = local.operator(job.tasks[0]?.title ?? "");
      if (operator.kind !== "linear") return [];
      const scope = local.scopeOf(operator.input);
      return [
        { scope, options: [{ cost: (widths) => waiting(job, widths[scope[0] ?? ""] ?? REFERENCE), apply: same }] },
      ];
    }),
  ];
  if (memories === "lut-only") return { ceilings, fields };
  const styles = technology.lutram ? (["rom", "mixed", "block"] as const) : (["rom", "block"] as const);
  fields.push({
    scope: [names.weight],
    options: styles.map((weights, index) => ({
      cost: (widths) => (index === 0 ? nothing : plus(at(levelsOf(widths), { weights }), at(levelsOf(widths)), -1)),
      apply: index === 0 ? same : change({ weights }),
    })),
  });
  if (!technology.lutram) {
    fields.push({
      scope: [names.input],
      options: (["registers", "block"] as const).map((tokens, index) => ({
        cost: (widths) => (index === 0 ? nothing : plus(at(levelsOf(widths), { tokens }), at(levelsOf(widths)), -1)),
        apply: index === 0 ? same : change({ tokens }),
      })),
    });
  }
  return { ceilings, fields };
}

/** A job whose tokens have codes of such a width. */
function withInput(job: MatrixJob, width: number): MatrixJob {
  return { ...job, input: { ...job.input, type: range(-(2 ** (width - 1)), 2 ** (width - 1) - 1) } };
}

/** The unit with all of its jobs at the ceilings. */
function withLevels(unit: MatrixUnitParameters, { input, weight, sum, code }: Levels): MatrixUnitParameters {
  const biases = unit.jobs.flatMap((job) => job.tasks.flatMap(({ bias }) => [Math.min(...bias), Math.max(...bias)]));
  const narrower = sumType(unit).width - spanOf(biases).width;
  const largest = 2 ** Math.max(0, sum - narrower - 1) - 1;
  const half = 2 ** (code - 1);
  const most = 2 ** multiplierBits(code) - 1;
  return {
    ...unit,
    weightType: range(1 - 2 ** (weight - 1), 2 ** (weight - 1) - 1),
    jobs: unit.jobs.map((job) => ({
      ...withInput(job, input),
      tasks: job.tasks.map((task) => ({
        ...task,
        bias: [-largest, largest],
        accumulator: { lo: -(2 ** (sum - 1)), hi: 2 ** (sum - 1) - 1 },
        requantiser: task.requantiser && {
          ...task.requantiser,
          // Powers of two stay what they are.
          multipliers: [task.requantiser.multipliers.every((value) => value === 1) ? 1 : most],
          lo: -half,
          hi: half - 1,
        },
      })),
    })),
  };
}
