// Designs that together make Yosys use every kind of cell, each with outputs of its own.

// Logic, carry chains, wide multiplexers, a state machine.
module logic_zoo(input clk, input rst, input go, input [15:0] a, b, input [5:0] pick,
                 output reg [16:0] sum, output [15:0] shifted, output reg less, output reg [1:0] state,
                 output chosen, output reg [7:0] saturated);
  wire [63:0] many = {a ^ b, a & b, a | b, a + b};
  wire signed [15:0] sa = a;
  initial begin sum = 5; less = 1; state = 0; saturated = 8'h80; end
  assign chosen = many[pick];
  assign shifted = sa >>> pick[3:0];
  always @(posedge clk) begin
    if (go) sum <= {1'b0, a} - {1'b0, b};
    less <= $signed(a) < $signed(b);
    if (sa > 127) saturated <= 127; else if (sa < -128) saturated <= -128; else saturated <= sa[7:0];
    case (state)
      0: if (go) state <= 1;
      1: if (a[0]) state <= 2; else if (b[0]) state <= 3;
      2: state <= go ? 3 : 0;
      default: if (!go) state <= 0;
    endcase
    if (rst) begin sum <= 17'h1abcd; less <= 1; state <= 0; saturated <= 3; end
  end
endmodule

// Multipliers: plain, pipelined, accumulating, two products packed in one, a chain of two, a pre-adder.
module product_zoo(input clk, input rst, input enable, input clear, input signed [17:0] x, input signed [24:0] y,
                   input signed [3:0] p, q, c, output signed [42:0] product, output reg signed [20:0] pipelined,
                   output reg signed [31:0] total, output reg signed [7:0] low, high, output reg signed [33:0] chain,
                   output reg [15:0] unsigned_product, output reg signed [40:0] wide, output reg signed [22:0] summed);
  assign product = x * y;
  reg signed [9:0] xr = 0; reg signed [10:0] yr = 0; reg signed [20:0] m = 0;
  initial begin pipelined = 0; total = 0; low = 0; high = 0; chain = 0; unsigned_product = 0; wide = 0; summed = 0; end
  wire signed [15:0] packed_ab = (p <<< 11) + q;
  wire signed [19:0] both = packed_ab * c;
  reg signed [16:0] x1 = 0, x2 = 0; reg signed [15:0] y1 = 0, y2 = 0;
  reg signed [11:0] d1 = 0; reg signed [11:0] a1 = 0; reg signed [9:0] k1 = 0; reg signed [12:0] ad = 0;
  always @(posedge clk) begin
    if (enable) begin xr <= x[9:0]; yr <= y[10:0]; m <= xr * yr; pipelined <= m; end
    if (rst) begin xr <= 0; m <= 0; pipelined <= 0; end
    if (clear) total <= 0; else total <= total + x[11:0] * $signed(y[12:0]);
    low <= both[7:0];
    high <= (both - {{12{both[7]}}, both[7:0]}) >>> 11;
    x1 <= x[16:0]; y1 <= y[15:0]; x2 <= x1; y2 <= y1;
    chain <= x1 * y1 + x2 * y2;
    unsigned_product <= x[7:0] * y[7:0];
    wide <= $signed({x, x[4:0]}) * $signed(y[24:7]);
    a1 <= x[11:0]; d1 <= y[11:0]; k1 <= y[21:12]; ad <= a1 + d1; summed <= ad * k1;
  end
endmodule

// Memories built of LUTs, and shift registers.
module lutram_zoo(input clk, input write, input [6:0] wa, ra, rb, input [8:0] d,
                  output [8:0] simple32, output [3:0] simple64, dual128a, dual128b, output [2:0] quada, quadb, quadc,
                  output [7:0] single32, output [1:0] single128, output reg [8:0] registered,
                  input shift, input [4:0] tap, output fixed, output tapped, output long_tapped, output late, output reg single256);
  (* ram_style = "distributed" *) reg [8:0] m32 [0:31];
  (* ram_style = "distributed" *) reg [3:0] m64 [0:63];
  (* ram_style = "distributed" *) reg [3:0] m128 [0:127];
  (* ram_style = "distributed" *) reg [2:0] quad [0:63];
  (* ram_style = "distributed" *) reg [7:0] s32 [0:31];
  (* ram_style = "distributed" *) reg [1:0] s128 [0:127];
  (* ram_style = "distributed" *) reg s256 [0:255];
  reg [8:0] words [0:31];
  reg [14:0] sr15 = 15'h5a5a; reg [15:0] sr16 = 16'h1234; reg [31:0] sr32 = 32'hdeadbeef; reg [99:0] sr100 = 100'h5;
  integer i;
  initial begin
    for (i = 0; i < 32; i = i + 1) begin m32[i] = i * 77; s32[i] = i * 13; words[i] = 500 - i; end
    for (i = 0; i < 64; i = i + 1) begin m64[i] = i * 5; quad[i] = i * 3; end
    for (i = 0; i < 128; i = i + 1) begin m128[i] = i * 11; s128[i] = i; end
    for (i = 0; i < 256; i = i + 1) s256[i] = i * 3 >> 2;
    registered = 0; single256 = 0;
  end
  assign simple32 = m32[ra[4:0]]; assign simple64 = m64[ra[5:0]];
  assign dual128a = m128[wa]; assign dual128b = m128[ra];
  assign quada = quad[ra[5:0]]; assign quadb = quad[rb[5:0]]; assign quadc = quad[wa[5:0]];
  assign single32 = s32[wa[4:0]]; assign single128 = s128[wa];
  assign fixed = sr15[14]; assign tapped = sr16[tap[3:0]]; assign long_tapped = sr32[tap]; assign late = sr100[99];
  always @(posedge clk) begin
    if (write) begin
      m32[wa[4:0]] <= d; m64[wa[5:0]] <= d[3:0]; m128[wa] <= d[4:1]; quad[wa[5:0]] <= d[2:0]; s32[wa[4:0]] <= d[7:0];
      s128[wa] <= d[1:0]; s256[{rb[0], wa}] <= d[0]; words[wa[4:0]] <= d;
    end
    registered <= words[rb[4:0]];
    single256 <= s256[{rb[0], wa}];
    if (shift) begin sr15 <= {sr15[13:0], d[0]}; sr16 <= {sr16[14:0], d[1]}; sr32 <= {sr32[30:0], d[2]}; end
    sr100 <= {sr100[98:0], d[3]};
  end
endmodule

// Block memories: read-first, write-first, no change, enable, reset, write-protected bytes, initialised, read-only, wide.
module blockram_zoo(input clk, input rst, input write, input enable, input [9:0] wa, ra, input [35:0] d, input [1:0] bytes,
                    output reg [7:0] old, fresh, kept, other, output reg [35:0] wide, output reg [17:0] parted,
                    output reg [3:0] narrow, output reg [15:0] table_value, output reg bit_wide, output reg [8:0] portb);
  (* ram_style = "block" *) reg [7:0] m_old [0:511];
  (* ram_style = "block" *) reg [7:0] m_fresh [0:1023];
  (* ram_style = "block" *) reg [7:0] m_kept [0:511];
  (* ram_style = "block" *) reg [35:0] m_wide [0:511];
  (* ram_style = "block" *) reg [17:0] m_parted [0:1023];
  (* ram_style = "block" *) reg [3:0] m_narrow [0:1023];
  (* ram_style = "block" *) reg [15:0] m_table [0:1023];
  (* ram_style = "block" *) reg m_bit [0:1023];
  (* ram_style = "block" *) reg [8:0] m_two [0:1023];
  integer i;
  initial begin
    for (i = 0; i < 512; i = i + 1) begin
      m_old[i] = i * 7; m_kept[i] = i * 3 + 1; m_wide[i] = i * 36'h1234567;
    end
    for (i = 0; i < 1024; i = i + 1) begin
      m_fresh[i] = i ^ 8'h5a; m_parted[i] = i * 37; m_narrow[i] = i * 3; m_table[i] = i * i + 12345; m_bit[i] = i >> 3; m_two[i] = i * 5;
    end
    old = 0; fresh = 8'h77; kept = 0; other = 0; wide = 0; parted = 0; narrow = 0; table_value = 0; bit_wide = 0; portb = 0;
  end
  always @(posedge clk) begin
    if (write) m_old[wa[8:0]] <= d[7:0];
    old <= m_old[ra[8:0]];
    if (enable) begin
      if (write) begin m_fresh[wa] <= d[15:8]; fresh <= d[15:8]; end else fresh <= m_fresh[wa];
      if (rst) fresh <= 8'h77;
    end
    if (write) m_kept[wa[8:0]] <= d[23:16]; else kept <= m_kept[wa[8:0]];
    other <= m_kept[ra[8:0]];
    if (write) m_wide[wa[8:0]] <= d;
    wide <= m_wide[ra[8:0]];
    if (bytes[0]) m_parted[wa][8:0] <= d[8:0];
    if (bytes[1]) m_parted[wa][17:9] <= d[17:9];
    if (enable) parted <= m_parted[ra];
    if (write) m_narrow[wa] <= d[3:0];
    narrow <= m_narrow[ra];
    table_value <= m_table[ra];
    if (write) m_bit[wa] <= d[5];
    bit_wide <= m_bit[ra];
    if (write) m_two[wa] <= d[8:0];
    if (enable) portb <= m_two[ra];
    if (rst) portb <= 9'h155;
  end
endmodule

// All of them, with the inputs shared.
module zoo(input clk, input rst, input go, write, enable, clear, shift, input [15:0] a, b, input [5:0] pick,
           input signed [17:0] x, input signed [24:0] y, input signed [3:0] p, q, c, input [9:0] wa, ra, input [6:0] rb,
           input [35:0] d, input [1:0] bytes, input [4:0] tap,
           output [16:0] sum, output [15:0] shifted, output less, output [1:0] state, output chosen, output [7:0] saturated,
           output [42:0] product, output [20:0] pipelined, output [31:0] total, output [7:0] low, high, output [33:0] chain,
           output [15:0] unsigned_product, output [40:0] wide_product, output [22:0] summed,
           output [8:0] simple32, output [3:0] simple64, dual128a, dual128b, output [2:0] quada, quadb, quadc,
           output [7:0] single32, output [1:0] single128, output [8:0] registered, output fixed, tapped, long_tapped, late,
           output single256, output [7:0] old, fresh, kept, other, output [35:0] wide, output [17:0] parted,
           output [3:0] narrow, output [15:0] table_value, output bit_wide, output [8:0] portb);
  logic_zoo l(.clk(clk), .rst(rst), .go(go), .a(a), .b(b), .pick(pick), .sum(sum), .shifted(shifted), .less(less),
              .state(state), .chosen(chosen), .saturated(saturated));
  product_zoo m(.clk(clk), .rst(rst), .enable(enable), .clear(clear), .x(x), .y(y), .p(p), .q(q), .c(c), .product(product),
                .pipelined(pipelined), .total(total), .low(low), .high(high), .chain(chain),
                .unsigned_product(unsigned_product), .wide(wide_product), .summed(summed));
  lutram_zoo r(.clk(clk), .write(write), .wa(wa[6:0]), .ra(ra[6:0]), .rb(rb), .d(d[8:0]), .simple32(simple32),
               .simple64(simple64), .dual128a(dual128a), .dual128b(dual128b), .quada(quada), .quadb(quadb), .quadc(quadc),
               .single32(single32), .single128(single128), .registered(registered), .shift(shift), .tap(tap), .fixed(fixed),
               .tapped(tapped), .long_tapped(long_tapped), .late(late), .single256(single256));
  blockram_zoo k(.clk(clk), .rst(rst), .write(write), .enable(enable), .wa(wa), .ra(ra), .d(d), .bytes(bytes), .old(old),
                 .fresh(fresh), .kept(kept), .other(other), .wide(wide), .parted(parted), .narrow(narrow),
                 .table_value(table_value), .bit_wide(bit_wide), .portb(portb));
endmodule
