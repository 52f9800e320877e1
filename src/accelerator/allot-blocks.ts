import type { FixedChoices } from "./by-name/fixed-choices.js";
import { type QueueName, queueNames } from "./layer-queues.js";
import type { Choices, Estimate, LayerQueues, OperatorPlan } from "./plan.js";

/** A memory that may be in block RAM. */
type Move = (to: Choices) => Choices;

/** All memories in registers and all constants in logic, but for those that are fixed. */
function withoutBlocks(choices: Choices, fixed: FixedChoices): Choices {
  const inRegisters = (plan: OperatorPlan): OperatorPlan => {
    switch (plan.kind) {
      case "linear":
        return { ...plan, tokens: "registers", weights: "rom", bias: "rom" };
      case "attention":
        return { ...plan, keys: "registers", values: "registers", rows: "registers", table: "rom" };
      case "pool":
        return { ...plan, sums: "registers" };
      default:
        return plan;
    }
  };
  return fixed.choices({
    ...choices,
    operators: new Map([...choices.operators].map(([name, plan]) => [name, inRegisters(plan)])),
    units: choices.units.map((unit) => ({
      ...unit,
      weights: "rom",
      bias: "rom",
      tokens: "registers",
      results: { ...unit.results, style: "registers" },
    })),
    queues: choices.queues.map((queues) => inStyle(queues, queueNames, "registers")),
    // One word for each sample: a block RAM is always worth it.
    history: "block",
  });
}

function inStyle(queues: LayerQueues, names: readonly QueueName[], style: "registers" | "block"): LayerQueues {
  const changed = names.flatMap((name) => (queues[name] ? [[name, { ...queues[name], style }] as const] : []));
  return { ...queues, ...Object.fromEntries(changed) };
}

/** Each memory and each table of constants, moved to block RAM. */
function moves(choices: Choices): Move[] {
  const fields = { linear: ["tokens", "weights", "bias"], attention: ["keys", "values", "rows", "table"] } as const;
  const operators = [...choices.operators].flatMap(([name, plan]) =>
    (plan.kind === "linear" || plan.kind === "attention" ? fields[plan.kind] : []).map((field): Move => {
      return (to) => {
        const now = to.operators.get(name);
        if (!now) return to;
        return { ...to, operators: new Map([...to.operators, [name, { ...now, [field]: "block" } as OperatorPlan]]) };
      };
    }),
  );
  const units = choices.units.flatMap(({ name }) => {
    const change = (patch: (unit: Choices["units"][number]) => object): Move => {
      return (to) => ({
        ...to,
        units: to.units.map((unit) => (unit.name === name ? { ...unit, ...patch(unit) } : unit)),
      });
    };
    return [
      change(() => ({ weights: "block" })),
      change(() => ({ bias: "block" })),
      change(() => ({ tokens: "block" })),
      change(({ results }) => ({ results: { ...results, style: "block" } })),
    ];
  });
  const queues = choices.queues.flatMap((_, layer) =>
    queueNames.map((name): Move => {
      return (to) => ({
        ...to,
        queues: to.queues.map((all, index) => (index === layer ? inStyle(all, [name], "block") : all)),
      });
    }),
  );
  return [...operators, ...units, ...queues];
}

/**
 * Memories of a device whose look-up tables are none: block RAMs go where they save the most logic for each, the rest is registers
 * and logic.
 */
export function allotBlocks(
  wanted: Choices,
  limit: number,
  fixed: FixedChoices,
  estimate: (choices: Choices) => Estimate,
): Choices {
  let now = withoutBlocks(wanted, fixed);
  const before = estimate(now);
  const worth = moves(now).map((move) => {
    const after = estimate(fixed.choices(move(now)));
    return { move, blocks: after.blockRam - before.blockRam, luts: before.lut - after.lut };
  });
  const used = worth.filter(({ blocks, luts }) => blocks > 0 && luts > 0);
  used.sort((a, b) => b.luts / b.blocks - a.luts / a.blocks);
  let left = limit - before.blockRam - (now.mode === "sample" ? 2 : 0);
  for (const { move, blocks } of used) {
    if (blocks > left) continue;
    left -= blocks;
    now = fixed.choices(move(now));
  }
  return now;
}
