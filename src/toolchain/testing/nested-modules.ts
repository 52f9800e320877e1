/** A top with a module in a module, and one of the inner modules beside it. */
export const nestedModules = `
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
