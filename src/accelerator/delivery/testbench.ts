import { createInterpreter, type IntegerModel } from "../../integer/index.js";
import type { Plan } from "../plan.js";
import type { Interface } from "./interface.js";

/** Cycles without any word moved after which a test bench gives up, as a multiple of one inference. */
const PATIENCE = 20;

/**
 * A VHDL-2008 test bench: reads sample codes and expected forecast codes, sends and takes with pauses from a seeded shift
 * register, and compares every output bit (an undefined one is a difference). It ends with one line that begins with PASS
 * or FAIL; FAIL has severity failure.
 */
export function vhdlTestbench(face: Interface, cyclesPerInference: number): string {
  const sampleBits = face.inputs * face.sampleBits;
  return `-- Test bench of ${face.name}: every output bit against the integer model, with random pauses on both sides.
--
-- SAMPLES   one line for each time step: its ${face.inputs} sample code(s), as integers
-- EXPECTED  one forecast code in each line, in the order in which they leave
-- PAUSES    sixteenths of the cycles in which a side pauses, 0 to 15
-- SLEEPS    sixteenths of the cycles in which enable is low, 0 to 15
-- SEED      of both
--
-- With GHDL:  ghdl -a --std=08 $(cat files.txt) testbench/${face.name}_tb.vhd
--             ghdl -e --std=08 ${face.name}_tb
--             ghdl -r --std=08 ${face.name}_tb -gPAUSES=0 -gSLEEPS=0

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

use std.textio.all;
use std.env.finish;

entity ${face.name}_tb is
  generic (
    SAMPLES  : string                 := "samples.txt";
    EXPECTED : string                 := "expected.txt";
    PAUSES   : natural range 0 to 15  := 4;
    SLEEPS   : natural range 0 to 15  := 2;
    SEED     : positive               := 1
  );
end entity;

architecture simulation of ${face.name}_tb is
  constant OUTPUTS  : positive := ${face.outputs};
  constant PATIENCE : positive := ${PATIENCE * cyclesPerInference + 1000};

  signal clock          : std_logic := '0';
  signal reset          : std_logic := '1';
  signal enable         : std_logic := '1';
  signal idle           : std_logic;
  signal sample_valid   : std_logic := '0';
  signal sample_ready   : std_logic;
  signal sample_data    : std_logic_vector(${sampleBits - 1} downto 0) := (others => '0');
  signal forecast_valid : std_logic;
  signal forecast_ready : std_logic := '0';
  signal forecast_data  : std_logic_vector(${face.forecastBits - 1} downto 0);

  signal pauses_now : unsigned(31 downto 0) := to_unsigned(SEED, 32);
  signal cycle      : natural               := 0;
  signal first_in   : integer               := -1;
  signal standing   : natural               := 0;

  -- Maximal-length shift register, x^32 + x^22 + x^2 + x + 1; eight steps at once.
  function next_random(state : unsigned(31 downto 0)) return unsigned is
    variable word : unsigned(31 downto 0) := state;
  begin
    for i in 1 to 8 loop
      word := word(30 downto 0) & (word(31) xor word(21) xor word(1) xor word(0));
    end loop;
    return word;
  end function;
begin
  clock <= not clock after 5 ns;
  reset <= '0' after 42 ns;

  accelerator : entity work.${face.name}
    port map (
      clock          => clock,
      reset          => reset,
      enable         => enable,
      idle           => idle,
      sample_valid   => sample_valid,
      sample_ready   => sample_ready,
      sample_data    => sample_data,
      forecast_valid => forecast_valid,
      forecast_ready => forecast_ready,
      forecast_data  => forecast_data
    );

  count : process (clock)
  begin
    if rising_edge(clock) then
      cycle      <= cycle + 1;
      pauses_now <= next_random(pauses_now);
      if (sample_valid and sample_ready) = '1' or (forecast_valid and forecast_ready) = '1' then
        standing <= 0;
      else
        standing <= standing + 1;
      end if;
      assert standing < PATIENCE
        report "FAIL: no word has moved for " & integer'image(standing) & " cycles: sample_valid is " &
          std_logic'image(sample_valid) & ", sample_ready " & std_logic'image(sample_ready) & ", forecast_valid " &
          std_logic'image(forecast_valid) & ", forecast_ready " & std_logic'image(forecast_ready)
        severity failure;
      if to_integer(pauses_now(23 downto 20)) >= SLEEPS then
        enable <= '1';
      else
        enable <= '0';
      end if;
      if reset = '0' and enable = '0' then
        assert (sample_ready or forecast_valid) = '0'
          report "FAIL: ready or valid is high while enable is low"
          severity failure;
      end if;
    end if;
  end process;

  send : process (clock)
    file source     : text open read_mode is SAMPLES;
    variable row    : line;
    variable code   : integer;
    variable shown  : boolean := false;
    variable ended  : boolean := false;
  begin
    if rising_edge(clock) and reset = '0' then
      if shown and sample_ready = '1' then
        shown := false;
        if first_in < 0 then
          first_in <= cycle;
        end if;
      end if;
      if not shown and not ended and to_integer(pauses_now(3 downto 0)) >= PAUSES then
        if endfile(source) then
          ended := true;
        else
          readline(source, row);
          for column in 0 to ${face.inputs - 1} loop
            read(row, code);
            sample_data(${face.sampleBits} * column + ${face.sampleBits - 1} downto ${face.sampleBits} * column) <=
              std_logic_vector(to_signed(code, ${face.sampleBits}));
          end loop;
          shown := true;
        end if;
      end if;
      if shown then
        sample_valid <= '1';
      else
        sample_valid <= '0';
      end if;
    end if;
  end process;

  check : process (clock)
    file source         : text open read_mode is EXPECTED;
    variable row        : line;
    variable code       : integer;
    variable compared   : natural := 0;
    variable mismatches : natural := 0;
    variable ended      : boolean := false;
  begin
    if rising_edge(clock) and reset = '0' then
      if ended then
        assert idle = '1' report "FAIL: not idle after the last forecast" severity failure;
        assert mismatches = 0
          report "FAIL: " & integer'image(mismatches) & " of " & integer'image(compared) & " forecast codes differ"
          severity failure;
        report "PASS: " & integer'image(compared) & " forecast codes compared, 0 mismatches";
        finish;
      end if;
      if (forecast_valid and forecast_ready) = '1' then
        readline(source, row);
        read(row, code);
        compared := compared + 1;
        if forecast_data /= std_logic_vector(to_signed(code, ${face.forecastBits})) then
          mismatches := mismatches + 1;
          report "forecast code " & integer'image(compared) & " is " & to_string(forecast_data) & ", expected " &
            to_string(std_logic_vector(to_signed(code, ${face.forecastBits}))) & " (" & integer'image(code) & ")"
            severity warning;
        end if;
        if compared = OUTPUTS then
          report "cycles from the first sample to the last code of the first forecast: " &
            integer'image(cycle - first_in + 1);
        end if;
        ended := endfile(source);
      end if;
      if to_integer(pauses_now(11 downto 8)) >= PAUSES then
        forecast_ready <= '1';
      else
        forecast_ready <= '0';
      end if;
    end if;
  end process;
end architecture;
`;
}

/** What a test bench reads. */
export interface TestVectors {
  /** One line for each time step. */
  readonly samples: string;
  /** One forecast code in each line. */
  readonly expected: string;
}

/**
 * Sample codes and the interpreter's forecast codes as text for the test bench.
 *
 * @param samples whole windows [count][n][m] in mode `window`, one series [rows][m] in mode `sample`
 */
export function testVectors(
  model: IntegerModel,
  plan: Pick<Plan, "mode">,
  samples: Int32Array | Int16Array,
): TestVectors {
  const { window, inputs } = model.architecture;
  const rows = samples.length / inputs;
  const interpreter = createInterpreter(model);
  const forecasts =
    plan.mode === "window"
      ? interpreter.run(samples)
      : interpreter.runAt(
          samples,
          Array.from({ length: rows - window + 1 }, (_, row) => row),
        );
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) lines.push([...samples.subarray(row * inputs, (row + 1) * inputs)].join(" "));
  return { samples: `${lines.join("\n")}\n`, expected: `${[...forecasts].join("\n")}\n` };
}

/** A Verilog-2005 test bench for the same files; differences are lines that begin with ERROR. */
export function verilogTestbench(
  face: Interface,
  cyclesPerInference: number,
  counts: { samples: number; expected: number },
) {
  const sampleBits = face.inputs * face.sampleBits;
  const reads = Array.from({ length: face.inputs }, (_, column) => {
    const range = `${face.sampleBits * (column + 1) - 1}:${face.sampleBits * column}`;
    return `        code = $fscanf(source, "%d", number);\n        sample_data[${range}] <= number[${face.sampleBits - 1}:0];`;
  });
  return `// Test bench of ${face.name}: every output bit against the integer model, with random pauses on both sides.
\`timescale 1ns / 1ps

module ${face.name}_tb;
  parameter PAUSES = 4;
  parameter SLEEPS = 2;

  reg clock = 1'b0;
  reg reset = 1'b1;
  reg enable = 1'b1;
  wire idle;
  reg sample_valid = 1'b0;
  wire sample_ready;
  reg [${sampleBits - 1}:0] sample_data = ${sampleBits}'d0;
  wire forecast_valid;
  reg forecast_ready = 1'b0;
  wire [${face.forecastBits - 1}:0] forecast_data;

  integer source, wanted, code, number, sent, compared, mismatches, standing;
  reg [31:0] pauses_now;
  integer step;

  ${face.name} accelerator (
    .clock(clock),
    .reset(reset),
    .enable(enable),
    .idle(idle),
    .sample_valid(sample_valid),
    .sample_ready(sample_ready),
    .sample_data(sample_data),
    .forecast_valid(forecast_valid),
    .forecast_ready(forecast_ready),
    .forecast_data(forecast_data)
  );

  always #5 clock = ~clock;

  initial begin
    source = $fopen("samples.txt", "r");
    wanted = $fopen("expected.txt", "r");
    sent = 0;
    compared = 0;
    mismatches = 0;
    standing = 0;
    pauses_now = 32'd1;
    #42 reset = 1'b0;
  end

  always @(posedge clock) begin
    for (step = 0; step < 8; step = step + 1)
      pauses_now = {pauses_now[30:0], pauses_now[31] ^ pauses_now[21] ^ pauses_now[1] ^ pauses_now[0]};
    if (!reset) begin
      enable <= pauses_now[23:20] >= SLEEPS;
      if (!enable && (sample_ready || forecast_valid)) $display("ERROR: ready or valid is high while enable is low");
      if (compared == ${counts.expected}) begin
        if (idle !== 1'b1) $display("ERROR: FAIL: not idle after the last forecast");
        else if (mismatches == 0) $display("PASS: %0d forecast codes compared, 0 mismatches", compared);
        else $display("ERROR: FAIL: %0d of %0d forecast codes differ", mismatches, compared);
        $finish;
      end
      standing = standing + 1;
      if (sample_valid && sample_ready) standing = 0;
      if (!sample_valid || sample_ready) begin
        if (sent < ${counts.samples} && pauses_now[3:0] >= PAUSES) begin
${reads.join("\n")}
          sent = sent + 1;
          sample_valid <= 1'b1;
        end else sample_valid <= 1'b0;
      end
      if (forecast_valid && forecast_ready) begin
        standing = 0;
        code = $fscanf(wanted, "%d", number);
        compared = compared + 1;
        if (forecast_data !== number[${face.forecastBits - 1}:0]) begin
          mismatches = mismatches + 1;
          $display("ERROR: forecast code %0d is %b, expected %0d", compared, forecast_data, number);
        end
      end
      forecast_ready <= pauses_now[11:8] >= PAUSES;
      if (standing > ${PATIENCE * cyclesPerInference + 1000}) begin
        $display("ERROR: FAIL: no word has moved for %0d cycles: sample_valid is %b, sample_ready %b, forecast_valid %b, forecast_ready %b",
          standing, sample_valid, sample_ready, forecast_valid, forecast_ready);
        $finish;
      end
    end
  end
endmodule
`;
}
