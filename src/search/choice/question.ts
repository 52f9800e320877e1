import { GatecastError } from "../../errors.js";
import { nearestName } from "../../series/nearest-name.js";
import type { DesignSpace } from "../space/design-space.js";
import { LABELS, widthOf } from "../space/labels.js";
import { type Limits, type Objective, type Sensitivity, widths } from "../types.js";
import type { Question } from "./opened.js";
import type { ChoiceOptions } from "./options.js";

/**
 * A question as the search takes it.
 *
 * @throws GatecastError "model": a width outside 2..8, or of a tensor that there is not; "usage": a limit that is no positive number, or
 *   sensitivities of another network
 */
export function questionOf(
  space: DesignSpace,
  sensitivity: Sensitivity,
  {
    objective,
    limits = {},
    fixed = {},
    allowed = widths,
  }: Pick<ChoiceOptions, "objective" | "limits" | "fixed" | "allowed">,
): Question {
  checkLimits(limits);
  for (const [name, bits] of [...Object.entries(fixed), ...allowed.map((bits) => ["widths", bits] as const)]) {
    if (widths.some((one) => one === bits)) continue;
    throw new GatecastError("model", `${name} is ${bits} bits; it must be a whole number from 2 to 8.`, {
      where: { key: name },
      remedy: `Choose between 2 and 8 bits for ${name}.`,
    });
  }
  for (const name of Object.keys(fixed)) {
    if (space.tensors.includes(name)) continue;
    const near = nearestName(name, space.tensors);
    throw new GatecastError("model", `A width of "${name}" is given, which this network does not have.`, {
      where: { key: name },
      remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}Name some of: ${space.tensors.join(", ")}.`,
    });
  }
  const all = Array.from({ length: LABELS }, (_, label) => widthOf(label));
  const may = (name: string, bits: number) =>
    fixed[name] === undefined ? allowed.some((one) => one === bits) : fixed[name] === bits;
  return {
    space,
    objective,
    limits,
    added: Float64Array.from(space.tensors.flatMap((name) => addedOf(sensitivity, name))),
    allowed: Uint8Array.from(space.tensors.flatMap((name) => all.map((bits) => (may(name, bits) ? 1 : 0)))),
  };
}

/** The question for other limits or another objective. */
export function asked(question: Question, objective: Objective, limits: Limits): Question {
  return { ...question, objective, limits };
}

function addedOf(sensitivity: Sensitivity, name: string): readonly number[] {
  const found = sensitivity.tensors.find((tensor) => tensor.name === name);
  if (found && found.added.length === LABELS && found.added.every((value) => Number.isFinite(value)))
    return found.added;
  throw new GatecastError("usage", `There are no sensitivities of "${name}" for 2 to 8 bits.`, {
    where: { key: name },
    remedy: "Measure the sensitivities of this very network (`measureSensitivity`).",
  });
}

const limitTexts = { cycles: "cycles", microjoules: "energy", added: "added error" } as const satisfies Record<
  keyof Limits,
  string
>;

function checkLimits(limits: Limits): void {
  for (const key of Object.keys(limitTexts) as (keyof Limits)[]) {
    const value = limits[key];
    // Nothing may be added where every tensor can have all its bits.
    const least = key === "added" ? 0 : Number.MIN_VALUE;
    if (value === undefined || (Number.isFinite(value) && value >= least)) continue;
    throw new GatecastError(
      "usage",
      `The limit of ${limitTexts[key]} is ${value}; it must be ${key === "added" ? "0 or more" : "above 0"}.`,
      {
        where: { key },
        remedy: "Give such a number, or leave the limit out.",
      },
    );
  }
}
