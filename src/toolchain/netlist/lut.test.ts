import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lutCode } from "./lut.js";

/** Evaluates the code of a table for operand values of 32 lanes. */
function evaluate(table: string, values: readonly number[], constants: readonly (string | undefined)[] = []): number {
  const { statements, result } = lutCode(
    table,
    values.map((_, index) => constants[index] ?? `v[${index}]`),
  );
  const run = new Function("v", `${statements.join("")}return ${result};`) as (v: readonly number[]) => number;
  return run(values);
}

function expected(table: string, values: readonly number[]): number {
  let result = 0;
  for (let lane = 0; lane < 32; lane++) {
    let row = 0;
    for (const [index, value] of values.entries()) row |= ((value >>> lane) & 1) << index;
    if (table[row] === "1") result |= 1 << lane;
  }
  return result;
}

describe("lutCode", () => {
  it("computes every table of two and of three inputs", () => {
    const values = [0b1010_1010, 0b1100_1100, 0b1111_0000];
    for (const size of [2, 3]) {
      for (let number = 0; number < 1 << (1 << size); number++) {
        const table = number.toString(2).padStart(1 << size, "0");
        expect(evaluate(table, values.slice(0, size))).toBe(expected(table, values.slice(0, size)));
      }
    }
  });

  it("computes random tables of up to six inputs, some of them constant", () => {
    const input = fc.record({
      value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      constant: fc.constantFrom("no", "no", "0", "-1"),
    });
    fc.assert(
      fc.property(
        fc.array(input, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.constantFrom("0", "1")),
        (inputs, stream) => {
          const table = [...stream.take(1 << inputs.length)].join("");
          const values = inputs.map(({ value, constant }) => (constant === "no" ? value : Number(constant)));
          const constants = inputs.map(({ constant }) => (constant === "no" ? undefined : constant));
          expect(evaluate(table, values, constants)).toBe(expected(table, values));
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it("needs one operator for what is one gate", () => {
    expect(lutCode("0001", ["a", "b"]).statements).toEqual(["const t0=a&b;"]);
    expect(lutCode("01101001", ["a", "b", "c"]).statements.length).toBe(2);
    expect(lutCode("1111", ["a", "b"])).toEqual({ statements: [], result: "-1" });
  });
});
