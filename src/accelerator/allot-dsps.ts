import type { FixedChoices } from "./by-name/fixed-choices.js";
import type { Device } from "./devices.js";
import { estimateOperator, estimateUnit } from "./estimate/index.js";
import type { MatrixUnitParameters } from "./operators/matrix-unit/parameters.js";
import type { OperatorParameters, Parameters } from "./parameters.js";
import type { Choices, Estimate, OperatorPlan } from "./plan.js";
import { type Technology, technologyOf } from "./technology.js";

type Multipliers = Pick<Choices, "operators" | "units">;

/** A product, or several that go together, that DSPs may make instead of look-up tables. */
interface Use {
  readonly dsps: number;
  /** Look-up tables that it saves. */
  readonly luts: number;
  apply(to: Multipliers): Multipliers;
}

/** The plans with every multiplier in look-up tables, but for those that are fixed. */
export function withoutDsps<Some extends Multipliers>(choices: Some, fixed: FixedChoices): Some {
  const inLuts = (plan: OperatorPlan): OperatorPlan => {
    switch (plan.kind) {
      case "linear":
        return { ...plan, multiplier: "lut", requantiser: "lut" };
      case "attention":
        return { ...plan, scoreMultiplier: "lut", valueMultiplier: "lut", requantiser: "lut", normaliser: "lut" };
      case "residual":
        return { ...plan, multipliers: plan.multipliers.map(() => "lut") };
      default:
        return plan;
    }
  };
  return {
    ...choices,
    operators: fixed.operators(new Map([...choices.operators].map(([name, plan]) => [name, inLuts(plan)]))),
    units: choices.units.map((unit) => fixed.unit({ ...unit, requantiser: "lut", packedColumns: 0 })),
  };
}

/**
 * Gives the DSPs to those products that take the most look-up tables for each: lanes, requantisers, coefficients alike.
 *
 * @param parameters of `choices`, in which no multiplier is in DSPs but fixed ones
 */
export function allotDsps(
  parameters: Parameters,
  choices: Multipliers,
  device: Pick<Device, "family" | "dsp">,
  fixed: FixedChoices,
): Multipliers {
  const technology = technologyOf(device);
  const uses = [
    ...[...parameters.operators].flatMap(([name, made]) => usesOf(name, made, fixed, technology)),
    ...parameters.units.flatMap((unit) => usesOfUnit(unit, fixed, technology)),
  ].filter(({ dsps, luts }) => dsps > 0 && luts > 0);
  uses.sort((a, b) => b.luts / b.dsps - a.luts / a.dsps);
  const taken = (estimates: readonly Estimate[]) => estimates.reduce((sum, { dsp }) => sum + dsp, 0);
  let left =
    device.dsp -
    taken([...parameters.operators.values()].map((one) => estimateOperator(one, technology))) -
    taken(parameters.units.map((unit) => estimateUnit(unit, technology)));
  let now = choices;
  for (const use of uses) {
    if (use.dsps > left) continue;
    left -= use.dsps;
    now = use.apply(now);
  }
  return now;
}

/** What of an operator's plan may be in DSPs, each on its own. */
function usesOf(name: string, made: OperatorParameters, fixed: FixedChoices, technology: Technology): Use[] {
  const held = fixed.operator(name);
  const before = estimateOperator(made, technology);
  const use = (field: string, change: (plan: OperatorPlan) => OperatorPlan): Use[] => {
    if (field in held || !("plan" in made)) return [];
    const after = estimateOperator({ ...made, plan: change(made.plan) } as OperatorParameters, technology);
    return [
      {
        dsps: after.dsp - before.dsp,
        luts: before.lut - after.lut,
        apply: (to) => {
          const plan = to.operators.get(name);
          return plan ? { ...to, operators: new Map([...to.operators, [name, change(plan)]]) } : to;
        },
      },
    ];
  };
  const field = (key: string) => use(key, (plan) => ({ ...plan, [key]: "dsp" }) as OperatorPlan);
  switch (made.kind) {
    case "linear":
      return [...field("multiplier"), ...(made.requantiser ? field("requantiser") : [])];
    case "attention":
      return ["scoreMultiplier", "valueMultiplier", "requantiser", "normaliser"].flatMap(field);
    case "residual":
      return made.plan.multipliers.flatMap((_, index) =>
        use("multipliers", (plan) =>
          plan.kind === "residual"
            ? { ...plan, multipliers: plan.multipliers.map((kind, other) => (other === index ? "dsp" : kind)) }
            : plan,
        ),
      );
    default:
      return [];
  }
}

/** A unit's requantisers, and its columns of lanes one by one. */
function usesOfUnit(made: MatrixUnitParameters, fixed: FixedChoices, technology: Technology): Use[] {
  const { plan } = made;
  const before = estimateUnit(made, technology);
  const change = (to: Multipliers, patch: (unit: typeof plan) => Partial<typeof plan>): Multipliers => ({
    ...to,
    units: to.units.map((unit) => (unit.name === plan.name ? { ...unit, ...patch(unit) } : unit)),
  });
  const uses: Use[] = [];
  if (fixed.unit({ ...plan, requantiser: "dsp" }).requantiser === "dsp") {
    const after = estimateUnit({ ...made, plan: { ...plan, requantiser: "dsp" } }, technology);
    const apply = (to: Multipliers) => change(to, () => ({ requantiser: "dsp" }));
    uses.push({ dsps: after.dsp - before.dsp, luts: before.lut - after.lut, apply });
  }
  if (technology.packs && plan.packedColumns === 0 && fixed.unit({ ...plan, packedColumns: 1 }).packedColumns === 1) {
    const all = estimateUnit({ ...made, plan: { ...plan, packedColumns: plan.lanesIn } }, technology);
    const column: Use = {
      dsps: (all.dsp - before.dsp) / plan.lanesIn,
      luts: (before.lut - all.lut) / plan.lanesIn,
      apply: (to) => change(to, ({ packedColumns }) => ({ packedColumns: packedColumns + 1 })),
    };
    uses.push(...Array.from({ length: plan.lanesIn }, () => column));
  }
  return uses;
}
