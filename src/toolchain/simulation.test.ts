import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runGhdl } from "./ghdl.js";
import { runIcarus } from "./icarus.js";
import { temporaryFolder } from "./testing/temporary-folder.js";
import { toolForTest } from "./testing/tool-for-test.js";

const folder = temporaryFolder();

/** A test bench that adds the numbers of a file and compares the sum with `expected`. */
const vhdl = (expected: number) => [
  {
    name: "adder.vhdl",
    text: `library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std.all;
entity adder is port (a, b : in signed(7 downto 0); y : out signed(7 downto 0)); end entity;
architecture rtl of adder is begin y <= a + b; end architecture;
`,
  },
  {
    name: "bench.vhdl",
    text: `library ieee; use ieee.std_logic_1164.all; use ieee.numeric_std.all; use std.textio.all;
entity bench is end entity;
architecture sim of bench is
  signal a, b, y : signed(7 downto 0);
begin
  dut : entity work.adder port map (a => a, b => b, y => y);
  process
    file data : text open read_mode is "data.txt"; variable row : line; variable value, sum : integer := 0;
  begin
    assert to_integer(y) = 0 report "undefined at the start" severity note;
    while not endfile(data) loop
      readline(data, row); read(row, value); a <= to_signed(value, 8); b <= to_signed(sum, 8); wait for 1 ns;
      sum := to_integer(y);
    end loop;
    assert sum = ${expected} report "the sum is " & integer'image(sum) severity error;
    report "sum " & integer'image(sum); wait;
  end process;
end architecture;
`,
  },
];

const verilog = (expected: number) => [
  {
    name: "adder.v",
    text: "module adder(input signed [7:0] a, b, output signed [7:0] y);\n  assign y = a + b;\nendmodule\n",
  },
  {
    name: "bench.v",
    text: `module bench;
  reg signed [7:0] a = 0, b = 0; wire signed [7:0] y; reg signed [7:0] data [0:2]; integer i;
  adder dut(.a(a), .b(b), .y(y));
  initial begin
    $readmemh("data.txt", data);
    for (i = 0; i < 3; i = i + 1) begin b = y; a = data[i]; #1; end
    if (y !== ${expected}) $display("ERROR: the sum is %0d", y);
    $display("sum %0d", y); $finish;
  end
endmodule
`,
  },
];
const dataFiles = [{ name: "data.txt", text: "3\n4\n9\n" }];

describe("runGhdl", () => {
  const ghdl = (name: string, sources: { name: string; text: string }[], timeLimitSeconds = 60) =>
    runGhdl({ sources, top: "bench", dataFiles, folder: join(folder, name), timeLimitSeconds });

  it("passes where the test bench finds what it expects, and hands on warnings and notes", async (context) => {
    await toolForTest(context, "ghdl");
    const result = await ghdl("pass", vhdl(16));
    expect(result.passed).toBe(true);
    expect(result.lines.some((line) => line.includes("sum 16"))).toBe(true);
    expect(result.messages).toContainEqual(
      expect.objectContaining({ severity: "note", text: "sum 16", file: "bench.vhdl" }),
    );
    expect(result.messages).toContainEqual(
      expect.objectContaining({ severity: "warning", text: expect.stringContaining("metavalue"), time: "0ms" }),
    );
  });

  it("says what the test bench found wrong", async (context) => {
    await toolForTest(context, "ghdl");
    const result = await ghdl("difference", vhdl(17));
    expect(result.passed).toBe(false);
    expect(result.messages).toContainEqual(expect.objectContaining({ severity: "error", text: "the sum is 16" }));
  });

  it("throws for sources that do not compile, a run that breaks, and one that hangs", async (context) => {
    await toolForTest(context, "ghdl");
    await expect(ghdl("broken", [{ name: "bench.vhdl", text: "entity bench is\n" }])).rejects.toMatchObject({
      kind: "tool",
      message: expect.stringContaining("bench.vhdl"),
    });
    const missing = vhdl(16).map(({ name, text }) => ({ name, text: text.replace("data.txt", "none.txt") }));
    await expect(ghdl("missing", missing)).rejects.toThrow(/none\.txt/);
    const endless =
      "entity bench is end entity;\narchitecture sim of bench is begin process begin wait for 1 ns; end process; end architecture;\n";
    await expect(ghdl("endless", [{ name: "bench.vhdl", text: endless }], 1)).rejects.toThrow(/time limit of 1 s/);
  });
});

describe("runIcarus", () => {
  const icarus = (name: string, sources: { name: string; text: string }[], timeLimitSeconds = 60) =>
    runIcarus({ sources, top: "bench", dataFiles, folder: join(folder, `icarus-${name}`), timeLimitSeconds });

  it("passes or fails as the test bench says", async (context) => {
    await toolForTest(context, "iverilog");
    expect(await icarus("pass", verilog(16))).toMatchObject({ passed: true, lines: ["sum 16"] });
    expect(await icarus("difference", verilog(17))).toMatchObject({
      passed: false,
      lines: ["ERROR: the sum is 16", "sum 16"],
      messages: [{ severity: "error", text: "the sum is 16" }],
    });
  });

  it("throws for sources that do not compile and for a run that hangs", async (context) => {
    await toolForTest(context, "iverilog");
    await expect(icarus("broken", [{ name: "b.v", text: "module bench; wire = ; endmodule" }])).rejects.toThrow(
      /syntax error/,
    );
    const endless = [{ name: "b.v", text: "module bench; reg c = 0; always #1 c = ~c; endmodule" }];
    await expect(icarus("endless", endless, 1)).rejects.toThrow(/time limit of 1 s/);
  });
});
