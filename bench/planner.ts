import { device } from "../src/accelerator/devices.js";
import { planAccelerator } from "../src/accelerator/planner.js";
import { standInModel } from "../src/integer/index.js";
import { defineArchitecture, definePrecision } from "../src/model/index.js";
import { renderTable } from "../src/report/table.js";
import { type RowSpec, rowSpecs } from "./accelerator/rows.js";
import type { Bench } from "./common/bench.js";
import { WINDOW } from "./common/network.js";

/** Plans of each network: the first one of all compiles the planner, and is shown as what it is. */
const REPEATS = { full: 7, quick: 3 } as const;

interface PlannerRow {
  readonly name: string;
  readonly cycles: number;
  /** CPU-seconds of the first plan, and the median of those behind it. */
  readonly first: number;
  readonly median: number;
}

/** CPU-seconds that planning takes, for the networks of the accelerator bench; nothing is trained. */
export const planner: Bench = {
  name: "planner",
  summary: "seconds that the planner takes for the accelerator bench's networks",
  options: {},
  async run({ quick }, { print }) {
    const rows = rowSpecs.map((spec) => measured(spec, REPEATS[quick ? "quick" : "full"]));
    const cells = rows.map(({ name, cycles, first, median }) => [
      name,
      String(cycles),
      first.toFixed(2),
      median.toFixed(2),
    ]);
    print(
      renderTable(
        [
          "network",
          { title: "cycles", align: "right" },
          { title: "first, CPU-s", align: "right" },
          { title: "median, CPU-s", align: "right" },
        ],
        cells,
      ),
    );
    print("Models stand in for trained ones. The first of all plans compiles the planner, too.");
    return { rows };
  },
};

function measured(
  { name, dModel, bits, heads, layers, folds, dataset, targets }: RowSpec,
  repeats: number,
): PlannerRow {
  const inputs = dataset === "etth1_all" ? 7 : 1;
  const dimensions = { window: WINDOW, dModel, heads, layers, folds, inputs, targets: targets?.length ?? 1 };
  const model = standInModel(defineArchitecture(dimensions), definePrecision({ bits }));
  let cycles = 0;
  const seconds = Array.from({ length: repeats }, () => {
    const before = process.cpuUsage();
    cycles = planAccelerator(model, { device: device("xc7s15") }).cyclesPerInference;
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  const [first = Number.NaN, ...rest] = seconds;
  rest.sort((a, b) => a - b);
  return { name, cycles, first, median: rest[rest.length >> 1] ?? Number.NaN };
}
