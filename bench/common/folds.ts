import { GatecastError } from "../../src/errors.js";
import { type Fold, foldNames } from "../../src/model/index.js";

/**
 * A set of folds from its name: "none", or some of them joined by "+".
 *
 * @throws GatecastError "usage" for a name that is none
 */
export function foldsNamed(name: string): readonly Fold[] {
  if (name === "none") return [];
  const words = name.split("+");
  const stranger = words.find((word) => !foldNames.some((fold) => fold === word));
  if (stranger !== undefined) {
    throw new GatecastError("usage", `There is no fold "${stranger}".`, {
      remedy: `Give none, or any of ${foldNames.join(", ")} with + between them.`,
    });
  }
  return foldNames.filter((fold) => words.includes(fold));
}
