import { describe, expect, it } from "vitest";
import { readCsv } from "./csv.js";
import { makeTable } from "./table.js";
import { userError } from "./testing/messages.js";
import { parseTimestamp } from "./timestamp-format.js";
import { timestampsOf } from "./timestamps.js";

const JANUARY_4 = Date.UTC(2016, 0, 4);
const MINUTE = 60_000;

describe("parseTimestamp", () => {
  it.each([
    ["2016-01-04", 0],
    ["2016-01-04 00:05", 5],
    ["2016-01-04T00:05:00Z", 5],
    ["2016-01-04T01:05:00+01:00", 5],
    ["2016-01-03T20:05-0400", 5],
    ["2016/1/4 0:05:00", 5],
    ["2016.01.04 00:05:30.5", 5.5 + 0.5 / 60],
    ["20160104T000500", 5],
    ["04.01.2016 00:05", 5],
    ["4/1/2016 12:05 AM", 5],
    ["04-01-2016 12:05 pm", 725],
    ["4/1/2016 1 PM", 780],
    ["2016-01-03 24:00", 0],
  ])("reads %s", (text, minutes) => {
    expect(parseTimestamp(text, "dmy")).toBe(JANUARY_4 + minutes * MINUTE);
  });

  it("reads month first only where the form allows it", () => {
    expect(parseTimestamp("1/4/2016", "mdy")).toBe(JANUARY_4);
    expect(parseTimestamp("4.1.2016", "mdy")).toBe(JANUARY_4);
  });

  it.each([
    "",
    "12",
    "2016",
    "2016-13-01",
    "2016-02-30",
    "2015-02-29",
    "2016-01-04 25:00",
    "2016-01-04 10:61",
    "2016-01/04",
    "13:30 PM",
  ])("refuses %j", (text) => {
    expect(parseTimestamp(text, "dmy")).toBeUndefined();
  });
});

describe("timestampsOf", () => {
  const instants = (text: string, named?: string[] | null): number[] | undefined => {
    const found = timestampsOf(readCsv(text), named);
    return found && [...found.milliseconds].map((value) => (value - JANUARY_4) / MINUTE);
  };

  it("recognises a column by its values, and prefers one with a telling name", () => {
    expect(instants("v,when it was\n1,2016-01-04 00:00\n2,2016-01-04 00:05\n")).toEqual([0, 5]);
    expect(instants("made,timestamp,v\n2020-01-01,2016-01-04 00:00,1\n2020-01-01,2016-01-04 00:05,2\n")).toEqual([
      0, 5,
    ]);
  });

  it("recognises date and time in two columns, and a calendar in several", () => {
    expect(instants("Date,Time,v\n04.01.2016,00:00:00,1\n04.01.2016,00:05:00,2\n")).toEqual([0, 5]);
    expect(instants("No,year,month,day,hour,v\n1,2016,1,4,0,7\n2,2016,1,4,1,8\n")).toEqual([0, 60]);
    expect(instants("j,m,t,v\n2016,1,4,1\n2016,1,5,1\n", ["j", "m", "t"])).toEqual([0, 1440]);
  });

  it("recognises seconds and milliseconds since 1970 by name and size", () => {
    const seconds = JANUARY_4 / 1000;
    expect(instants(`timestamp,v\n${seconds},1\n${seconds + 300},2\n`)).toEqual([0, 5]);
    expect(instants(`v,time\n1,${JANUARY_4}\n2,${JANUARY_4 + 1000}\n`)).toEqual([0, 1 / 60]);
    expect(instants("time,v\n0.1,1\n0.2,2\n")).toBeUndefined();
  });

  it("takes columns of instants", () => {
    const values = Float64Array.of(JANUARY_4, JANUARY_4 + MINUTE);
    const table = makeTable("x", [{ kind: "time", name: "t", values }], Int32Array.of(1, 2));
    expect([...(timestampsOf(table, undefined)?.milliseconds ?? [])]).toEqual([...values]);
  });

  it("finds none where there is none, or where it is told so", () => {
    expect(instants("a,b\n1,2\n3,4\n")).toBeUndefined();
    expect(instants("timestamp,b\n2016-01-04,2\n2016-01-05,4\n", null)).toBeUndefined();
  });

  it("decides day or month first by what the dates prove, and refuses where nothing does", () => {
    expect(instants("date,v\n04/01/2016,1\n13/01/2016,2\n")).toEqual([0, 9 * 1440]);
    expect(instants("date,v\n01/04/2016,1\n01/13/2016,2\n")).toEqual([0, 9 * 1440]);
    expect(userError(() => instants("date,v\n01/04/2016,1\n01/05/2016,2\n")).remedy).toContain("dateOrder");
  });

  it("names the line of a value that is no timestamp", () => {
    const rows = Array.from({ length: 20 }, (_, index) => `2016-01-04 00:${10 + index},${index}`);
    const error = userError(() => instants(`timestamp,v\n${rows.join("\n")}\nyesterday,3\n`));
    expect(error.where).toMatchObject({ line: 22, column: "timestamp" });
    expect(userError(() => instants("v\n1\n2\n", ["v"])).message).toContain("no timestamps");
    expect(userError(() => instants("v\n1\n2\n", ["time"])).message).toContain('no column "time"');
  });
});
