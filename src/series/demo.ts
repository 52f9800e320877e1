import { exp } from "../numeric/elementary.js";
import { Random } from "../numeric/random.js";
import { formatInstant } from "./report.js";
import { makeTable, type Table } from "./table.js";

/** The built-in series. */
export interface DemoOptions {
  /** Whole weeks, at least 2; the last one is the test part. Default 4. */
  readonly weeks?: number;
}

const STEPS_PER_DAY = 288;
const STEP = 300_000;
const START = 1_704_067_200_000; // Monday 2024-01-01 00:00
/** Vehicles per 5 minutes that one lane can pass. */
const LANE_CAPACITY = 165;

/** A rush or lull: flow that rises and falls like a bell, `hour` its middle, `width` its deviation in hours. */
interface Bell {
  readonly hour: number;
  readonly width: number;
  /** Vehicles per 5 minutes at the middle. */
  readonly height: number;
}

const WORKDAY: readonly Bell[] = [
  { hour: 7.7, width: 0.7, height: 105 },
  { hour: 12.5, width: 2.6, height: 62 },
  { hour: 17.2, width: 0.95, height: 112 },
  { hour: 20.5, width: 2.0, height: 30 },
];
const WEEKEND: readonly Bell[] = [
  { hour: 13.0, width: 3.2, height: 84 },
  { hour: 19.0, width: 2.2, height: 34 },
];
const NIGHT_FLOW = 7;

/**
 * A seeded series that resembles 5-minute vehicle counts of one motorway lane over several weeks: a daily and weekly
 * rhythm with rush hours, days that differ in strength and timing, counting noise that grows with the flow, incidents
 * that choke it and the surge when they are cleared. The same seed gives the same bits on every machine.
 *
 * @param seed any safe integer
 * @returns a table with the columns timestamp, flow (vehicles per 5 minutes) and split (train; test in the last week)
 */
export function demoSeries(seed = 1, options: DemoOptions = {}): Table {
  const weeks = options.weeks ?? 4;
  if (!Number.isInteger(weeks) || weeks < 2)
    throw new RangeError(`weeks must be an integer of at least 2, got ${weeks}`);
  const random = new Random(seed, 0xde30);
  const days = weeks * 7;
  const rows = days * STEPS_PER_DAY;
  const capacity = incidents(random, rows);
  const flow = new Float64Array(rows);
  let drift = 0; // a slow wandering of demand, one step's memory 0.98
  let queue = 0; // vehicles held back by an incident
  for (let day = 0; day < days; day++) {
    const bells = (day % 7 < 5 ? WORKDAY : WEEKEND).map((bell) => ({
      hour: bell.hour + 0.12 * random.normal(),
      width: bell.width,
      height: bell.height * (1 + 0.06 * random.normal()),
    }));
    for (let step = 0; step < STEPS_PER_DAY; step++) {
      const row = day * STEPS_PER_DAY + step;
      drift = 0.98 * drift + 0.01 * random.normal();
      const demand = demandAt((step * 24) / STEPS_PER_DAY, bells) * exp(drift);
      // While an incident chokes the lane the rest queues; afterwards the queue leaves as a surge.
      const open = (capacity[row] ?? 1) * LANE_CAPACITY;
      const passed = Math.min(demand + 0.15 * queue, open);
      queue = 0.95 * Math.max(0, queue + demand - passed); // some of the waiting leave the motorway
      flow[row] = Math.max(0, Math.round(passed + 0.7 * Math.sqrt(passed) * random.normal()));
    }
  }
  const texts = Array.from({ length: rows }, (_, row) => formatInstant(START + row * STEP));
  const split = Array.from({ length: rows }, (_, row) => (row < rows - 7 * STEPS_PER_DAY ? "train" : "test"));
  return makeTable(
    `built-in demo series (seed ${seed})`,
    [
      { kind: "text", name: "timestamp", values: texts, firstText: { row: 0, value: texts[0] ?? "" } },
      { kind: "numeric", name: "flow", values: flow },
      { kind: "text", name: "split", values: split, firstText: { row: 0, value: "train" } },
    ],
    Int32Array.from({ length: rows }, (_, row) => row + 2), // as if read from CSV with a header
    ["generated, not recorded"],
  );
}

/** Vehicles per 5 minutes that would like to pass at an hour of the day; bells reach over midnight. */
function demandAt(hour: number, bells: readonly Bell[]): number {
  let demand = NIGHT_FLOW;
  for (const bell of bells) {
    for (const shift of [-24, 0, 24]) {
      const away = (hour + shift - bell.hour) / bell.width;
      if (away * away < 64) demand += bell.height * exp(-0.5 * away * away);
    }
  }
  return demand;
}

/** The part of demand that can pass in each row: 1, or less while an incident blocks the lane (about 4 a week). */
function incidents(random: Random, rows: number): Float64Array {
  const capacity = new Float64Array(rows).fill(1);
  const count = Math.round((4 * rows) / (7 * STEPS_PER_DAY));
  for (let incident = 0; incident < count; incident++) {
    const start = random.integer(rows);
    const length = 5 + random.integer(13); // 25 .. 85 minutes
    const left = random.uniformBetween(0.25, 0.6);
    for (let row = start; row < Math.min(rows, start + length); row++)
      capacity[row] = Math.min(capacity[row] ?? 1, left);
  }
  return capacity;
}
