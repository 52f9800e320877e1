import { type CellReader, operand } from "../design.js";

/** FDRE and FDSE: D flip-flop with enable and synchronous reset (R) or set (S), which wins over the enable. */
export function flipFlop(cell: CellReader, resetPort: "R" | "S", resetValue: 0 | 1): void {
  cell.clock("C");
  const initial = cell.bitParameter("INIT", 1, String(resetValue));
  cell.design.flipFlops.push({
    d: maybeInverted(cell, "D"),
    enable: cell.pin("CE"),
    reset: maybeInverted(cell, resetPort),
    resetValue,
    q: cell.output("Q")[0] ?? 0,
    initial: initial === "1" ? "1" : initial === "0" ? "0" : "x",
  });
  cell.done();
}

/** FDCE and FDPE: D flip-flop with enable and asynchronous clear (CLR) or preset (PRE). */
export function asynchronousFlipFlop(cell: CellReader, resetPort: "CLR" | "PRE", resetValue: 0 | 1): void {
  const { design } = cell;
  cell.clock("C");
  const [d, enable, reset] = [maybeInverted(cell, "D"), cell.pin("CE"), maybeInverted(cell, resetPort)];
  const q = cell.output("Q")[0] ?? 0;
  const initial = cell.bitParameter("INIT", 1, String(resetValue));
  cell.done();
  const start = (initial === "x" ? design.unknown : Number(initial)) === 1 ? -1 : 0;
  const preset = resetValue === 1 ? -1 : 0;
  let state = start;
  design.resets.push(() => {
    state = start;
  });
  // The reset acts at once: it is an input of the output.
  design.nodes.push({
    cell: cell.name,
    inputs: [reset],
    outputs: [q],
    action: (values) => {
      const active = values[reset] ?? 0;
      state = (state & ~active) | (preset & active);
      values[q] = state;
    },
  });
  design.clocked.push((values) => {
    const [data = 0, change = 0, active = 0] = [values[d], values[enable], values[reset]];
    state = (((data & change) | (state & ~change)) & ~active) | (preset & active);
  });
}

/** The net of a pin, behind the inverter that the cell may have there. */
function maybeInverted(cell: CellReader, port: string): number {
  const net = cell.pin(port);
  if (cell.bitParameter(`IS_${port}_INVERTED`, 1, "0") !== "1") return net;
  const inverted = cell.design.newNet();
  cell.design.nodes.push({
    cell: cell.name,
    inputs: [net],
    outputs: [inverted],
    action: `v[${inverted}]=~${operand(net)};`,
  });
  return inverted;
}
