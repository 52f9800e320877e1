import type { Banded, DutyCycle, PowerEstimate, StrategyFigures } from "../accelerator/index.js";
import { duration, latency, significant, stepName } from "./format.js";
import { renderTable } from "./table.js";

/** What each strategy is called. */
export const strategyNames = {
  idle: "configured, clock stopped",
  off: "switched off, configured anew",
} as const satisfies Record<StrategyFigures["strategy"], string>;

/** "1.23 (0.6 .. 2.1)"; without brackets where the band is too narrow to show. */
export function bandText({ value, low, high }: Banded, digits = 3): string {
  const [least, most] = [significant(low, 2), significant(high, 2)];
  return least === most || high - low < 0.005 * value
    ? significant(value, digits)
    : `${significant(value, digits)} (${least} .. ${most})`;
}

/** How the figures were come by, in a sentence. */
export function powerBasisText(power: PowerEstimate): string {
  const activity =
    power.activity === "simulated"
      ? "Activity: toggles of the simulated register transfer on test windows."
      : "Activity: rates that other designs of Gatecast have on average; a simulation tells this design's own.";
  return `${activity} Coefficients: ${power.label}. Static power: ${power.static.basis}.`;
}

/** Power and energy of an inference by part, for a terminal. */
export function powerTable(power: PowerEstimate): string {
  const energies = new Map<string, number>(power.energyParts.map(({ part, microjoules }) => [part, microjoules]));
  const energyOf = (part: string) => significant(energies.get(part) ?? 0);
  return renderTable(
    [
      `power while it infers, ${power.label}`,
      { title: "mW", align: "right" },
      { title: "uJ an inference", align: "right" },
    ],
    [
      [
        "static",
        bandText(power.static.low === power.static.high ? point(power.static) : fixed(power)),
        energyOf("static"),
      ],
      ...power.dynamicParts.map(({ part, milliwatts }) => [part, significant(milliwatts), energyOf(part)]),
      ["in all", bandText(power.total), bandText(power.energyPerInference)],
    ],
  );
}

function fixed({ static: { milliwatts, low, high } }: PowerEstimate): Banded {
  return { value: milliwatts, low, high };
}

function point({ milliwatts }: PowerEstimate["static"]): Banded {
  return { value: milliwatts, low: milliwatts, high: milliwatts };
}

/** Average power and battery life of what can be done between two inferences, and which is best. */
export function dutyCycleText(cycle: DutyCycle): string {
  const table = renderTable(
    [
      `an inference every ${periodText(cycle.periodSeconds)}; between two`,
      { title: "mW on average", align: "right" },
      { title: "mJ a period", align: "right" },
      { title: "days on the battery", align: "right" },
    ],
    cycle.strategies.map(({ strategy, average, millijoules, days }) => [
      strategyNames[strategy],
      bandText(average),
      bandText(millijoules),
      days === null ? null : bandText(days),
    ]),
  );
  return `${table}\n${adviceText(cycle)}`;
}

/** Which of both the period wants, in a sentence or two. */
export function adviceText({ best, breakEvenSeconds, strategies, periodSeconds }: DutyCycle): string {
  if (strategies.length === 1) {
    return breakEvenSeconds === null
      ? "Whether switching off takes less is not known: give --configuration-energy (mJ to switch on and load the bitstream)."
      : "The period is too short to configure the device in it: let it wait, configured.";
  }
  const doubt = best.sure ? "" : " by these figures; within their band it may be the other way round";
  const advice =
    best.strategy === "idle"
      ? `Let it wait, configured, with its clock stopped${doubt}.`
      : `Switch it off and configure it anew${doubt}.`;
  if (breakEvenSeconds === null) return `${advice} Waiting takes less at any period.`;
  const { value, low, high } = breakEvenSeconds;
  const band = low === high ? "" : ` (${periodText(low)} .. ${Number.isFinite(high) ? periodText(high) : "never"})`;
  return `${advice} Both take the same at a period of ${periodText(value)}${band}; this one is ${periodText(periodSeconds)}.`;
}

/** 0.5 -> "500 ms", 60 -> "60 s", 600 -> "10 min", 90.5 -> "90.5 s". */
export function periodText(seconds: number): string {
  if (seconds >= 120) return seconds % 60 === 0 ? stepName(seconds) : duration(seconds);
  return latency(seconds)
    .replace(/\.0+ s$/, " s")
    .replace("µs", "us");
}
