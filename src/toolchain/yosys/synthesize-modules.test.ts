import { expect, it } from "vitest";
import { synthesizeModules } from "./synthesize-modules.js";
import { wasmYosys } from "./wasm.js";

const text = `
module leaf(input clock, input [3:0] a, output reg [3:0] q);
  always @(posedge clock) q <= a + 4'd3;
endmodule
module part(input clock, input [3:0] a, output [3:0] q);
  leaf first(.clock(clock), .a(a), .q(q));
endmodule
module top(input clock, input [3:0] a, output [3:0] q);
  wire [3:0] between;
  part first(.clock(clock), .a(a), .q(between));
  leaf second(.clock(clock), .a(between), .q(q));
endmodule
`;
const design = { sources: [{ name: "top.v", text }], top: "top", engine: wasmYosys(), timeLimitSeconds: 120 };

it("counts the modules that are kept apart, and makes all others one with those that they are in", async () => {
  const modules = await synthesizeModules({ ...design, keep: ["part"] });
  expect(modules.map(({ module, own, total }) => [module, own.ff, total.ff])).toEqual([
    ["top", 4, 8],
    ["part", 4, 4],
  ]);
});

it("takes no name for a module that could be a command", async () => {
  await expect(synthesizeModules({ ...design, keep: ["part; shell ls"] })).rejects.toThrow(
    '"part; shell ls" cannot be the name of a kept module.',
  );
});
