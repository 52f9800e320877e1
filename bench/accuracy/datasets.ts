import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GatecastError } from "../../src/errors.js";
import { type PreparedSeries, prepareSeries, readCsv, type SeriesOptions } from "../../src/series/index.js";
import { WINDOW } from "../common/network.js";

/** A public recording and what is forecast of it. */
export interface Dataset {
  readonly name: string;
  /** Below the folder that GATECAST_DATA names. */
  readonly file: string;
  /** Rows used, from the first; all where it is left out. */
  readonly rows?: number;
  readonly series: SeriesOptions;
}

/** The usual split of ETTh1: 12 months, 4 months, 4 months of 30 days; what is recorded behind them is not used. */
const hoursOfMonth = 30 * 24;
const twentyMonths = {
  rows: 20 * hoursOfMonth,
  splitFractions: { train: 0.6, validation: 0.2, test: 0.2 },
} as const;
const ettColumns = ["OT", "HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL"];

export const datasets: readonly Dataset[] = [
  {
    name: "pems_lane",
    file: "pems_lane/pems_lane_flow_5min.csv",
    series: { target: "flow_veh_5min", splitColumn: "split", window: WINDOW },
  },
  {
    name: "etth1",
    file: "ett/ETTh1.csv",
    rows: twentyMonths.rows,
    series: { target: "OT", window: WINDOW, splitFractions: twentyMonths.splitFractions },
  },
  {
    name: "etth1_all",
    file: "ett/ETTh1.csv",
    rows: twentyMonths.rows,
    series: { target: "OT", inputs: ettColumns, window: WINDOW, splitFractions: twentyMonths.splitFractions },
  },
  {
    name: "beijing_pm25",
    file: "beijing_pm25/PRSA_data_2010.1.1-2014.12.31.csv",
    series: {
      target: "pm2.5",
      inputs: ["pm2.5", "DEWP", "TEMP", "PRES", "Iws", "Is", "Ir"],
      timestampColumn: ["year", "month", "day", "hour"],
      window: WINDOW,
      splitFractions: { train: 0.6, validation: 0.2, test: 0.2 },
    },
  },
];

/** The recording of a data set as bytes. @throws GatecastError "data" where it is not there */
export function readRecording(dataset: Dataset, environment: NodeJS.ProcessEnv = process.env): Uint8Array {
  const folder = environment.GATECAST_DATA;
  const remedy =
    "Set GATECAST_DATA to the folder of public recordings; docs/benchmarks.md says which, and where they are from.";
  if (folder === undefined || folder === "") {
    throw new GatecastError("data", `${dataset.name} needs ${dataset.file}, and GATECAST_DATA is not set.`, { remedy });
  }
  const file = join(folder, dataset.file);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new GatecastError("data", `${file} cannot be read.`, { remedy, where: { file }, cause: error });
  }
}

/** Windows of a data set, split, scaled. */
export function prepareDataset(dataset: Dataset, recording: Uint8Array): PreparedSeries {
  const bytes = dataset.rows === undefined ? recording : firstLines(recording, dataset.rows + 1);
  return prepareSeries(readCsv(bytes, { source: dataset.file }), dataset.series);
}

/** @throws GatecastError "data" where there are not so many */
export function firstLines(bytes: Uint8Array, count: number): Uint8Array {
  let end = 0;
  for (let line = 0; line < count; line++) {
    const next = bytes.indexOf(10, end);
    if (next < 0) {
      throw new GatecastError("data", `The recording has ${line} lines; ${count} are needed.`, {
        remedy: "Fetch it again from where it was published.",
      });
    }
    end = next + 1;
  }
  return bytes.subarray(0, end);
}

export function contentHash(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(createHash("sha256").update(part).digest());
  return hash.digest("hex");
}
