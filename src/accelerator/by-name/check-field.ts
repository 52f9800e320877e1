import { divisors } from "../divisors.js";
import type { Field } from "./fields.js";

/** What a user may write: a name, a number, or names for the multipliers of a residual's addends. */
export type ChosenValue = string | number | readonly string[];

/** A value as the plan has it, or what would have been one. */
export type Checked = { readonly value: ChosenValue } | { readonly expected: string };

/** Checks one value; `others` are the fields chosen beside it. */
export function checkField(field: Field, given: unknown, others: Readonly<Record<string, unknown>>): Checked {
  switch (field.kind) {
    case "choice": {
      const text = String(given);
      const value = field.also?.[text] ?? text;
      if (typeof given === "object" || !field.values.includes(value)) {
        return { expected: [...field.values, ...Object.keys(field.also ?? {})].map(shownChoice).join(" or ") };
      }
      return { value: /^\d+$/.test(value) ? Number(value) : value };
    }
    case "lanes": {
      const outer = field.within === undefined ? undefined : others[field.within];
      const [of, what] = typeof outer === "number" ? [outer, field.within] : [field.of, field.what];
      if (typeof given === "number" && Number.isInteger(given) && given > 0 && of % given === 0)
        return { value: given };
      return { expected: `a number that divides the ${of} ${what}: ${divisors(of).join(", ")}` };
    }
    case "count": {
      const limit = field.most === undefined ? undefined : others[field.most];
      const most = typeof limit === "number" ? limit : Number.POSITIVE_INFINITY;
      if (typeof given === "number" && Number.isInteger(given) && given >= field.least && given <= most) {
        return { value: given };
      }
      const upTo = Number.isFinite(most) ? ` to ${most} (${field.most})` : " on";
      return { expected: `a whole number from ${field.least}${upTo}` };
    }
    case "multipliers": {
      const values = typeof given === "string" ? Array.from({ length: field.count }, () => given) : given;
      const right =
        Array.isArray(values) &&
        (values.length === field.count || values.length === 1) &&
        values.every((one): one is string => one === "lut" || one === "dsp");
      if (right) return { value: values };
      return { expected: `"lut" or "dsp", or a list of ${field.count} of them, or of a single one that they share` };
    }
    case "unit":
      if (typeof given === "string" && given !== "") return { value: given };
      return { expected: `the name of a matrix unit, or "none"` };
  }
}

function shownChoice(value: string): string {
  return /^\d+$/.test(value) ? value : `"${value}"`;
}
