/** Reports in the layout of Vivado's, with numbers of our own: for tests. */
export interface ExampleFigures {
  readonly design?: string;
  readonly device?: string;
  readonly lut?: number;
  readonly slack?: number;
  readonly hold?: number;
  readonly period?: number;
  readonly total?: number;
}

function head(command: string, { design = "forecaster", device = "xc7s15ftgb196-1" }: ExampleFigures): string {
  const line = "-".repeat(96);
  return `Copyright of somebody
${line}
| Tool Version : Vivado v.2023.2 (lin64) Build 1234567 Fri Oct 13 20:13:54 MDT 2023
| Date         : Mon Jan  1 00:00:00 2024
| Host         : anywhere
| Command      : ${command}
| Design       : ${design}
| Device       : ${device}
| Speed File   : -1
| Design State : Routed
${line}
`;
}

export function exampleUtilisation(figures: ExampleFigures = {}): string {
  const row = (name: string, used: number, available: number) =>
    `| ${name.padEnd(26)} | ${String(used).padStart(4)} |     0 |          0 | ${String(available).padStart(9)} | ${((100 * used) / available).toFixed(2).padStart(5)} |`;
  const rule = "+----------------------------+------+-------+------------+-----------+-------+";
  const titles = "|          Site Type         | Used | Fixed | Prohibited | Available | Util% |";
  const table = (...rows: string[]) => [rule, titles, rule, ...rows, rule].join("\n");
  return `${head("report_utilization -file utilization.rpt", figures)}
Utilization Design Information

1. Slice Logic
--------------

${table(row("Slice LUTs*", figures.lut ?? 5200, 8000), row("  LUT as Logic", 4870, 8000), row("  LUT as Memory", 330, 2400), row("Slice Registers", 3874, 16000))}
* Warning! The Final LUT count, after physical optimizations and full implementation, is typically lower.

2. Memory
---------

${table(row("Block RAM Tile", 2, 10), row("  RAMB36/FIFO*", 1, 10), row("  RAMB18", 2, 20))}

3. DSP
------

${table(row("DSPs", 9, 20), row("  DSP48E1 only", 9, 20))}
`;
}

export function exampleTiming(figures: ExampleFigures = {}): string {
  const { slack = 1.112, hold = 0.08, period = 10 } = figures;
  const device = figures.device ?? "7s15-ftgb196";
  return `${head("report_timing_summary -file timing.rpt", { ...figures, device })}
Timing Summary Report

------------------------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
------------------------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints
    -------      -------  ---------------------  -------------------      -------      -------  ---------------------
      ${slack.toFixed(3)}        0.000                      0                 9876        ${hold.toFixed(3)}        0.000                      0


All user specified timing constraints are met.


------------------------------------------------------------------------------------------------
| Clock Summary
| -------------
------------------------------------------------------------------------------------------------

Clock  Waveform(ns)       Period(ns)      Frequency(MHz)
-----  ------------       ----------      --------------
clock  {0.000 ${(period / 2).toFixed(3)}}      ${period.toFixed(3)}          ${(1000 / period).toFixed(3)}


------------------------------------------------------------------------------------------------
| Intra Clock Table
------------------------------------------------------------------------------------------------
`;
}

export function examplePower(figures: ExampleFigures = {}): string {
  const { total = 0.071 } = figures;
  return `${head("report_power -file power.rpt", figures)}
Power Report

1. Summary
----------

+--------------------------+---------------+
| Total On-Chip Power (W)  | ${total.toFixed(3)}         |
| Design Power Budget (W)  | Unspecified*  |
| Power Budget Margin (W)  | NA            |
| Dynamic (W)              | 0.040         |
| Device Static (W)        | 0.031         |
| Effective TJA (C/W)      | 4.8           |
| Max Ambient (C)          | 84.7          |
| Junction Temperature (C) | 25.3          |
| Confidence Level         | High          |
| Setting File             | ---           |
| Simulation Activity File | activity.saif |
| Design Nets Matched      | 98%           |
+--------------------------+---------------+
* Specify Design Power Budget using, set_operating_conditions -design_power_budget <value in Watts>

1.1 On-Chip Components
----------------------

+----------------+-----------+----------+-----------+-----------------+
| On-Chip        | Power (W) | Used     | Available | Utilization (%) |
+----------------+-----------+----------+-----------+-----------------+
| Clocks         |     0.012 |        3 |       --- |             --- |
| Slice Logic    |     0.014 |     9876 |       --- |             --- |
|   LUT as Logic |     0.011 |     4870 |      8000 |           60.88 |
| Signals        |     0.013 |     8000 |       --- |             --- |
| DSPs           |    <0.001 |        9 |        20 |           45.00 |
| Static Power   |     0.031 |          |           |                 |
| Total          |     0.071 |          |           |                 |
+----------------+-----------+----------+-----------+-----------------+
`;
}
