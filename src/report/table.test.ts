import { expect, test } from "vitest";
import { renderTable } from "./table.js";

test("columns are aligned: words left, numbers right, units in brackets, null as a dash", () => {
  const text = renderTable(
    ["Forecaster", { title: "RMSE", unit: "vehicles" }, { title: "ratio" }],
    [
      ["Integer-only", "9.61", 0.927],
      ["Linear", "10.37", 1],
      ["Seasonal naive", "116.5", null],
    ],
  );
  expect(text.split("\n")).toEqual([
    "Forecaster      RMSE [vehicles]  ratio",
    "--------------  ---------------  -----",
    "Integer-only               9.61  0.927",
    "Linear                    10.37      1",
    "Seasonal naive            116.5      -",
  ]);
});

test("letters beyond ASCII count once", () => {
  const lines = renderTable(
    ["a", "b"],
    [
      ["Grüße", "x"],
      ["e\u0301", "y"],
    ],
  ).split("\n");
  expect(lines[2]).toBe("Grüße  x");
  expect(lines[3]).toBe("e\u0301      y");
});

test("an alignment that is given holds", () => {
  expect(
    renderTable(
      [{ title: "code", align: "left" }, "n"],
      [
        ["7", 1],
        ["12345", 2],
      ],
    ).split("\n")[2],
  ).toBe("7      1");
});

test("a row of another length is refused", () => {
  expect(() => renderTable(["a", "b"], [["x"]])).toThrow(RangeError);
});
