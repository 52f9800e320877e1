import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { GatecastError } from "../errors.js";
import { type Column, makeTable, type Table } from "./table.js";

/** How to read a Parquet file. */
export interface ParquetOptions {
  /** Name of the file, for messages. Default "the data". */
  readonly source?: string;
}

/**
 * Reads a Parquet file (flat columns; uncompressed or Snappy) into a table. Numbers and booleans become numeric columns
 * (null = missing), dates and timestamps columns of instants, everything else text.
 *
 * @throws GatecastError (data) for bytes that are no Parquet, an unsupported compression, nested columns, no rows
 */
export async function readParquet(data: ArrayBuffer | Uint8Array, options: ParquetOptions = {}): Promise<Table> {
  const source = options.source ?? "the data";
  // A copy with a buffer of its own: a view (such as a Node Buffer) may cover only a part of its buffer.
  const file = data instanceof Uint8Array ? new Uint8Array(data).buffer : data;
  if (file.byteLength === 0) {
    throw new GatecastError("data", `${source} is empty.`, {
      remedy: "Check that the recording was written completely.",
      where: { file: source },
    });
  }
  const { names, rows } = await decode(file, source);
  const lines = Int32Array.from({ length: rows.length }, (_, row) => row + 1);
  const columns = names.map((name) =>
    readColumn(
      source,
      name,
      rows.map((row) => row[name]),
    ),
  );
  return makeTable(source, columns, lines, ["read as Parquet; lines are row numbers"]);
}

async function decode(
  file: ArrayBuffer,
  source: string,
): Promise<{ names: string[]; rows: Record<string, unknown>[] }> {
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    return { names, rows: await parquetReadObjects({ file, metadata }) };
  } catch (cause) {
    // The library names most faults of a file in a plain Error; where it stumbles instead, the file is damaged.
    const named = cause instanceof Error && !(cause instanceof TypeError) && !(cause instanceof RangeError);
    const detail = named ? cause.message : "its contents are damaged";
    throw new GatecastError("data", `${source} cannot be read as Parquet: ${detail}.`, {
      remedy: "Write it again with Snappy or without compression, or export it as CSV.",
      where: { file: source },
      cause,
    });
  }
}

function readColumn(source: string, name: string, cells: readonly unknown[]): Column {
  const known = cells.filter((cell) => cell !== null && cell !== undefined);
  const isNumber = (cell: unknown): boolean => ["number", "bigint", "boolean"].includes(typeof cell);
  if (known.every(isNumber)) {
    return { kind: "numeric", name, values: Float64Array.from(cells, (cell) => toNumber(source, name, cell)) };
  }
  if (known.every((cell) => cell instanceof Date)) {
    const values = Float64Array.from(cells, (cell) => (cell instanceof Date ? cell.getTime() : Number.NaN));
    return { kind: "time", name, values };
  }
  const nested = known.find((cell) => typeof cell === "object" && !(cell instanceof Date));
  if (nested !== undefined) {
    throw new GatecastError("data", `Column "${name}" of ${source} is nested; only flat columns can be read.`, {
      remedy: "Write the recording with one plain value per cell.",
      where: { file: source, column: name },
    });
  }
  const values = cells.map((cell) => (cell instanceof Date ? cell.toISOString() : String(cell ?? "").trim()));
  const row = cells.findIndex((cell) => cell !== null && cell !== undefined && !isNumber(cell));
  return { kind: "text", name, values, firstText: { row, value: values[row] ?? "" } };
}

/** Throws where a 64-bit integer has no exact double. */
function toNumber(source: string, name: string, cell: unknown): number {
  if (cell === null || cell === undefined) return Number.NaN;
  const number = Number(cell);
  if (typeof cell !== "bigint" || BigInt(number) === cell) return number;
  throw new GatecastError("data", `Column "${name}" of ${source} holds ${cell}, which no double represents exactly.`, {
    remedy: "Store the column as double, or leave it out.",
    where: { file: source, column: name },
  });
}
