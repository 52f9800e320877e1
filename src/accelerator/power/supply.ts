import { GatecastError } from "../../errors.js";
import type { Banded, PowerEstimate } from "./power.js";

/** How often forecasts are wanted, and what feeds the device. */
export interface Supply {
  /** Seconds from one inference to the next. */
  readonly periodSeconds: number;
  /** mAh and V of the battery; null: no life is told. */
  readonly battery: { readonly milliampereHours: number; readonly volts: number } | null;
  /** mW that the switched-off device and what switches it take. */
  readonly offMilliwatts: number;
  /** What it takes to switch the device on and load its bitstream; null: not known, and switching off is not told. */
  readonly configuration: { readonly millijoules: number; readonly seconds: number } | null;
}

/** What the device does between two inferences. */
export type Strategy = "idle" | "off";

export interface StrategyFigures {
  readonly strategy: Strategy;
  /** mW over a whole period. */
  readonly average: Banded;
  /** mJ of a whole period. */
  readonly millijoules: Banded;
  /** Days on the battery, where there is one; `low` is the least. */
  readonly days: Banded | null;
}

export interface DutyCycle {
  readonly periodSeconds: number;
  /** Waiting configured with its clock stopped, and (where configuration is known) switched off. */
  readonly strategies: readonly StrategyFigures[];
  /** The one that takes less; `sure`: over the whole band. */
  readonly best: { readonly strategy: Strategy; readonly sure: boolean };
  /** Seconds above which switching off takes less; null where configuration is not known, or waiting always takes less. */
  readonly breakEvenSeconds: Banded | null;
}

/**
 * Energy of a period, and what is best between two inferences: to wait, configured, with the clock stopped, or to be switched off and
 * configured anew.
 *
 * @param latencySeconds of one inference
 * @throws GatecastError "usage" where the period is shorter than an inference
 */
export function dutyCycle(power: PowerEstimate, latencySeconds: number, supply: Supply): DutyCycle {
  const { periodSeconds: period, configuration, offMilliwatts } = supply;
  if (!(period >= latencySeconds)) {
    throw new GatecastError(
      "usage",
      `A period of ${period * 1e3} ms is shorter than an inference, which takes ${latencySeconds * 1e3} ms.`,
      { remedy: "Give a longer period, a faster clock, or a smaller network.", where: { key: "period" } },
    );
  }
  const active = each(power.energyPerInference, (microjoules) => microjoules * 1e-3);
  const figures = (strategy: Strategy, millijoules: Banded): StrategyFigures => {
    const average = each(millijoules, (energy) => energy / period);
    return { strategy, average, millijoules, days: daysOn(supply.battery, average) };
  };
  const waiting = plus(
    active,
    each(power.gated, (milliwatts) => milliwatts * (period - latencySeconds)),
  );
  const idle = figures("idle", waiting);
  const awake = latencySeconds + (configuration?.seconds ?? 0);
  if (configuration === null || period < awake) {
    return {
      periodSeconds: period,
      strategies: [idle],
      best: { strategy: "idle", sure: configuration !== null },
      breakEvenSeconds: breakEven(power.gated, latencySeconds, supply),
    };
  }
  const fixed = configuration.millijoules + offMilliwatts * (period - awake);
  const off = figures(
    "off",
    each(active, (energy) => energy + fixed),
  );
  const breakEvenSeconds = breakEven(power.gated, latencySeconds, supply);
  const strategy = idle.millijoules.value <= off.millijoules.value ? "idle" : "off";
  const sure = breakEvenSeconds === null || period < breakEvenSeconds.low || period > breakEvenSeconds.high;
  return { periodSeconds: period, strategies: [idle, off], best: { strategy, sure }, breakEvenSeconds };
}

/** The period at which both take the same: what waits costs longer the less it takes. */
function breakEven(waiting: Banded, latency: number, { configuration, offMilliwatts }: Supply): Banded | null {
  if (configuration === null) return null;
  const { millijoules, seconds } = configuration;
  const awake = latency + seconds;
  // waiting (T - latency) = millijoules + off (T - awake)
  const at = (milliwatts: number) =>
    milliwatts <= offMilliwatts
      ? Number.POSITIVE_INFINITY
      : Math.max(awake, (millijoules + milliwatts * latency - offMilliwatts * awake) / (milliwatts - offMilliwatts));
  if (!Number.isFinite(at(waiting.value))) return null;
  return { value: at(waiting.value), low: at(waiting.high), high: at(waiting.low) };
}

function daysOn(battery: Supply["battery"], average: Banded): Banded | null {
  if (battery === null) return null;
  const milliwattHours = battery.milliampereHours * battery.volts;
  const days = (milliwatts: number) => milliwattHours / milliwatts / 24;
  return { value: days(average.value), low: days(average.high), high: days(average.low) };
}

function each({ value, low, high }: Banded, of: (value: number) => number): Banded {
  return { value: of(value), low: of(low), high: of(high) };
}

function plus(a: Banded, b: Banded): Banded {
  return { value: a.value + b.value, low: a.low + b.low, high: a.high + b.high };
}
