/** What a script needs to know of a design; paths are relative to the folder of the script, with "/". */
export interface VivadoProject {
  /** Hash of all that the result follows from; the script leaves it as its last word, so that its reports are not taken for another design's. */
  readonly identity: string;
  readonly top: string;
  /** "xc7s15ftgb196-1". */
  readonly part: string;
  readonly periodNs: number;
  /** VHDL-2008 sources in compile order. */
  readonly vhdl: readonly string[];
  /** Test bench, the files it reads, and the name of its instance of the top entity. */
  readonly bench: {
    readonly file: string;
    readonly entity: string;
    readonly instance: string;
    readonly data: readonly string[];
  };
  /** A top level with pins for a board, in Verilog, and its constraints. */
  readonly board?: {
    readonly top: string;
    readonly file: string;
    readonly constraints: string;
    readonly clockMHz: number;
  };
}

/** Files that the script writes, relative to its folder. */
export const vivadoFiles = {
  script: "build.tcl",
  clock: "clock.xdc",
  utilisation: "reports/utilization.rpt",
  timing: "reports/timing.rpt",
  power: "reports/power.rpt",
  boardUtilisation: "reports/board_utilization.rpt",
  boardTiming: "reports/board_timing.rpt",
  bitstream: "board.bit",
  /** The last thing it writes: it came to its end. */
  done: "reports/done.txt",
} as const;

/** Constraint of the clock, for the accelerator on its own. */
export function clockConstraint(periodNs: number): string {
  return `create_clock -name clock -period ${periodNs.toFixed(3)} [get_ports clock]\n`;
}

/** Constraints of a board: pins and the oscillator's period. */
export function boardConstraints(board: {
  readonly title: string;
  readonly clockHz: number;
  readonly pins: { readonly clock: string; readonly rx: string; readonly tx: string };
}): string {
  const pin = (port: string, name: string) =>
    `set_property -dict { PACKAGE_PIN ${name} IOSTANDARD LVCMOS33 } [get_ports ${port}]\n`;
  return [
    `# ${board.title}\n`,
    pin("clock", board.pins.clock),
    pin("rx", board.pins.rx),
    pin("tx", board.pins.tx),
    `create_clock -name clock -period ${(1e9 / board.clockHz).toFixed(3)} [get_ports clock]\n`,
    "set_property CFGBVS VCCO [current_design]\n",
    "set_property CONFIG_VOLTAGE 3.3 [current_design]\n",
  ].join("");
}

/**
 * The Tcl script of the whole way in Vivado's non-project mode: synthesis and implementation of the accelerator by itself ("out of context", since it has
 * no pins of its own), power by the activity of its routed netlist on the windows of the test bench, and, where a board is known, a bitstream of it behind a
 * serial line.
 *
 * The test bench runs its clock at 100 MHz; the script sets the period that is aimed at, since activity is toggles per second. It pauses neither side.
 */
export function vivadoScript(project: VivadoProject): string {
  const { identity, top, part, periodNs, vhdl, bench, board } = project;
  const at = (path: string) => `[file join $here {${path}}]`;
  const simulation = `${top}_activity`;
  const lines = [
    `# ${top} on ${part}: synthesis, implementation, power by simulated activity${board === undefined ? "" : ", bitstream"}.`,
    "# Run it in its folder:  vivado -mode batch -source build.tcl",
    "set here [file dirname [file normalize [info script]]]",
    "cd $here",
    "file mkdir reports",
    `file delete ${vivadoFiles.done}`,
    "set_param general.maxThreads 2",
    "",
    "# The accelerator by itself.",
    ...vhdl.map((file) => `read_vhdl -vhdl2008 ${at(file)}`),
    `read_xdc -mode out_of_context ${at(vivadoFiles.clock)}`,
    `synth_design -mode out_of_context -top ${top} -part ${part}`,
    "report_utilization -file reports/synthesis_utilization.rpt",
    ...implementation(),
    `report_utilization -file ${vivadoFiles.utilisation}`,
    `report_timing_summary -file ${vivadoFiles.timing}`,
    "write_checkpoint -force core.dcp",
    "",
    "# Power: the routed netlist on the windows of the test bench.",
    "write_vhdl -force -mode funcsim core_funcsim.vhd",
    `set bench [open ${at(bench.file)}]`,
    "set text [read $bench]",
    "close $bench",
    `if {![regsub {after 5 ns} $text {after ${(periodNs / 2).toFixed(3)} ns} text]} { error "the test bench has no clock of 100 MHz" }`,
    "set bench [open bench.vhd w]",
    "puts $bench $text",
    "close $bench",
    ...bench.data.map((file) => `file copy -force ${at(file)} .`),
    "exec xvhdl core_funcsim.vhd >@stdout 2>@stderr",
    "exec xvhdl -2008 bench.vhd >@stdout 2>@stderr",
    `exec xelab -debug typical -L unisim -generic_top PAUSES=0 -generic_top SLEEPS=0 ${bench.entity} -s ${simulation} >@stdout 2>@stderr`,
    "set commands [open activity.tcl w]",
    "puts $commands {open_saif activity.saif}",
    `puts $commands {log_saif [get_objects -r /${bench.entity}/${bench.instance}/*]}`,
    "puts $commands {run all}",
    "puts $commands {close_saif}",
    "puts $commands {quit}",
    "close $commands",
    `exec xsim ${simulation} -tclbatch activity.tcl >@stdout 2>@stderr`,
    `read_saif -strip_path ${bench.entity}/${bench.instance} activity.saif`,
    `report_power -file ${vivadoFiles.power}`,
    "",
    ...(board === undefined
      ? ["# No board with this device is known, so there are no pins, and no bitstream."]
      : [
          `# Behind a serial line, at the board's ${board.clockMHz} MHz.`,
          "close_design",
          `read_verilog ${at(board.file)}`,
          `read_xdc ${at(board.constraints)}`,
          `synth_design -top ${board.top} -part ${part}`,
          ...implementation(),
          `report_utilization -file ${vivadoFiles.boardUtilisation}`,
          `report_timing_summary -file ${vivadoFiles.boardTiming}`,
          `write_bitstream -force ${vivadoFiles.bitstream}`,
        ]),
    "",
    `set done [open ${vivadoFiles.done} w]`,
    `puts $done {${identity}}`,
    "close $done",
    "",
  ];
  return lines.join("\n");
}

function implementation(): string[] {
  return ["opt_design", "place_design", "phys_opt_design", "route_design"];
}
