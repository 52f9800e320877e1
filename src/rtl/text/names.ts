import { isReserved } from "../core/reserved.js";

/** `macLaneQ2` as `mac_lane_q2`, legal as a name in VHDL and Verilog. */
export function snakeCase(name: string): string {
  const legal = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return /^[a-z]/.test(legal) ? legal : `v_${legal}`;
}

/** Gives names that are unique in an entity without regard to case, and reserved in no language. */
export class Namer {
  readonly #taken = new Set<string>();

  constructor(taken: Iterable<string>) {
    for (const name of taken) this.#taken.add(name.toLowerCase());
  }

  /** The wish itself, or with the suffix of its role, or with a number counted for this wish alone. */
  take(wish: string, role = "s"): string {
    const base = snakeCase(wish);
    for (let i = 0; ; i++) {
      const name = i === 0 ? base : i === 1 ? `${base}_${role}` : `${base}_${role}${i}`;
      if (this.#taken.has(name) || isReserved(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }

  /** As `take`, but numbered from 2 on: `sum_term`, `sum_term_2`. */
  number(wish: string): string {
    const base = snakeCase(wish);
    for (let i = 1; ; i++) {
      const name = i === 1 ? base : `${base}_${i}`;
      if (this.#taken.has(name) || isReserved(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}
