// mac_lane
//
// One multiply-accumulate lane: the sum restarts on `first`, holds when not enabled.
//
// Ports
//   clock   in   1 bit                               rising edge
//   reset   in   1 bit                               synchronous, active high
//   enable  in   1 bit
//   first   in   1 bit                               restart the sum
//   x       in   signed, 8 bits, -128 .. 127
//   w       in   signed, 8 bits, -128 .. 127
//   sum     out  signed, 20 bits, -524288 .. 524287

module mac_lane (
  input  wire               clock,
  input  wire               reset,
  input  wire               enable,
  input  wire               first,
  input  wire signed [7:0]  x,
  input  wire signed [7:0]  w,
  output wire signed [19:0] sum
);
  // A product as one addition for each bit of `b`: look-up tables, never a DSP slice.
  function signed [15:0] multiply_s8_s8(input signed [7:0] a, input signed [7:0] b);
    integer i;
    reg signed [15:0] row;
    begin
      row = a;
      multiply_s8_s8 = 16'sd0;
      for (i = 0; i < 7; i = i + 1) begin
        multiply_s8_s8 = multiply_s8_s8 + $signed(row & {16{b[i]}});
        row = row <<< 1;
      end
      multiply_s8_s8 = multiply_s8_s8 - $signed(row & {16{b[7]}});
    end
  endfunction

  reg signed [19:0] total = 20'sd0;

  wire signed [19:0] base = first ? 20'sd0 : total;
  wire signed [15:0] product = multiply_s8_s8(x, w);
  assign sum = total;

  always @(posedge clock) begin
    if (reset) begin
      total <= 20'sd0;
    end else if (enable) begin
      total <= base + product;
    end
  end
endmodule
