/** Where long steps say how far they are. On a terminal one live line; elsewhere plain lines, far apart; or nothing. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** A piece of work whose end is known; `label` leads its line. */
  start(label: string): Task;
}

export interface Task {
  /**
   * `fraction` in 0..1 of the work; `detail` is what is worth knowing now ("epoch 3/40, loss 0.012"); `secondsLeft` where
   * the work knows better than the share of it that is done.
   */
  update(fraction: number, detail: string, secondsLeft?: number): void;
  /** Ends the live line; `summary` stays where given. */
  end(summary?: string): void;
}

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

interface ProgressOptions {
  readonly quiet?: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  /** Whether lines are redrawn in place; default: on a terminal that can. */
  readonly live?: boolean;
}

const plainIntervalMilliseconds = 5_000;
const liveIntervalMilliseconds = 80;
const barCells = 12;
const eraseLine = "\r\u001b[K";

/** Progress on `output` (standard error: standard output is for results). */
export function createProgress(output: ProgressOutput, options: ProgressOptions = {}): Progress {
  if (options.quiet === true) return silentProgress;
  const live = options.live ?? (output.isTTY === true && process.env.TERM !== "dumb");
  const now = options.now ?? (() => performance.now());
  return new LineProgress(output, live, now);
}

/** Says nothing: for `--quiet` and for the library. */
export const silentProgress: Progress = {
  say: () => undefined,
  start: () => ({ update: () => undefined, end: () => undefined }),
};

class LineProgress implements Progress {
  private liveLine = "";
  /** What is at work, in the order it began, with the last thing it said. */
  private readonly tasks = new Map<object, string>();

  constructor(
    private readonly output: ProgressOutput,
    private readonly live: boolean,
    private readonly now: () => number,
  ) {}

  say(line: string): void {
    if (this.liveLine !== "") this.output.write(eraseLine);
    this.output.write(`${line}\n`);
    if (this.liveLine !== "") this.output.write(this.liveLine);
  }

  start(label: string): Task {
    const started = this.now();
    let last = this.live ? Number.NEGATIVE_INFINITY : started;
    const task: Task = {
      update: (fraction, detail, secondsLeft) => {
        const time = this.now();
        if (time - last < (this.live ? liveIntervalMilliseconds : plainIntervalMilliseconds)) return;
        last = time;
        const share = Math.min(1, Math.max(0, fraction));
        const guess = share > 0.01 ? ((time - started) * (1 - share)) / share / 1000 : undefined;
        const seconds = secondsLeft ?? guess;
        const left = seconds === undefined ? "" : `${duration(seconds)} left`;
        const percent = `${Math.floor(share * 100)} %`;
        if (this.live) this.draw(task, [label.padEnd(11), bar(share), percent.padStart(5), left, detail]);
        else this.output.write(`${[`${label}: ${percent}`, detail, left].filter((part) => part !== "").join(", ")}\n`);
      },
      end: (summary) => {
        this.tasks.delete(task);
        if (this.liveLine !== "") this.output.write(eraseLine);
        this.liveLine = "";
        if (summary !== undefined) this.say(`${label.padEnd(11)} ${summary}`);
      },
    };
    return task;
  }

  /** All tasks share one line, the one that has just said something first. */
  private draw(task: object, parts: readonly string[]): void {
    this.tasks.set(task, parts.filter((part) => part !== "").join("  "));
    const others = [...this.tasks].filter(([other]) => other !== task).map(([, text]) => text);
    const line = [this.tasks.get(task) ?? "", ...others].join("  |  ");
    this.liveLine = [...line].slice(0, (this.output.columns ?? 100) - 1).join("");
    this.output.write(eraseLine + this.liveLine);
  }
}

function bar(share: number): string {
  const full = Math.round(share * barCells);
  return "█".repeat(full) + "░".repeat(barCells - full);
}

/** Seconds for a person: "8 s", "2:05 min", "1:02:05 h". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
}

const heights = "▁▂▃▄▅▆▇█";

/** The last `width` values as little bars between the least and the largest of them; nothing for fewer than two. */
export function sparkline(values: readonly number[], width = 16): string {
  const shown = values.slice(-width).filter(Number.isFinite);
  if (shown.length < 2) return "";
  const least = Math.min(...shown);
  const span = Math.max(...shown) - least || 1;
  return shown.map((value) => heights[Math.round(((value - least) / span) * (heights.length - 1))]).join("");
}
