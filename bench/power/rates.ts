import type { ActivityRates } from "../../src/accelerator/power/activity-rates.js";
import { renderTable } from "../../src/report/table.js";
import type { PowerRow } from "./rows.js";

const kinds = ["register", "logic", "memory", "block", "dsp"] as const satisfies readonly (keyof ActivityRates)[];

/** The rates of one design. */
function ratesOf({ toggles, resources, initiationInterval: cycles }: PowerRow): ActivityRates {
  const { ff, lut, lutram, blockRam, dsp } = resources;
  return {
    register: toggles.register / (ff * cycles),
    logic: toggles.logic / ((lut - lutram) * cycles),
    memory: toggles.memory / (ff * cycles),
    block: toggles.block / (blockRam * cycles),
    dsp: toggles.dsp / (dsp * cycles),
  };
}

/** Their means over the rows. */
export function measureRates(rows: readonly PowerRow[]): ActivityRates {
  const mean = (kind: keyof ActivityRates) => rows.reduce((sum, row) => sum + ratesOf(row)[kind], 0) / rows.length;
  return {
    register: mean("register"),
    logic: mean("logic"),
    memory: mean("memory"),
    block: mean("block"),
    dsp: mean("dsp"),
  };
}

export function ratesTable(rows: readonly PowerRow[], means: ActivityRates): string {
  const cells = (rates: ActivityRates) => kinds.map((kind) => rates[kind].toFixed(3));
  return renderTable(
    [
      "network",
      ...kinds.map((title) => ({ title, align: "right" as const })),
      { title: "toggles a product", align: "right" as const },
    ],
    [
      ...rows.map((row) => {
        const { register, logic } = row.toggles;
        return [row.name, ...cells(ratesOf(row)), ((register + logic) / row.multiplications).toFixed(1)];
      }),
      ["mean", ...cells(means), null],
    ],
  );
}
