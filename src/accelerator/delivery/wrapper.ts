import type { Interface } from "./interface.js";
import { sampleWord } from "./interface.js";

/** The port list, as [name, direction, bits (null: a single wire), remark]. */
function ports(face: Interface) {
  return [
    ["clock", "in", null, "rising edge"],
    ["reset", "in", null, "synchronous, active high; acts also while enable is low"],
    ["enable", "in", null, "low: everything stands still, ready and valid are low"],
    ["idle", "out", null, "no inference is in flight; nothing changes until a word is offered"],
    ["sample_valid", "in", null, ""],
    ["sample_ready", "out", null, ""],
    [
      "sample_data",
      "in",
      face.inputs * face.sampleBits,
      face.inputs === 1 ? "code, two's complement" : `${face.inputs} codes of ${face.sampleBits} bits, column 0 lowest`,
    ],
    ["forecast_valid", "out", null, ""],
    ["forecast_ready", "in", null, ""],
    ["forecast_data", "out", face.forecastBits, "code, two's complement"],
  ] as const;
}

function manual(face: Interface): string[] {
  const taken =
    face.mode === "window"
      ? `${face.window} words in (each a ${sampleWord(face)}), then`
      : `one word in (a ${sampleWord(face)}); once ${face.window} are known, after each`;
  return [
    face.name,
    "",
    `Integer-only Transformer: ${taken} ${face.outputs} forecast code(s) out.`,
    "A word moves in each cycle in which its valid and ready are both high.",
    "Joined to '1', enable may be forgotten: while there is no work no register changes anyway.",
  ];
}

/** VHDL top entity with std_logic_vector ports around the core. */
export function vhdlWrapper(face: Interface): string {
  const rows = ports(face);
  const vector = (bits: number | null) => (bits === null ? "std_logic" : `std_logic_vector(${bits - 1} downto 0)`);
  const declared = rows.map(([name, direction, bits, remark], index) => {
    const end = index === rows.length - 1 ? "" : ";";
    const initial = name === "enable" ? " := '1'" : "";
    const text = `    ${name.padEnd(14)} : ${direction.padEnd(3)} ${vector(bits)}${initial}${end}`;
    return remark === "" ? text : `${text}  -- ${remark}`;
  });
  const sampleType = face.inputs === 1 ? "signed" : "unsigned";
  const lines = [
    ...manual(face).map((line) => (line === "" ? "--" : `-- ${line}`)),
    "",
    "library ieee;",
    "use ieee.std_logic_1164.all;",
    "use ieee.numeric_std.all;",
    "",
    `entity ${face.name} is`,
    "  port (",
    ...declared,
    "  );",
    "end entity;",
    "",
    `architecture rtl of ${face.name} is`,
    `  signal sample   : ${sampleType}(${face.inputs * face.sampleBits - 1} downto 0);`,
    `  signal forecast : signed(${face.forecastBits - 1} downto 0);`,
    "begin",
    `  sample        <= ${sampleType}(sample_data);`,
    "  forecast_data <= std_logic_vector(forecast);",
    "",
    `  core : entity work.${face.core}`,
    "    port map (",
    "      clock          => clock,",
    "      reset          => reset,",
    "      enable         => enable,",
    "      idle           => idle,",
    "      sample_valid   => sample_valid,",
    "      sample_data    => sample,",
    "      sample_ready   => sample_ready,",
    "      forecast_valid => forecast_valid,",
    "      forecast_data  => forecast,",
    "      forecast_ready => forecast_ready",
    "    );",
    "end architecture;",
    "",
  ];
  return lines.join("\n");
}

/** The same for Verilog, where vectors are vectors already: only the order and the remarks of the ports. */
export function verilogWrapper(face: Interface): string {
  const rows = ports(face);
  const declared = rows.map(([name, direction, bits, remark], index) => {
    const end = index === rows.length - 1 ? "" : ",";
    const range = bits === null ? "" : `[${bits - 1}:0]`;
    const text = `  ${direction === "in" ? "input " : "output"} wire ${range.padEnd(8)} ${name}${end}`;
    return remark === "" ? text : `${text}  // ${remark}`;
  });
  const lines = [
    ...manual(face).map((line) => (line === "" ? "//" : `// ${line}`)),
    "",
    `module ${face.name} (`,
    ...declared,
    ");",
    `  ${face.core} core (`,
    "    .clock(clock),",
    "    .reset(reset),",
    "    .enable(enable),",
    "    .idle(idle),",
    "    .sample_valid(sample_valid),",
    "    .sample_data(sample_data),",
    "    .sample_ready(sample_ready),",
    "    .forecast_valid(forecast_valid),",
    "    .forecast_data(forecast_data),",
    "    .forecast_ready(forecast_ready)",
    "  );",
    "endmodule",
    "",
  ];
  return lines.join("\n");
}

/** Text to paste into one's own design: component-free instantiation with the signals it needs. */
export function vhdlTemplate(face: Interface): string {
  const vector = (bits: number) => `std_logic_vector(${bits - 1} downto 0)`;
  return [
    `-- Instantiation of ${face.name}: copy the signals and the instance, and connect clock and reset.`,
    "",
    "signal enable         : std_logic;",
    "signal idle           : std_logic;",
    "signal sample_valid   : std_logic;",
    "signal sample_ready   : std_logic;",
    `signal sample_data    : ${vector(face.inputs * face.sampleBits)};`,
    "signal forecast_valid : std_logic;",
    "signal forecast_ready : std_logic;",
    `signal forecast_data  : ${vector(face.forecastBits)};`,
    "",
    `${face.name}_instance : entity work.${face.name}`,
    "  port map (",
    ...ports(face).map(
      ([name], index, all) => `    ${name.padEnd(14)} => ${name}${index === all.length - 1 ? "" : ","}`,
    ),
    "  );",
    "",
  ].join("\n");
}
