// dot_product
//
// Dot product of 16 packed words with weights from a table: four lanes, then their sum. The last
// results are kept.
//
// Ports
//   clock     in   1 bit                                 rising edge
//   reset     in   1 bit                                 synchronous, active high
//   x_valid   in   1 bit
//   x_word    in   unsigned, 32 bits, 0 .. 4294967295    four samples of 8 bits, the first one lowest
//   x_ready   out  1 bit
//   recall    in   unsigned, 3 bits, 0 .. 7
//   y_valid   out  1 bit
//   y_sum     out  signed, 22 bits, -2097152 .. 2097151
//   y_ready   in   1 bit
//   recalled  out  signed, 22 bits, -2097152 .. 2097151
//
// Streams: x, y. A transfer happens in each cycle with valid and ready high; once valid is high, valid
// and data hold until then.

module dot_product (
  input  wire               clock,
  input  wire               reset,
  input  wire               x_valid,
  input  wire [31:0]        x_word,
  output wire               x_ready,
  input  wire [2:0]         recall,
  output wire               y_valid,
  output wire signed [21:0] y_sum,
  input  wire               y_ready,
  output wire signed [21:0] recalled
);
  // Weights, four of 8 bits in a word, lane 0 lowest.
  function [31:0] weights__word(input [3:0] address);
    (* rom_style = "logic" *) case (address)
      4'd0: weights__word = 32'h0;
      4'd1: weights__word = 32'h1030507;
      4'd2: weights__word = 32'h2060A0E;
      4'd3: weights__word = 32'h3090F15;
      4'd4: weights__word = 32'h40C141C;
      4'd5: weights__word = 32'h50F1923;
      4'd6: weights__word = 32'h6121E2A;
      4'd7: weights__word = 32'h7152331;
      4'd8: weights__word = 32'h8182838;
      4'd9: weights__word = 32'h91B2D3F;
      4'd10: weights__word = 32'hA1E3246;
      4'd11: weights__word = 32'hB21374D;
      4'd12: weights__word = 32'hC243C54;
      4'd13: weights__word = 32'hD27415B;
      4'd14: weights__word = 32'hE2A4662;
      default: weights__word = 32'hF2D4B69;
    endcase
  endfunction

  (* ram_style = "block" *) reg signed [21:0] past [0:7];
  integer past_index;
  initial
    for (past_index = 0; past_index < 8; past_index = past_index + 1)
      past[past_index] = 22'sd0;

  reg full = 1'b0;
  reg [3:0] count = 4'd0;
  reg [2:0] slot = 3'd0;
  reg signed [21:0] past_word = 22'sd0;
  wire [79:0] lanes_sum;
  wire signed [19:0] lanes_sum_0 = lanes_sum[19:0];
  wire signed [19:0] lanes_sum_1 = lanes_sum[39:20];
  wire signed [19:0] lanes_sum_2 = lanes_sum[59:40];
  wire signed [19:0] lanes_sum_3 = lanes_sum[79:60];

  wire take = x_valid & ~full;
  wire last = count == 4'd15;
  wire signed [20:0] total_term = lanes_sum_0 + lanes_sum_1;
  wire signed [20:0] total_term_2 = lanes_sum_2 + lanes_sum_3;
  wire signed [21:0] total = total_term + total_term_2;
  wire lanes_first = count == 1'd0;
  wire [31:0] word = weights__word(count);
  assign x_ready = ~full;
  assign y_valid = full;
  assign y_sum = total;
  assign recalled = past_word;

  genvar lanes_i;
  generate
    for (lanes_i = 0; lanes_i < 4; lanes_i = lanes_i + 1) begin : lanes
      mac_lane lane (
        .clock(clock),
        .reset(reset),
        .enable(take),
        .first(lanes_first),
        .x(x_word[lanes_i * 8 +: 8]),
        .w(word[lanes_i * 8 +: 8]),
        .sum(lanes_sum[lanes_i * 20 +: 20])
      );
    end
  endgenerate

  always @(posedge clock) begin
    if (full & y_ready) past[slot] <= total;
    past_word <= past[recall];
  end

  always @(posedge clock) begin
    if (reset) begin
      full <= 1'b0;
    end else begin
      full <= full ? ~y_ready : take & last;
    end
  end

  always @(posedge clock) begin
    if (reset) begin
      count <= 4'd0;
    end else if (take) begin
      count <= count + 4'd1;
    end
  end

  always @(posedge clock) begin
    if (reset) begin
      slot <= 3'd0;
    end else if (full & y_ready) begin
      slot <= slot + 3'd1;
    end
  end
endmodule
