import { describe, expect, it } from "vitest";
import { createProgress, duration } from "./progress.js";
import { Screen } from "./testing/screen.js";

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
  const liveDetail = { headline: "epoch 1/2", panel: () => [["under it"]] };

  it("redraws a line for each task in place, over which others stay", () => {
    const screen = new Screen(50);
    let time = 0;
    const progress = createProgress(screen, { live: true, colours: false, now: () => time });
    const task = progress.start("float");
    time = 1_000;
    task.update(0.5, "a detail that is much too long for this terminal");
    expect(screen.lines).toEqual(["float       ██████░░░░░░   50 %  1 s left  a deta"]);
    progress.say("a line");
    const other = progress.start("yosys");
    other.update(0.25, "synth", 9);
    expect(screen.lines).toEqual([
      "a line",
      "float       ██████░░░░░░   50 %  1 s left  a deta",
      "yosys       ███░░░░░░░░░   25 %  9 s left  synth",
    ]);
    task.end("done");
    other.end();
    expect(screen.lines).toEqual(["a line", "float       done"]);
  });

  it("shows what stands under a task's line, as far as the terminal is high", () => {
    const screen = new Screen(60);
    const progress = createProgress(screen, { live: true, colours: false, now: () => 0 });
    progress.start("float").update(0.5, "not shown", 1, liveDetail);
    expect(screen.lines).toEqual(["float       ██████░░░░░░   50 %  1 s left  epoch 1/2", "under it"]);
    screen.rows = 2;
    progress.say("x");
    expect(screen.lines).toEqual(["x", "float       ██████░░░░░░   50 %  1 s left  epoch 1/2"]);
  });

  it("takes its lines away when it is closed or aborted, and says what is said then in plain lines", () => {
    for (const end of ["close", "abort"] as const) {
      const screen = new Screen(60);
      const control = new AbortController();
      const progress = createProgress(screen, { live: true, now: () => 0, signal: control.signal });
      const task = progress.start("float");
      task.update(0.5, "", 1, liveDetail);
      screen.write("^C");
      if (end === "close") progress.close();
      else control.abort();
      screen.write("Stopping.\n");
      task.update(0.6, "", 1, liveDetail);
      progress.say("a line");
      expect(screen.lines).toEqual(["Stopping.", "a line"]);
      expect(screen.cursor).toEqual({ row: 2, column: 0 });
    }
  });

  it("has colours unless NO_COLOR is set, and is none on a dumb terminal or without one", () => {
    const shown = (environment: Record<string, string>, isTTY: boolean) => {
      const before = { ...process.env };
      Object.assign(process.env, { TERM: "xterm", NO_COLOR: "" }, environment);
      try {
        const screen = new Screen(60);
        const panel = () => [[{ text: "best", style: "strong" as const }]];
        const output = { isTTY, columns: 60, write: (text: string) => screen.write(text) };
        createProgress(output, { now: () => 0 })
          .start("float")
          .update(1, "", 0, { headline: "", panel });
        return screen.writes.join("");
      } finally {
        process.env = before;
      }
    };
    expect(shown({}, true)).toContain("\u001b[36mbest");
    expect(shown({ NO_COLOR: "1" }, true)).toMatch(/^(?!.*\[\d+m).*best/s);
    expect(shown({ TERM: "dumb" }, true)).toBe("");
    expect(shown({}, false)).toBe("");
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

it("tells durations", () => {
  expect([0, 59.4, 60, 3_725].map(duration)).toEqual(["0 s", "59 s", "1:00 min", "1:02:05 h"]);
});
