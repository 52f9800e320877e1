import type { Assignment } from "../types.js";
import { weighed } from "./goal.js";
import type { Found, Question } from "./opened.js";
import type { Binding } from "./options.js";
import { METRICS, measure } from "./point.js";
import { neighbours } from "./round.js";

/** Share of the cycles that are allowed from which on they are told as binding. */
const NEARLY = 0.9;

/** The limits that a better point beside the one that was found would exceed, that with the least room first. */
export function bindingOf(
  { limits, allowed }: Question,
  { opened, point, metrics }: Found,
  { plan }: Assignment,
): Binding[] {
  const { minimiser, problem } = opened;
  const tabled = measure(minimiser.programme, minimiser.added, point);
  const now = weighed(problem.goal, tabled);
  const exceeded = new Set<string>();
  const usedBy = (weights: Float64Array, of: Float64Array) => {
    let used = 0;
    for (let at = 0; at < METRICS; at++) used += (weights[at] ?? 0) * (of[at] ?? 0);
    return used;
  };
  for (const neighbour of neighbours(minimiser, point, allowed)) {
    const beside = measure(minimiser.programme, minimiser.added, neighbour);
    if (weighed(problem.goal, beside) >= now) continue;
    for (const { name, weights, limit } of problem.rows) if (usedBy(weights, beside) > limit) exceeded.add(name);
  }
  const bindings = opened.exactRows().flatMap(({ name, weights, limit, offset }): Binding[] => {
    if (!exceeded.has(name)) return [];
    return [{ name, used: usedBy(weights, metrics) + offset, limit: limit + offset }];
  });
  const { cycles } = limits;
  if (cycles !== undefined && plan.cyclesPerInference >= NEARLY * cycles) {
    bindings.push({ name: "cycles", used: plan.cyclesPerInference, limit: cycles });
  }
  return bindings.sort((a, b) => roomOf(a) - roomOf(b));
}

/** What is left, as a share of the limit; where nothing may be used nothing is. */
function roomOf({ used, limit }: Binding): number {
  return limit === 0 ? 0 : (limit - used) / limit;
}
