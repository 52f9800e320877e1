import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SerialTop, serialBytes, serialTop } from "../../src/accelerator/delivery/serial.js";
import { device } from "../../src/accelerator/devices.js";
import { generateAccelerator } from "../../src/accelerator/generate.js";
import { planAccelerator } from "../../src/accelerator/planner.js";
import { createInterpreter, type IntegerModel } from "../../src/integer/index.js";
import { randomIntegerModel, randomWindows } from "../../src/integer/testing/index.js";
import { defineArchitecture, definePrecision } from "../../src/model/index.js";
import { runIcarus } from "../../src/toolchain/icarus.js";
import { temporaryFolder } from "../../src/toolchain/testing/temporary-folder.js";
import { toolForTest } from "../../src/toolchain/testing/tool-for-test.js";

const folder = temporaryFolder();

/** Sends bytes as a host would, and prints those that come back. In the middle of the first window it sends a break, and begins anew. */
function bench(top: SerialTop, bytes: Uint8Array, breakAfter: number, answers: number): string {
  const period = top.divider * 10;
  return `\`timescale 1ns/1ns
module bench;
  reg clock = 0, rx = 1; wire tx;
  ${top.name} dut(.clock(clock), .rx(rx), .tx(tx));
  always #5 clock = !clock;
  reg [7:0] data [0:${bytes.length - 1}];
  integer index, place, got, bits;
  reg [7:0] answer;
  task send(input [7:0] value); begin
    rx = 0; #${period};
    for (place = 0; place < 8; place = place + 1) begin rx = value[place]; #${period}; end
    rx = 1; #${period + 3};
  end endtask
  initial begin
    $readmemh("bytes.hex", data);
    #4000;
    for (index = 0; index < ${breakAfter}; index = index + 1) send(data[index]);
    rx = 0; #${12 * period}; rx = 1; #4000;
    for (index = 0; index < ${bytes.length}; index = index + 1) send(data[index]);
  end
  initial begin
    for (got = 0; got < ${answers}; got = got + 1) begin
      @(negedge tx); #${period / 2};
      for (bits = 0; bits < 8; bits = bits + 1) begin #${period}; answer[bits] = tx; end
      #${period};
      if (tx !== 1) $display("ERROR: no stop bit");
      $display("%h", answer);
    end
    $finish;
  end
endmodule
`;
}

async function check(model: IntegerModel, mode: "window" | "sample"): Promise<void> {
  const plan = planAccelerator(model, { device: device("xc7s15"), goal: "area", mode });
  const delivery = generateAccelerator(model, plan);
  // A very fast line: the simulation is that of some thousand cycles.
  const top = serialTop(delivery.face, { clockHz: 8e6, baud: 1e6 });
  const codes = randomWindows(model, 2, 3);
  const bytes = serialBytes(delivery.face, codes);
  const { window, inputs } = model.architecture;
  const sent =
    mode === "window"
      ? [codes]
      : Array.from({ length: window + 1 }, (_, first) => codes.slice(first * inputs, (first + window) * inputs));
  const expected = sent.flatMap((part) => [...createInterpreter(model).run(Int16Array.from(part))]);
  const result = await runIcarus({
    sources: [
      ...delivery.verilog.map(({ path, text }) => ({ name: path.split("/").at(-1) ?? "", text })),
      { name: top.fileName, text: top.text },
      { name: "bench.v", text: bench(top, bytes, 3, expected.length * top.forecastBytes) },
    ],
    dataFiles: [{ name: "bytes.hex", text: [...bytes].map((byte) => byte.toString(16)).join("\n") }],
    top: "bench",
    folder: join(folder, `${mode}${inputs}`),
    timeLimitSeconds: 120,
  });
  expect(result.messages.filter(({ severity }) => severity === "error")).toEqual([]);
  const answers = result.lines.filter((line) => /^[0-9a-f]{2}$/.test(line)).map((line) => Number.parseInt(line, 16));
  const forecasts = expected.map((_, index) => {
    let value = 0;
    for (let byte = 0; byte < top.forecastBytes; byte++) {
      value |= (answers[index * top.forecastBytes + byte] ?? 0) << (8 * byte);
    }
    const spare = 32 - 8 * top.forecastBytes;
    return (value << spare) >> spare;
  });
  expect(forecasts).toEqual(expected);
  expect(new Set(expected).size).toBeGreaterThan(1);
}

describe("the accelerator behind a serial line", () => {
  const precision = definePrecision({ bits: 3, samples: 12, forecast: 14 });

  it("answers windows sent byte by byte with the interpreter's codes, also after a break in the middle", async (context) => {
    await toolForTest(context, "iverilog");
    const architecture = defineArchitecture({
      window: 4,
      dModel: 4,
      feedForward: 4,
      inputs: 2,
      persistence: null,
      targets: 2,
    });
    await check(randomIntegerModel(architecture, precision, 5), "window");
  });

  it("answers every sample of a series, once there are enough", async (context) => {
    await toolForTest(context, "iverilog");
    await check(
      randomIntegerModel(defineArchitecture({ window: 3, dModel: 4, feedForward: 4 }), precision, 6),
      "sample",
    );
  });

  it("refuses a clock that does not divide to the line's rate", () => {
    const model = randomIntegerModel(defineArchitecture({ window: 3, dModel: 4, feedForward: 4 }), precision, 6);
    const { face } = generateAccelerator(model, planAccelerator(model, { device: device("xc7s15"), goal: "area" }));
    expect(serialTop(face, { clockHz: 12e6 })).toMatchObject({ divider: 104, sampleBytes: 2, forecastBytes: 2 });
    expect(() => serialTop(face, { clockHz: 12e6, baud: 8e6 })).toThrow(expect.objectContaining({ kind: "usage" }));
    expect(() => serialTop(face, { clockHz: 1e6, baud: 219_000 })).toThrow(
      /1 MHz cannot make a serial line of 219000 bits\/s/,
    );
  });
});
