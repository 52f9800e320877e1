import { count, latency, percent } from "../report/format.js";
import { dutyCycleText, powerBasisText, powerTable } from "../report/power-text.js";
import { renderTable } from "../report/table.js";
import type { EstimateReport } from "./estimate-report.js";

/** The estimate for a terminal: resources, cycles, power, battery. */
export function estimateText(report: EstimateReport): string {
  const { device, clockMHz, timing, power, dutyCycle, mostLogicLevels } = report;
  const { cycles, latencyMicroseconds, initiationInterval, inferencesPerSecond } = timing;
  return [
    resourceTable(report),
    `${device} at ${clockMHz} MHz: ${count(cycles)} cycles from first sample to forecast, ${latency(latencyMicroseconds * 1e-6).replace("µs", "us")}; back to back one each ${count(initiationInterval)} cycles, ${count(inferencesPerSecond)} a second.`,
    ...(mostLogicLevels === null
      ? []
      : [
          `At most ${mostLogicLevels} levels of logic between registers; the clock is a target until place and route has found it.`,
        ]),
    "Cycles are exact for this plan, resources estimated (docs/estimates.md). Planned for numbers that stand in for trained ones.",
    "",
    powerTable(power),
    powerBasisText(power),
    ...(dutyCycle === null
      ? [
          "With --period (and --battery) the average power, the battery's life and what to do between two inferences are told.",
        ]
      : ["", dutyCycleText(dutyCycle)]),
  ].join("\n");
}

const kinds = ["lut", "lutram", "ff", "dsp", "blockRam"] as const;

function resourceTable({ resources }: EstimateReport): string {
  const { budget, parts } = resources;
  const right = (title: string) => ({ title, align: "right" as const });
  const rows = parts.map(({ name, kind, unit, lanes, cyclesPerToken, estimate }) => [
    name,
    unit === null ? kind : `on ${unit}`,
    lanes,
    cyclesPerToken === null ? null : count(cyclesPerToken),
    ...kinds.map((of) => (unit === null ? count(estimate[of]) : null)),
  ]);
  const share = (of: (typeof kinds)[number]) => (budget[of] === 0 ? null : percent(resources[of] / budget[of], 0));
  return renderTable(
    [
      "part",
      "kind",
      "lanes",
      right("cycles/token"),
      right("LUT"),
      right("LUTRAM"),
      right("FF"),
      right("DSP"),
      right("block RAM"),
    ],
    [
      ...rows,
      ["in all", "", "", "", ...kinds.map((of) => count(resources[of]))],
      ["of the device", "", "", "", ...kinds.map(share)],
    ],
  );
}
