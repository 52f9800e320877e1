import { basename } from "node:path";
import { GatecastError } from "../../errors.js";
import { demoSeries, readCsv, readParquet, type SeriesOptions, type Table } from "../../series/index.js";
import { contentHash, explainFileError, systemErrorCode } from "../../toolchain/files.js";
import { builtinSeries, type Configuration, isBuiltin } from "../configuration.js";
import { readBytes } from "../read-bytes.js";

/** The settings that say how a recording's file is read. */
export const readingKeys = ["delimiter", "decimal", "header", "missingTokens"] as const;
/** The settings that say what is done with its rows. */
export const seriesKeys = [
  "target",
  "inputs",
  "window",
  "horizon",
  "timestampColumn",
  "dateOrder",
  "stepSeconds",
  "splitColumn",
  "split",
  "validationFraction",
  "missing",
  "gaps",
  "duplicates",
  "unsorted",
  "irregular",
  "infinite",
] as const;

export type ReadingSettings = Pick<Configuration, (typeof readingKeys)[number]>;
export type SeriesSettings = Pick<Configuration, (typeof seriesKeys)[number]>;

/**
 * The bytes of a recording.
 *
 * @throws GatecastError "data": there is no such file; "system": it cannot be read
 */
async function recordingBytes(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw explainFileError(error, path, "read");
    throw new GatecastError("data", `The recording ${path} does not exist.`, {
      remedy: "Check the path after --data for a spelling mistake.",
      where: { file: path },
      cause: error,
    });
  }
}

/** What decides a recording's content: the hash of its file, or the seed of the built-in series. */
export async function recordingIdentity(data: string, seed: number): Promise<string> {
  return isBuiltin(data) ? `${checkedBuiltin(data)} seed ${seed}` : contentHash(await recordingBytes(data));
}

/** Reads a CSV or Parquet file (by its first bytes), or makes the built-in series. */
export async function readRecording(data: string, seed: number, settings: ReadingSettings): Promise<Table> {
  if (isBuiltin(data)) {
    checkedBuiltin(data);
    return demoSeries(seed);
  }
  const bytes = await recordingBytes(data);
  const source = basename(data);
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 4)) === "PAR1") return readParquet(bytes, { source });
  const { delimiter, decimal, header, missingTokens } = settings;
  return readCsv(bytes, {
    source,
    ...(delimiter === null ? {} : { delimiter }),
    ...(decimal === null ? {} : { decimal }),
    ...(header === null ? {} : { header }),
    ...(missingTokens.length === 0 ? {} : { missingTokens }),
  });
}

/** The settings as the series room takes them. */
export function seriesOptions(settings: SeriesSettings): SeriesOptions {
  const { target, inputs, split, timestampColumn, dateOrder, stepSeconds, splitColumn } = settings;
  const { window, horizon, validationFraction, missing, gaps, duplicates, unsorted, irregular, infinite } = settings;
  return {
    ...{ window, horizon, validationFraction, missing, gaps, duplicates, unsorted, irregular, infinite },
    target: [...target],
    splitFractions: split,
    ...(inputs.length === 0 ? {} : { inputs: [...inputs] }),
    ...(timestampColumn === null ? {} : { timestampColumn: timestampColumn === false ? null : [...timestampColumn] }),
    ...(dateOrder === null ? {} : { dateOrder }),
    ...(stepSeconds === null ? {} : { stepSeconds }),
    ...(splitColumn === null ? {} : { splitColumn }),
  };
}

function checkedBuiltin(data: string): string {
  if (data === builtinSeries) return data;
  throw new GatecastError("data", `There is no built-in series "${data}".`, {
    remedy: `The built-in series is ${builtinSeries}.`,
    where: { data },
  });
}
