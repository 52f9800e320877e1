import { describe, expect, it } from "vitest";
import { countResources, readStatistics } from "./statistics.js";

describe("countResources", () => {
  it("counts LUT sites: logic, memories and shift registers, and the rest by kind", () => {
    const cells = { LUT1: 1, LUT6: 2, INV: 1, RAM64M: 3, RAM32X1D: 1, SRL16E: 5, FDRE: 7, FDSE: 1, CARRY4: 2 };
    expect(
      countResources({ ...cells, MUXF7: 4, MUXF8: 1, DSP48E1: 2, RAMB18E1: 3, RAMB36E1: 1, $scopeinfo: 9 }),
    ).toEqual({
      lut: 4 + 12 + 2 + 5,
      lutram: 12 + 2 + 5,
      ff: 8,
      carry4: 2,
      muxf: 5,
      dsp: 2,
      ramb18: 3,
      ramb36: 1,
      cells: expect.objectContaining(cells),
    });
  });

  it.each(["LDCE", "$mul", "RAM64X8SW", "constructor"])("refuses a cell of unknown size: %s", (type) => {
    expect(() => countResources({ LUT2: 1, [type]: 1 })).toThrow(type);
  });
});

describe("readStatistics", () => {
  const module = (cells: Record<string, number>, total: number) => ({ num_cells: total, num_cells_by_type: cells });

  it("reads the cells of each module", () => {
    const json = JSON.stringify({ modules: { "\\top": module({ LUT2: 3, FDRE: 1 }, 4), "\\sub": module({}, 0) } });
    expect([...readStatistics(json)]).toEqual([
      ["top", { LUT2: 3, FDRE: 1 }],
      ["sub", {}],
    ]);
  });

  it.each([
    ["no JSON", "Number of cells: 4", /not valid JSON/],
    ["no modules", "{}", /no "modules"/],
    ["no counts", '{"modules": {"\\\\top": {"num_cells": 4}}}', /lacks "num_cells_by_type" of \\top/],
    ["a count that is no number", '{"modules": {"t": {"num_cells": 4, "num_cells_by_type": {"LUT2": "4"}}}}', /LUT2/],
    ["a sum that differs", JSON.stringify({ modules: { t: module({ LUT2: 3 }, 4) } }), /4 cells for t, but 3 by type/],
  ])("refuses %s", (_, json, message) => {
    expect(() => readStatistics(json)).toThrow(message);
  });
});
