import { describe, expect, it } from "vitest";
import { createProgress, duration, sparkline } from "./progress.js";

function recorder(columns?: number) {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  return { write, columns, take: () => text };
}

describe("progress without a terminal", () => {
  it("prints plain lines, at most one each five seconds", () => {
    const output = recorder();
    let time = 0;
    const task = createProgress(output, { live: false, now: () => time }).start("float");
    for (time = 0; time <= 12_000; time += 100) task.update(time / 20_000, `epoch ${time / 100}`);
    task.end("done");
    expect(output.take()).toBe(
      "float: 25 %, epoch 50, 15 s left\nfloat: 50 %, epoch 100, 10 s left\nfloat       done\n",
    );
  });

  it("takes the time left from the work where that knows better", () => {
    const output = recorder();
    let time = 0;
    const task = createProgress(output, { live: false, now: () => time }).start("float");
    time = 6_000;
    task.update(0.5, "", 90);
    expect(output.take()).toBe("float: 50 %, 1:30 min left\n");
  });
});

describe("progress on a terminal", () => {
  it("redraws one line that fits, and clears it for lines that stay", () => {
    const output = recorder(40);
    let time = 0;
    const progress = createProgress(output, { live: true, now: () => time });
    const task = progress.start("float");
    time = 1_000;
    task.update(0.5, "a detail that is much too long for this terminal");
    const drawn = output.take();
    expect(drawn.startsWith("\r\u001b[K")).toBe(true);
    expect(drawn).not.toContain("\n");
    expect([...drawn.replace("\r\u001b[K", "")].length).toBe(39);
    progress.say("a line");
    expect(output.take()).toContain("\r\u001b[Ka line\n");
    task.end();
    expect(output.take().endsWith("\r\u001b[K")).toBe(true);
  });
});

describe("quiet", () => {
  it("prints nothing", () => {
    const output = recorder();
    const progress = createProgress(output, { quiet: true });
    progress.say("x");
    progress.start("y").end("z");
    expect(output.take()).toBe("");
  });
});

it("draws the last values as bars between least and largest", () => {
  expect(sparkline([5, 4, 3, 2])).toBe("█▆▃▁");
  expect(sparkline([1, 9, 1, 9], 2)).toBe("▁█");
  expect(sparkline([3])).toBe("");
  expect(sparkline([2, 2])).toBe("▁▁");
});

it("tells durations", () => {
  expect([0, 59.4, 60, 3_725].map(duration)).toEqual(["0 s", "59 s", "1:00 min", "1:02:05 h"]);
});
