/** Units that a quantity may be given in, and how many of the base unit (second, joule, one) each is. */
const units = {
  time: { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1 },
  energy: { nJ: 1e-9, uJ: 1e-6, µJ: 1e-6, mJ: 1e-3 },
  share: { "%": 1e-2 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

export type QuantityKind = keyof typeof units;

/** A quantity with its unit, "100us", "2.5 uJ" or "1%", in seconds, joules or as a share; null where the text is none above 0. */
export function quantity(text: string, kind: QuantityKind): number | null {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*(\D+?)\s*$/.exec(text) ?? [];
  const factor = new Map<string, number>(Object.entries(units[kind])).get(unit);
  const value = Number(number) * (factor ?? Number.NaN);
  return value > 0 && Number.isFinite(value) ? value : null;
}

/** What is expected of such a quantity, for errors: 'a time with its unit above 0, "100us" (ns, us, ms, s)'. */
export function quantityExpected(kind: QuantityKind): string {
  const [what, example] = {
    time: ["a time above 0 with its unit", "100us"],
    energy: ["an energy above 0 with its unit", "10uJ"],
    share: ["a share above 0 in per cent", "1%"],
  }[kind];
  const names = Object.keys(units[kind]).filter((unit) => !unit.startsWith("µ"));
  return kind === "share" ? `${what}, "${example}"` : `${what}, "${example}" (${names.join(", ")})`;
}
