import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { readParquet } from "./parquet.js";
import { columnOf, numericValues } from "./table.js";

// Written with the npm package hyparquet-writer (Snappy): when TIMESTAMP every 5 minutes from 2016-01-04 00:00,
// flow INT32, speed DOUBLE with a null, big INT64 up to 2^53, open BOOLEAN, split STRING.
const FILE = Buffer.from(
  [
    "UEFSMRUGFUQVSFwVCBUAFQgVABUEFQAAAAMPIHwA8O4JUgEAAOCD8wlSAQAAwBf4CVIBAACgq/wJUgEAABUGFSQVKFwVCBUAFQgV",
    "ABUEFQAAAAMPEDwMAAAADQAAAAsAAAAKAAAAFQYVNBU0XBUIFQIVCBUAFQQVAAAAAw0YAAABAQjATkABBywAIE5AAAAAAACATUAV",
    "BhVEFTRcFQgVABUIFQAVBBUAAAADDyAEAQAJAQACCQcEAAMNCBwAAAAAAAAgABUGFQYVClwVCBUAFQgVABUEFQAAAAMPAQANFQYV",
    "SBU+XBUIFQAVCBUAFQQVAAAAAw8iIAUAAAB0cmFpbhUJAAQBEihlc3QEAAAAdGVzdBUEGXxIBHJvb3QVDAAVBCUCGAR3aGVuJRIA",
    "FQIlAhgEZmxvdwAVCiUCGAVzcGVlZAAVBCUCGANiaWcAFQAlAhgEb3BlbgAVDCUCGAVzcGxpdCUAABYIGRwZbCYIHBUEGRUAGRgE",
    "d2hlbhUCFggWbhZyJggAACZ6HBUCGRUAGRgEZmxvdxUCFggWThZSJnoAACbMARwVChkVABkYBXNwZWVkFQIWCBZeFl4mzAEAACaq",
    "AhwVBBkVABkYA2JpZxUCFggWbhZeJqoCAAAmiAMcFQAZFQAZGARvcGVuFQIWCBYwFjQmiAMAACa8AxwVDBkVABkYBXNwbGl0FQIW",
    "CBZyFmgmvAMAABaqBBYINpwEACgJaHlwYXJxdWV0GWwcAAAcAAAcAAAcAAAcAAAcAAAALgEAAFBBUjE=",
  ].join(""),
  "base64",
);

// One column big INT64 with 2^53 + 1.
const TOO_BIG = Buffer.from(
  [
    "UEFSMRUGFSQVKFwVBBUAFQQVABUEFQAAAAMDEDwBAAAAAAAAAAEAAAAAACAAFQQZLEgEcm9vdBUCABUEJQIYA2JpZwAWBBkcGRwm",
    "CBwVBBkVABkYA2JpZxUCFgQWThZSJggAABZOFgQ2UgAoCWh5cGFycXVldBkcHAAAAE8AAABQQVIx",
  ].join(""),
  "base64",
);

const failure = async (data: Uint8Array): Promise<GatecastError> => {
  const error = await readParquet(data, { source: "x.parquet" }).catch((cause: unknown) => cause);
  if (error instanceof GatecastError) return error;
  throw new Error("expected a GatecastError");
};

describe("readParquet", () => {
  it("refuses an integer that no double holds, by name", async () => {
    const error = await failure(TOO_BIG);
    expect(error.message).toContain('"big"');
    expect(error.message).toContain("9007199254740993");
  });

  it("reads instants, numbers with nulls, booleans and text", async () => {
    const table = await readParquet(FILE);
    expect(table.rows).toBe(4);
    expect(columnOf(table, "when")).toMatchObject({ kind: "time" });
    expect([...columnOf(table, "when").values]).toEqual([0, 1, 2, 3].map((k) => Date.UTC(2016, 0, 4, 0, 5 * k)));
    expect([...numericValues(table, "flow")]).toEqual([12, 13, 11, 10]);
    expect([...numericValues(table, "speed")]).toEqual([61.5, Number.NaN, 60.25, 59]);
    expect([...numericValues(table, "big")]).toEqual([1, 2, 3, 2 ** 53]);
    expect([...numericValues(table, "open")]).toEqual([1, 0, 1, 1]);
    expect(columnOf(table, "split")).toMatchObject({ kind: "text", values: ["train", "train", "test", "test"] });
  });

  it("refuses an empty, a foreign and a cut-off file", async () => {
    expect((await failure(new Uint8Array(0))).message).toContain("empty");
    expect((await failure(new TextEncoder().encode("a,b\n1,2\n3,4\n"))).message).toContain("cannot be read as Parquet");
    expect((await failure(FILE.subarray(0, 400))).message).toContain("cannot be read as Parquet");
  });
});
