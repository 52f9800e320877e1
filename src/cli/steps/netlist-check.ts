import { GatecastError } from "../../errors.js";
import { createInterpreter, type IntegerModel } from "../../integer/index.js";
import { Random } from "../../numeric/random.js";
import type { Netlist } from "../../toolchain/netlist/format.js";
import { NETLIST_LANES, type NetlistSimulation, simulateNetlist } from "../../toolchain/netlist/simulate.js";
import { breathe } from "./patient.js";

/** Windows that are simulated on the netlist: as many as the simulator runs side by side. */
export const netlistWindows = NETLIST_LANES;

/** Cycles between two looks at the event loop. */
const cyclesPerBreath = 200;

/**
 * Simulates a netlist on windows of samples, one in each lane, and compares every bit of the forecasts with the interpreter.
 * In mode `sample` a window's rows one by one end in the same forecast. In an eighth of the cycles `enable` is low, so that a clock
 * enable that synthesis has lost is noticed; `cycles` counts the others.
 *
 * @param codes at most `netlistWindows` windows [count][n][m]
 * @param limit cycles after which a design that has not answered is taken for stuck
 * @throws GatecastError "verification" where the lanes' handshakes differ or the netlist does not answer
 */
export async function checkNetlist(
  netlist: Netlist,
  model: IntegerModel,
  codes: Int16Array,
  options: {
    readonly limit: number;
    readonly signal: AbortSignal;
    readonly onProgress: (share: number) => void;
  },
): Promise<{ windows: number; mismatches: number; cycles: number }> {
  const { window, inputs, horizon, targets } = model.architecture;
  const size = window * inputs;
  const windows = codes.length / size;
  const outputs = horizon * targets;
  const expected = createInterpreter(model).run(codes);
  const sim = simulateNetlist(netlist);
  const wrong = new Set<number>();

  const random = new Random(1);
  sim.set("sample_valid", 0);
  sim.set("forecast_ready", 1);
  sim.set("reset", 1);
  sim.step();
  sim.set("reset", 0);
  let row = 0;
  let produced = 0;
  let awake = 0;
  for (let cycle = 0; produced < outputs; cycle++) {
    const enable = random.integer(8) > 0;
    if (enable) awake += 1;
    sim.set("enable", enable ? 1 : 0);
    sim.set("sample_valid", row < window ? 1 : 0);
    if (row < window) sim.set("sample_data", rowOf(codes, model, row, windows));
    const taken = inAllLanes(sim, "sample_ready", windows);
    const offered = inAllLanes(sim, "forecast_valid", windows);
    if (offered) {
      for (let lane = 0; lane < windows; lane++) {
        const forecast = Number(sim.getSigned("forecast_data", lane));
        if (forecast !== expected[lane * outputs + produced]) wrong.add(lane);
      }
      produced += 1;
    }
    if (taken && row < window) row += 1;
    sim.step();
    if (cycle > options.limit) {
      throw new GatecastError("verification", `The synthesised netlist has not answered after ${cycle} cycles.`, {
        remedy: "This is a defect of the generated hardware or of its synthesis: please report it with the run folder.",
      });
    }
    if (cycle % cyclesPerBreath === 0) {
      options.onProgress(Math.min(1, cycle / options.limit));
      await breathe(options.signal);
    }
  }
  if (!inAllLanes(sim, "idle", windows)) {
    throw new GatecastError("verification", "The synthesised netlist is not idle after its last forecast.", {
      remedy: "This is a defect of the generated hardware or of its synthesis: please report it with the run folder.",
    });
  }
  return { windows, mismatches: wrong.size, cycles: awake };
}

/** One row of each window, columns packed with column 0 in the low bits. */
function rowOf(codes: Int16Array, model: IntegerModel, row: number, windows: number): bigint[] {
  const { window, inputs } = model.architecture;
  const bits = model.precision.samples;
  return Array.from({ length: windows }, (_, lane) => {
    let word = 0n;
    for (let column = inputs - 1; column >= 0; column--) {
      const code = codes[(lane * window + row) * inputs + column] ?? 0;
      word = (word << BigInt(bits)) | BigInt.asUintN(bits, BigInt(code));
    }
    return word;
  });
}

/** A handshake signal, which must be the same in every lane: timing does not depend on data. */
function inAllLanes(sim: NetlistSimulation, port: string, lanes: number): boolean {
  const [word = 0] = sim.getBits(port);
  const mask = lanes === 32 ? -1 : (1 << lanes) - 1;
  const bits = word & mask;
  if (bits === 0) return false;
  if (bits === mask) return true;
  throw new GatecastError("verification", `The synthesised netlist's ${port} differs between windows.`, {
    remedy: "This is a defect of the generated hardware or of its synthesis: please report it with the run folder.",
  });
}
