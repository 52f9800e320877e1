import { changeQueues } from "./layer-queues.js";
import type { Choices, Estimate, OperatorPlan } from "./plan.js";

/** A memory, or a part of one, that leaves block RAM. */
type Move = (from: Choices) => Choices;

/** What may leave block RAM, each alone. */
function moves(choices: Choices): Move[] {
  const operator =
    (name: string, patch: Partial<OperatorPlan>): Move =>
    (from) => {
      const now = from.operators.get(name);
      if (!now) return from;
      return { ...from, operators: new Map([...from.operators, [name, { ...now, ...patch } as OperatorPlan]]) };
    };
  const found: Move[] = [];
  for (const [name, plan] of choices.operators) {
    if (plan.kind === "attention") {
      if (plan.table === "block") found.push(operator(name, { table: "rom" }));
      if (plan.keys === "block") found.push(operator(name, { keys: "distributed" }));
      if (plan.values === "block") found.push(operator(name, { values: "distributed" }));
    } else if (plan.kind === "linear" && plan.bias === "block") {
      found.push(operator(name, { bias: "mixed" }), operator(name, { bias: "rom" }));
    }
  }
  if (choices.queues.some((queues) => Object.values(queues).some((queue) => queue?.style === "block"))) {
    found.push((from) => ({
      ...from,
      queues: from.queues.map((queues) =>
        changeQueues(queues, (queue) => (queue.style === "block" ? { ...queue, style: "distributed" } : queue)),
      ),
    }));
  }
  return [...found, ...choices.units.map((unit) => unitWeights(unit.name, "mixed"))];
}

function unitWeights(unit: string, weights: "mixed" | "rom"): Move {
  return (from) => ({
    ...from,
    units: from.units.map((one) => (one.name === unit && one.weights !== "rom" ? { ...one, weights } : one)),
  });
}

/**
 * The choices themselves, or some with fewer block RAMs that keep within `limit`: what leaves them is what costs the fewest LUTs for each
 * block RAM that becomes free; all weights of a unit are the last to leave. The last ones tried where none do.
 */
export function sparingBlockRams(
  choices: Choices,
  limit: number,
  estimate: (choices: Choices) => Pick<Estimate, "lut" | "blockRam">,
): Choices {
  const before = estimate(choices);
  if (before.blockRam <= limit) return choices;
  const worth = moves(choices).flatMap((move) => {
    const after = estimate(move(choices));
    const freed = before.blockRam - after.blockRam;
    return freed > 0 ? [{ move, price: (after.lut - before.lut) / freed }] : [];
  });
  worth.sort((a, b) => a.price - b.price);
  const all = [
    ...worth.map(({ move }) => move),
    ...[...choices.units].reverse().map(({ name }) => unitWeights(name, "rom")),
  ];
  const made: Move[] = [];
  const after = (some: readonly Move[]) => some.reduce((now, move) => move(now), choices);
  const keeps = (some: readonly Move[]) => estimate(after(some)).blockRam <= limit;
  for (const move of all) {
    made.push(move);
    if (keeps(made)) break;
  }
  // The last one may have freed more than was missing: what was dearest goes back.
  return after(
    [...made].reverse().reduce<readonly Move[]>((some, move) => {
      const less = some.filter((one) => one !== move);
      return keeps(less) ? less : some;
    }, made),
  );
}
