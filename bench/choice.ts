import { device } from "../src/accelerator/index.js";
import { defineArchitecture, definePrecision } from "../src/model/index.js";
import { renderTable } from "../src/report/table.js";
import { chooseWidths, designSpace, type Objective } from "../src/search/index.js";
import { madeUpSensitivity } from "../src/search/testing/made-up-sensitivity.js";
import type { Bench } from "./common/bench.js";
import { WINDOW } from "./common/network.js";

/** Networks on the XC7S15, each with cycles that leave the choice something to do. */
const questions = [
  { dModel: 16, objective: "error", limits: { cycles: 1000 } },
  { dModel: 32, objective: "error", limits: { cycles: 2600 } },
  { dModel: 32, objective: "energy", limits: { cycles: 4000, added: 0.5 } },
  { dModel: 64, objective: "error", limits: { cycles: 5200 } },
] as const satisfies readonly { dModel: number; objective: Objective; limits: object }[];

interface ChoiceRow {
  readonly dModel: number;
  readonly objective: Objective;
  readonly value: number;
  readonly gap: number;
  readonly examined: number;
  readonly nodes: number;
  readonly cpuSeconds: number;
  /** LUTs by the tables less the estimate's, as a share. */
  readonly tableError: number;
}

/** How long choosing widths takes, and how far from the optimum it may end; nothing is trained. */
export const choice: Bench = {
  name: "choice",
  summary: "seconds and gaps of choosing widths with lanes, memories and multipliers",
  options: {},
  async run({ quick }, { print }) {
    const rows: ChoiceRow[] = [];
    for (const question of quick ? questions.slice(0, 1) : questions)
      rows.push(await measured(question, quick ? 100 : 800));
    const cells = rows.map(({ dModel, objective, value, gap, examined, nodes, cpuSeconds, tableError }) => [
      String(dModel),
      objective,
      value.toPrecision(4),
      `${(100 * gap).toFixed(1)} %`,
      String(examined),
      String(nodes),
      cpuSeconds.toFixed(1),
      `${(100 * tableError).toFixed(2)} %`,
    ]);
    const right = (title: string) => ({ title, align: "right" as const });
    const columns = ["value", "gap", "structures", "nodes", "CPU-s", "table error"].map(right);
    print(renderTable([right("d_model"), "least", ...columns], cells));
    print("Sensitivities are made up: a quarter for each bit, of five sizes.");
    return { rows };
  },
};

async function measured({ dModel, objective, limits }: (typeof questions)[number], effort: number): Promise<ChoiceRow> {
  const before = process.cpuUsage();
  const architecture = defineArchitecture({ window: WINDOW, dModel });
  const space = designSpace(architecture, definePrecision({}), { device: device("xc7s15") });
  const chosen = await chooseWidths(space, madeUpSensitivity(space), { objective, limits, effort });
  const { user, system } = process.cpuUsage(before);
  const { value, gap, structures, nodes, tableError } = chosen;
  return {
    dModel,
    objective,
    value,
    gap,
    examined: structures.examined,
    nodes,
    cpuSeconds: (user + system) / 1e6,
    tableError,
  };
}
