import { GatecastError } from "../../errors.js";
import type { Limits, Objective } from "../types.js";
import type { Question } from "./opened.js";
import { type Effort, search } from "./search.js";

const kinds = [
  { key: "cycles", objective: "latency", text: (value: number) => `${Math.round(value)} cycles` },
  { key: "microjoules", objective: "energy", text: (value: number) => `${value.toPrecision(3)} uJ` },
  { key: "added", objective: "error", text: (value: number) => `an added error of ${(100 * value).toPrecision(3)} %` },
] as const satisfies readonly { key: keyof Limits; objective: Objective; text: (value: number) => string }[];

/** Nodes that looking for each of them may take. */
const NODES = 150;

/** Why nothing meets the limits, and for each of them the nearest that is attainable with the others kept. */
export async function infeasible(question: Question, effort: Effort): Promise<GatecastError> {
  const { limits, space } = question;
  const given = kinds.filter(({ key }) => limits[key] !== undefined);
  const nodes = Math.min(effort.nodes, NODES);
  const best = (objective: Objective, kept: Limits) =>
    search({ ...question, objective, limits: kept }, { ...effort, nodes });
  const told = given.map(({ key, text }) => text(limits[key] ?? 0)).join(", ");
  const without = await best("error", {});
  if (!without.found) {
    return new GatecastError(
      "hardware",
      `No widths that may be chosen make this network fit the ${space.device.title}, whatever else is allowed.`,
      {
        remedy: "Choose fewer features, fewer layers or a larger device, or leave out widths that are fixed.",
        where: { device: space.device.name },
      },
    );
  }
  const attainable: string[] = [];
  for (const { key, objective, text } of given) {
    const { [key]: _, ...kept } = limits;
    const { found } = await best(objective, kept);
    const others = given.filter((one) => one.key !== key).map((one) => one.text(limits[one.key] ?? 0));
    if (found) attainable.push(`${text(found.value)}${others.length > 0 ? ` with ${others.join(" and ")} kept` : ""}`);
  }
  const contradict = given.length > 1 ? "contradict each other" : "cannot be met";
  const nearest =
    attainable.length > 0
      ? `Attainable are ${attainable.join("; or ")}.`
      : "No single one of them can be met with the others kept.";
  return new GatecastError("hardware", `The limits (${told}) ${contradict} on the ${space.device.title}.`, {
    remedy: `${nearest} Relax a limit accordingly, or choose a larger device.`,
    where: { device: space.device.name },
  });
}
