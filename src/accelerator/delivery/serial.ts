import { GatecastError } from "../../errors.js";
import { type Interface, sampleWord } from "./interface.js";

/** Bits a second of the serial line, unless asked for otherwise. */
export const BAUD = 115_200;
/** A receiver that samples in the middle of a bit stands a rate that is off by this much (10 bits from edge to edge, some for the other side). */
const TOLERANCE = 0.02;

export interface SerialOptions {
  /** Of the oscillator. */
  readonly clockHz: number;
  readonly baud?: number;
}

/** The accelerator behind a serial line: what a board needs, with three pins. */
export interface SerialTop {
  /** Name of the module. */
  readonly name: string;
  readonly fileName: string;
  /** Verilog-2005; instantiates the module `face.name`. */
  readonly text: string;
  /** Bytes of one code in, and of one code out. */
  readonly sampleBytes: number;
  readonly forecastBytes: number;
  readonly baud: number;
  readonly divider: number;
}

/**
 * A minimal top level: the accelerator behind a serial line (8 data bits, no parity, 1 stop bit). Codes go in and out in two's complement, low byte first,
 * each in as many whole bytes as it needs; a break (the line low for longer than a byte) resets.
 *
 * @throws GatecastError "usage" where the clock cannot be divided to the line's rate within 2 %
 */
export function serialTop(face: Interface, { clockHz, baud = BAUD }: SerialOptions): SerialTop {
  const divider = Math.round(clockHz / baud);
  if (divider < 4 || Math.abs(clockHz / (divider * baud) - 1) > TOLERANCE) {
    throw new GatecastError("usage", `A clock of ${clockHz / 1e6} MHz cannot make a serial line of ${baud} bits/s.`, {
      remedy: "Use a slower line, or a faster clock (at least four cycles a bit).",
      where: { clockHz, baud },
    });
  }
  const name = `${face.name}_serial`;
  const sampleBytes = Math.ceil(face.sampleBits / 8);
  const forecastBytes = Math.ceil(face.forecastBits / 8);
  return {
    name,
    fileName: `${name}.v`,
    text: verilog(face, { name, sampleBytes, forecastBytes, baud, divider, clockHz }),
    sampleBytes,
    forecastBytes,
    baud,
    divider,
  };
}

interface Parts {
  name: string;
  sampleBytes: number;
  forecastBytes: number;
  baud: number;
  divider: number;
  clockHz: number;
}

function verilog(face: Interface, parts: Parts): string {
  const { name, sampleBytes, forecastBytes, baud, divider, clockHz } = parts;
  const { sampleBits, forecastBits, inputs } = face;
  const bytes = inputs * sampleBytes;
  const width = (most: number) => Math.max(1, 32 - Math.clz32(most));
  const zero = (bits: number) => `${bits}'d0`;
  const sample = Array.from({ length: inputs }, (_, column) => {
    const low = column * sampleBytes * 8;
    return `arrived[${low + sampleBits - 1}:${low}]`;
  }).reverse();
  const padding = forecastBytes * 8 - forecastBits;
  const sign = padding === 0 ? "" : `{${padding}{forecast_data[${forecastBits - 1}]}}, `;
  // Start bit (0), data, stop bit (1) of each byte; the lowest byte is sent first.
  const frames = Array.from(
    { length: forecastBytes },
    (_, byte) => `1'b1, code[${byte * 8 + 7}:${byte * 8}], 1'b0`,
  ).reverse();
  const frameBits = 10 * forecastBytes;
  const [tick, place, left, count] = [width(divider - 1), 4, width(frameBits), width(bytes)];
  return `// ${name}: ${face.name} behind a serial line of ${baud} bits/s (8 data bits, no parity, 1 stop bit), from a clock of ${clockHz / 1e6} MHz.
//
// In:  a word (${sampleWord(face)}) is ${bytes} byte(s): ${inputs === 1 ? "its code" : `${inputs} codes, column 0 first, each`} in two's complement, low byte first${sampleBytes * 8 === sampleBits ? "" : `; bits above the ${sampleBits} of a code are ignored`}.
// Out: each forecast code is ${forecastBytes} byte(s), two's complement, low byte first.
// A break (rx low for longer than a byte) resets: the next byte is the first of a window. So does power-up, for 256 cycles, which block memories of
// iCE40 need before their contents can be read.
// There is no flow control: wait for the forecast before the window after the next is sent.
module ${name} (
  input  wire clock,  // ${clockHz / 1e6} MHz
  input  wire rx,
  output wire tx
);
  localparam DIVIDER = ${divider};  // cycles of a bit

  // Power-up, and breaks.
  reg [8:0] awake = 9'd0;
  wire reset = !awake[8];

  // Receiver. Levels are kept inverted, so that an idle line is 0, as registers are after configuration.
  reg [1:0] low = 2'd0;
  reg       busy = 1'b0;
  reg       broken = 1'b0;
  reg [${tick - 1}:0] rx_tick = ${zero(tick)};
  reg [${place - 1}:0] rx_place = ${zero(place)};
  reg [7:0] rx_byte = 8'd0;
  reg       rx_done = 1'b0;

  always @(posedge clock) begin
    low <= {low[0], !rx};
    rx_done <= 1'b0;
    if (broken) begin
      awake <= 9'd0;
      if (!low[1]) broken <= 1'b0;
    end else begin
      if (!awake[8]) awake <= awake + 9'd1;
      if (!busy) begin
        busy <= low[1];
        rx_tick <= DIVIDER / 2 - 1;
        rx_place <= ${zero(place)};
      end else if (rx_tick != 0) rx_tick <= rx_tick - 1'b1;
      else begin
        rx_tick <= DIVIDER - 1;
        rx_place <= rx_place + 1'b1;
        if (rx_place == 0) busy <= low[1];  // not the middle of a start bit: a spike
        else if (rx_place != 9) rx_byte <= {!low[1], rx_byte[7:1]};
        else begin
          busy <= 1'b0;
          rx_done <= !low[1];
          broken <= low[1];
        end
      end
    end
  end

  // Bytes to words.
  reg [${8 * bytes - 1}:0] bytes = ${zero(8 * bytes)};
  reg [${count - 1}:0] byte_count = ${zero(count)};
  reg [${8 * bytes - 1}:0] arrived = ${zero(8 * bytes)};
  reg sample_valid = 1'b0;
  wire sample_ready;
  wire [${8 * bytes - 1}:0] next_bytes = ${bytes === 1 ? "rx_byte" : `{rx_byte, bytes[${8 * bytes - 1}:8]}`};

  always @(posedge clock) begin
    if (sample_ready) sample_valid <= 1'b0;
    if (rx_done) begin
      bytes <= next_bytes;
      byte_count <= byte_count + 1'b1;
      if (byte_count == ${bytes - 1}) begin
        byte_count <= ${zero(count)};
        arrived <= next_bytes;
        sample_valid <= 1'b1;
      end
    end
    if (reset) begin
      byte_count <= ${zero(count)};
      sample_valid <= 1'b0;
    end
  end

  // Transmitter: the frames of one code, shifted out with the lowest bit first; inverted, so that an idle line is high.
  wire forecast_valid;
  wire [${forecastBits - 1}:0] forecast_data;
  wire [${8 * forecastBytes - 1}:0] code = {${sign}forecast_data};
  reg [${frameBits - 1}:0] frames = ${zero(frameBits)};
  reg [${left - 1}:0] frames_left = ${zero(left)};
  reg [${tick - 1}:0] tx_tick = ${zero(tick)};
  wire forecast_ready = frames_left == 0;
  assign tx = !frames[0];

  always @(posedge clock) begin
    if (forecast_ready) begin
      tx_tick <= DIVIDER - 1;
      if (forecast_valid) begin
        frames <= ~{${frames.join(", ")}};
        frames_left <= ${frameBits};
      end
    end else if (tx_tick != 0) tx_tick <= tx_tick - 1'b1;
    else begin
      tx_tick <= DIVIDER - 1;
      frames <= {1'b0, frames[${frameBits - 1}:1]};
      frames_left <= frames_left - 1'b1;
    end
    if (reset) begin
      frames <= ${zero(frameBits)};
      frames_left <= ${zero(left)};
    end
  end

  ${face.name} core (
    .clock(clock),
    .reset(reset),
    .enable(1'b1),
    .idle(),
    .sample_valid(sample_valid),
    .sample_ready(sample_ready),
    .sample_data(${inputs === 1 ? sample[0] : `{${sample.join(", ")}}`}),
    .forecast_valid(forecast_valid),
    .forecast_ready(forecast_ready),
    .forecast_data(forecast_data)
  );
endmodule
`;
}

/** The bytes of a window's (or series') sample codes on the serial line. */
export function serialBytes(face: Interface, codes: ArrayLike<number>): Uint8Array {
  const each = Math.ceil(face.sampleBits / 8);
  return Uint8Array.from(
    { length: codes.length * each },
    (_, at) => ((codes[Math.floor(at / each)] ?? 0) >> (8 * (at % each))) & 255,
  );
}
