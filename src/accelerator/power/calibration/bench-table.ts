import Papa from "papaparse";
import { GatecastError } from "../../../errors.js";
import { unitsFrom } from "../units.js";
import { type Observation, scaleGroupNames } from "./calibrate.js";

/** Columns that every table has. */
const required = ["design", "clock_mhz", "milliwatts"] as const;
/** Columns of resources and of toggles a cycle; what is left out is 0. */
const counts = ["ff", "block_ram", "dsp", "register", "logic", "memory", "block", "dsp_bits"] as const;
/** What is in `milliwatts`; "total" where the column is left out. */
const measured = ["total", "dynamic", "static"] as const;

/** More than any device of the catalogue can take. */
const MOST_MILLIWATTS = 10_000;
const MOST_MEGAHERTZ = 1_000;

/**
 * Reads a CSV table of bench measurements, a row each: `design`, `clock_mhz`, `milliwatts`; `measures` ("total", "dynamic" or "static");
 * and of the design the numbers `ff`, `block_ram`, `dsp`, and how many bits toggle in a cycle on average: `register`, `logic`, `memory`,
 * `block`, `dsp_bits` (docs/power.md).
 *
 * @throws GatecastError "data" that names the line: a column that is missing or not known, text for a number, a power or clock that cannot be
 */
export function readBenchTable(text: string, file: string): Observation[] {
  const { data, meta, errors } = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ""), {
    header: true,
    skipEmptyLines: "greedy",
    transformHeader: (title) => title.trim().toLowerCase(),
  });
  const wrong = (what: string, line?: number) =>
    new GatecastError(
      "data",
      `The table ${file}${line === undefined ? "" : `, line ${line},`} cannot be used: ${what}.`,
      {
        remedy: `It needs the columns ${required.join(", ")}, and of ${[...counts, "measures"].join(", ")} those that are known.`,
        where: { file, ...(line === undefined ? {} : { line }) },
      },
    );
  const columns = meta.fields ?? [];
  const missing = required.find((name) => !columns.includes(name));
  if (missing !== undefined) throw wrong(`it has no column "${missing}"`);
  const known: readonly string[] = [...required, ...counts, "measures"];
  const strange = columns.find((name) => !known.includes(name));
  if (strange !== undefined) throw wrong(`the column "${strange}" is not known`);
  const [torn] = errors.filter(({ type }) => type === "FieldMismatch" || type === "Quotes");
  if (torn !== undefined) throw wrong(torn.message.toLowerCase(), (torn.row ?? 0) + 2);
  if (data.length === 0) throw wrong("it has no row");
  return data.map((row, index): Observation => {
    const line = index + 2;
    const number = (column: string): number => {
      const value = row[column]?.trim();
      if (value === undefined) return 0;
      const parsed = Number(value);
      if (value === "" || !Number.isFinite(parsed)) throw wrong(`${column} is "${value}", which is no number`, line);
      if (parsed < 0) throw wrong(`${column} is ${value}: below 0`, line);
      return parsed;
    };
    const kind = row.measures?.trim() || "total";
    const covers = measured.find((name) => name === kind);
    if (covers === undefined) throw wrong(`measures is "${kind}"; it may be ${measured.join(", ")}`, line);
    const [clockMHz, milliwatts] = [number("clock_mhz"), number("milliwatts")];
    if (!(clockMHz > 0) || clockMHz > MOST_MEGAHERTZ)
      throw wrong(`clock_mhz is ${clockMHz}: not above 0 and at most 1,000`, line);
    if (milliwatts > MOST_MILLIWATTS) throw wrong(`milliwatts is ${milliwatts}: more than 10 W; is it in uW?`, line);
    if (milliwatts === 0) throw wrong("milliwatts is 0: no device takes nothing", line);
    const design = row.design?.trim() ?? "";
    if (design === "") throw wrong("the design has no name", line);
    return {
      name: `${design}, line ${line}`,
      design,
      clockHz: clockMHz * 1e6,
      covers:
        covers === "static" ? ["static"] : covers === "dynamic" ? scaleGroupNames : [...scaleGroupNames, "static"],
      milliwatts,
      perCycle: {
        ...unitsFrom(() => 0),
        clock: 1,
        clockedFf: number("ff"),
        blockClock: number("block_ram"),
        dspClock: number("dsp"),
        register: number("register"),
        logic: number("logic"),
        memory: number("memory"),
        block: number("block"),
        dsp: number("dsp_bits"),
      },
    };
  });
}
