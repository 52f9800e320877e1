import type { Estimate, OperatorPlan } from "./plan.js";

/**
 * Plans with ever fewer multipliers in DSPs, each one further in LUTs than the one before. Those of the lanes go first (narrow, and
 * small in LUTs), then the forecast's, which work once a window, the residuals', and the requantisers' last.
 */
function* withFewerDsps(operators: ReadonlyMap<string, OperatorPlan>): Generator<ReadonlyMap<string, OperatorPlan>> {
  const now = new Map(operators);
  for (const [name, plan] of now) {
    if (plan.kind !== "linear" || plan.multiplier !== "dsp") continue;
    now.set(name, { ...plan, multiplier: "lut" });
    yield now;
  }
  const residuals = [...now].filter(([, plan]) => plan.kind === "residual").reverse();
  for (const [name, plan] of residuals) {
    if (plan.kind !== "residual") continue;
    let multipliers = [...plan.multipliers];
    for (const index of multipliers.keys()) {
      multipliers = multipliers.map((kind, other) => (other === index ? "lut" : kind));
      now.set(name, { ...plan, multipliers });
      yield now;
    }
  }
  for (const [name, plan] of now) {
    if (plan.kind === "linear" && plan.requantiser === "dsp") now.set(name, { ...plan, requantiser: "lut" });
    else if (plan.kind === "attention") now.set(name, { ...plan, requantiser: "lut" });
    else continue;
    yield now;
  }
}

/** The plan itself, or the first one with fewer DSPs that keeps within `limit`; the last one tried where none does. */
export function sparingDsps(
  operators: ReadonlyMap<string, OperatorPlan>,
  limit: number,
  estimate: (operators: ReadonlyMap<string, OperatorPlan>) => Pick<Estimate, "dsp">,
): ReadonlyMap<string, OperatorPlan> {
  if (estimate(operators).dsp <= limit) return operators;
  let last = operators;
  for (const fewer of withFewerDsps(operators)) {
    last = new Map(fewer);
    if (estimate(last).dsp <= limit) break;
  }
  return last;
}
