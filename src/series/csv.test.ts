import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvOptions, readCsv } from "./csv.js";
import { columnOf, makeTable, numericValues, type Table } from "./table.js";
import { userError } from "./testing/messages.js";
import { writeCsv } from "./write-csv.js";

const names = (table: Table): string[] => table.columns.map((column) => column.name);
const numbers = (table: Table, name: string): number[] => [...numericValues(table, name)];

describe("readCsv", () => {
  it("reads numbers, missing tokens and text, with the line of each row", () => {
    const table = readCsv("time,a,b\n2016-01-04,1,x\n2016-01-05,NA,y\n2016-01-06, -2.5e1 ,\n");
    expect(names(table)).toEqual(["time", "a", "b"]);
    expect(numbers(table, "a")).toEqual([1, Number.NaN, -25]);
    expect(columnOf(table, "b")).toMatchObject({ kind: "text", values: ["x", "y", ""] });
    expect([...table.lines]).toEqual([2, 3, 4]);
  });

  it.each([
    ["semicolon and decimal comma", "a;b\n1,5;2\n-0,25;3\n", [1.5, -0.25]],
    ["tab", "a\tb\n1.5\t2\n-0.25\t3\n", [1.5, -0.25]],
    ["bar", "a|b\n1.5|2\n-0.25|3\n", [1.5, -0.25]],
    ["blank", "a b\n1.5 2\n-0.25 3\n", [1.5, -0.25]],
    ["comma", "a,b\n1.5,2\n-0.25,3\n", [1.5, -0.25]],
    ["a single column with decimal comma", "a\n1,5\n-0,25\n", [1.5, -0.25]],
    ["CRLF", "a,b\r\n1.5,2\r\n-0.25,3\r\n", [1.5, -0.25]],
    ["CR alone, no end of line at the end", "a,b\r1.5,2\r-0.25,3", [1.5, -0.25]],
    ["byte order mark", "\uFEFFa,b\n1.5,2\n-0.25,3\n", [1.5, -0.25]],
    ["blank lines before, between and behind", "\n\na,b\n1.5,2\n\n-0.25,3\n\n\n", [1.5, -0.25]],
    ["leading blanks", "  a, b\n  1.5, 2\n  -0.25, 3\n", [1.5, -0.25]],
    ["quotes", '"a","b"\n"1.5","2"\n"-0.25",3\n', [1.5, -0.25]],
    ["quotes behind blanks", '"a", "b"\n 1.5, "2"\n "-0.25","3"\n', [1.5, -0.25]],
    ["a delimiter at the end of each line", "a,b,\n1.5,2,\n-0.25,3,\n", [1.5, -0.25]],
    ["rows of empty fields at the end", "a,b\n1.5,2\n-0.25,3\n,\n,\n", [1.5, -0.25]],
  ])("recognises %s", (_, text, expected) => {
    const table = readCsv(text);
    expect(numbers(table, "a")).toEqual(expected);
    expect(names(table)[0]).toBe("a");
    expect(names(table).length).toBeLessThanOrEqual(2);
  });

  it("takes the form that is given instead of recognising it", () => {
    expect(numbers(readCsv("a,b\n1;5,2\n", { delimiter: ",", missingTokens: ["1;5"] }), "a")).toEqual([Number.NaN]);
    expect(numbers(readCsv('a,b\n"1,5",2\n', { decimal: "," }), "a")).toEqual([1.5]);
    expect(numbers(readCsv("a,b\n-999,2\n1,2\n", { missingTokens: ["-999"] }), "a")).toEqual([Number.NaN, 1]);
  });

  it("knows a thousands separator from a decimal comma: quoted 1,234 in a comma file is text, not 1.234", () => {
    const error = userError(() => numericValues(readCsv('a,b\n"1,234",2\n'), "a"));
    expect(error.where).toMatchObject({ line: 2, value: "1,234" });
  });

  it("keeps line numbers right behind quoted fields that span lines and CRLF", () => {
    const table = readCsv('a,note\r\n1,"two\r\nlines"\r\n2,x\r\n\r\n3,y\r\n');
    expect([...table.lines]).toEqual([2, 4, 6]);
    expect(columnOf(table, "note")).toMatchObject({ values: ["two\nlines", "x", "y"] });
  });

  it("names columns of a file without header", () => {
    expect(names(readCsv("2016-01-04 00:00,12\n2016-01-04 00:05,13\n"))).toEqual(["column1", "column2"]);
    expect(numbers(readCsv("x,y\n1,2\n", { header: false, missingTokens: ["x", "y"] }), "column1")).toEqual([
      Number.NaN,
      1,
    ]);
    expect(numbers(readCsv("7,8\n1,2\n", { header: true }), "7")).toEqual([1]);
  });

  it.each<[string, Uint8Array, CsvOptions]>([
    ["Latin-1 where it is no UTF-8", Uint8Array.from(Buffer.from("zeit,t\u00fcr\n1,2\n", "latin1")), {}],
    ["Latin-1 when named", Uint8Array.from(Buffer.from("zeit,t\u00fcr\n1,2\n", "latin1")), { encoding: "latin1" }],
    ["UTF-8", new TextEncoder().encode("zeit,t\u00fcr\n1,2\n"), {}],
    ["UTF-8 with byte order mark", new TextEncoder().encode("\uFEFFzeit,t\u00fcr\n1,2\n"), {}],
    ["UTF-16 with byte order mark", Uint8Array.from(Buffer.from("\uFEFFzeit,t\u00fcr\n1,2\n", "utf16le")), {}],
  ])("decodes %s", (_, bytes, options) => {
    expect(names(readCsv(bytes, options))).toEqual(["zeit", "t\u00fcr"]);
    expect(names(readCsv(Uint8Array.from(bytes).buffer, options))).toEqual(["zeit", "t\u00fcr"]);
  });

  it("reads back what writeCsv wrote", () => {
    const text = 'time,a,note\n2016-01-04 00:00,0.1,"x, ""y"""\n2016-01-04 00:05,,z\n';
    expect(writeCsv(readCsv(text))).toBe(text);
  });

  it("reads back any numbers and texts that writeCsv wrote", () => {
    const number = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.constant(Number.NaN));
    const text = fc.string({ unit: "grapheme" }).map((raw) => `x${raw.replace(/\r\n?/g, "\n")}x`);
    fc.assert(
      fc.property(fc.array(fc.tuple(number, text), { minLength: 1, maxLength: 8 }), (rows) => {
        const lines = Int32Array.from(rows, (_, row) => row);
        const texts = rows.map(([, word]) => word);
        const table = makeTable(
          "any",
          [
            { kind: "numeric", name: "v", values: Float64Array.from(rows, ([value]) => value) },
            { kind: "text", name: "w", values: texts, firstText: { row: 0, value: texts[0] ?? "" } },
          ],
          lines,
        );
        const again = readCsv(writeCsv(table), { delimiter: ",", header: true });
        expect(numbers(again, "v").map((value) => value + 0)).toEqual(rows.map(([value]) => value + 0));
        expect(columnOf(again, "w").values).toEqual(texts);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it.each([
    ["an empty file", "", "is empty"],
    ["a file of blanks", " \n \n", "is empty"],
    ["a header without rows", "a,b\n", "no rows"],
    ["duplicate columns", "a,b,a\n1,2,3\n", 'two columns named "a"'],
    ["a short line", "a,b\n1,2\n3\n", "Line 3"],
    ["a long line", "a,b\n1,2\n3,4,5\n", "3 fields where the first line has 2"],
    ["an unclosed quote", 'a,b\n1,"2\n3,4\n', "Line 2"],
    ["both decimal signs", "a;b\n1,5;2.5\n", "decimal comma"],
    ["a first line that may be header or data", "time,5\n1,2\n", "header or data"],
  ])("refuses %s", (_, text, message) => {
    const error = userError(() => readCsv(text, { source: "file.csv" }));
    expect(error.message).toContain(message);
    expect(error.message).toContain("file.csv");
  });

  it("refuses bytes that are no text, and a Parquet file", () => {
    expect(userError(() => readCsv(Uint8Array.of(1, 0, 2))).message).toContain("zero bytes");
    expect(userError(() => readCsv(new TextEncoder().encode("PAR1xxxx"))).remedy).toContain("Parquet");
    expect(userError(() => readCsv(Uint8Array.of(0x61, 0xff), { encoding: "utf-8" })).message).toContain("utf-8");
  });
});

describe("columns of a table", () => {
  const table = readCsv("time,flow,note\n2016-01-04,1,x\n2016-01-05,two,y\n", { source: "file.csv" });

  it("suggests the nearest name for an unknown one", () => {
    expect(userError(() => columnOf(table, "Flow")).remedy).toContain('"flow"');
    expect(userError(() => columnOf(table, "flwo")).remedy).toContain('"flow"');
    expect(userError(() => columnOf(table, "temperature")).message).toContain("time, flow, note");
    expect(userError(() => columnOf(table, "temperature")).remedy).not.toContain("mean");
  });

  it("names file, line, column and value of text where numbers are needed", () => {
    const error = userError(() => numericValues(table, "flow"));
    expect(error.where).toEqual({ file: "file.csv", line: 3, column: "flow", value: "two" });
  });
});
