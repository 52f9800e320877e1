import type { SerialTop } from "../../../accelerator/delivery/serial.js";
import type { Board, Device } from "../../../accelerator/index.js";

/** What to do with the bitstream, and how to talk to it. */
export function serialReadme(parts: {
  readonly top: SerialTop;
  readonly board: Board;
  readonly target: Device;
  readonly files: { readonly shell: string; readonly constraints: string; readonly bitstream: string };
  readonly engine: { readonly name: string; readonly version: string };
  readonly packer: { readonly name: string; readonly version: string };
}): string {
  const { top, board, target, files, engine, packer } = parts;
  const name = (path: string) => path.split("/").at(-1) ?? path;
  return `${[
    `# ${top.name} on the ${board.title}`,
    "",
    `The accelerator behind a serial line, placed and routed on the ${target.title} by ${engine.name} ${engine.version}, packed by ${packer.name} ${packer.version}.`,
    "The accelerator's part of the netlist is the one that was compared with the integer model; only the serial line was put around it.",
    "",
    `- \`${name(files.bitstream)}\`: the bitstream. ${loader(board, name(files.bitstream))}`,
    `- \`${name(files.shell)}\`: the top level, Verilog-2005.`,
    `- \`${name(files.constraints)}\`: its pins (clock ${board.pins.clock}, rx ${board.pins.rx}, tx ${board.pins.tx}; ${board.source}).`,
    "",
    ...serialProtocol(top, board),
    "",
  ].join("\n")}`;
}

/** How to talk to the top level. */
export function serialProtocol(top: SerialTop, board: Pick<Board, "clockHz">): string[] {
  return [
    "## The serial line",
    `${top.baud} bits/s, 8 data bits, no parity, 1 stop bit; the clock is the board's oscillator, ${board.clockHz / 1e6} MHz.`,
    "",
    `- In: the sample codes of a window, oldest first, column by column, each as ${top.sampleBytes} byte(s) in two's complement, low byte first.`,
    `- Out: each forecast code as ${top.forecastBytes} byte(s), likewise.`,
    "- A break (the line low for longer than a byte) resets; the next byte is the first of a window. So does power-up.",
    "- There is no flow control: wait for a forecast before you send the window after the next.",
    "",
    "How codes follow from readings, and forecasts from codes: `hardware/README.md`.",
    "",
    "```python",
    "import serial, struct  # pip install pyserial",
    `line = serial.Serial("/dev/ttyUSB1", ${top.baud})`,
    "line.send_break(0.01)",
    `line.write(b"".join(code.to_bytes(${top.sampleBytes}, "little", signed=True) for code in codes))`,
    `forecast = int.from_bytes(line.read(${top.forecastBytes}), "little", signed=True)`,
    "```",
  ];
}

function loader({ name }: Board, file: string): string {
  if (name === "tinyfpga-bx") return `Load it with \`tinyprog -p ${file}\`.`;
  if (name === "hx8k-b-evn")
    return `Load it into the part with \`iceprog -S ${file}\` (jumpers J7 and J6 for that), or into the flash with \`iceprog ${file}\`.`;
  return `Write it into the board's flash with \`iceprog ${file}\`.`;
}
