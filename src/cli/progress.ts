import type { Line, Size } from "./display/line.js";
import { LiveBlock } from "./display/live-block.js";

/** Where long steps say how far they are. On a terminal a few live lines; elsewhere plain lines, far apart; or nothing. */
export interface Progress {
  /** A line that stays. */
  say(line: string): void;
  /** A piece of work whose end is known; `label` leads its line. */
  start(label: string): Task;
  /** The work has ended or is to end: takes the live lines away, for good. What is said then is said in plain lines. */
  close(): void;
}

export interface Task {
  /**
   * `fraction` in 0..1 of the work; `detail` is what is worth knowing now ("simulating the netlist"); `secondsLeft` where
   * the work knows better than the share of it that is done; `live` what a terminal shows instead of the detail.
   */
  update(fraction: number, detail: string, secondsLeft?: number, live?: LiveDetail): void;
  /** Ends the live lines of this task; `summary` stays where given. */
  end(summary?: string): void;
}

/** More than a line, for terminals. */
export interface LiveDetail {
  /** Beside the bar. */
  readonly headline: string;
  /** Lines under it, that fit. */
  panel(size: Size): readonly Line[];
}

export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

interface ProgressOptions {
  readonly quiet?: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  /** Whether lines are redrawn in place; default: on a terminal that can. */
  readonly live?: boolean;
  /** Whether live lines have colours; default: unless NO_COLOR is set. */
  readonly colours?: boolean;
  /** Takes the live lines away when it is aborted. */
  readonly signal?: AbortSignal;
}

const plainIntervalMilliseconds = 5_000;
const liveIntervalMilliseconds = 80;
const barCells = 12;

/** Progress on `output` (standard error: standard output is for results). */
export function createProgress(output: ProgressOutput, options: ProgressOptions = {}): Progress {
  if (options.quiet === true) return silentProgress;
  const { TERM, NO_COLOR = "" } = process.env;
  const live = options.live ?? (output.isTTY === true && TERM !== "dumb");
  const block = live ? new LiveBlock(output, options.colours ?? NO_COLOR === "") : null;
  const progress = new LineProgress(output, block, options.now ?? (() => performance.now()));
  options.signal?.addEventListener("abort", () => progress.close(), { once: true });
  return progress;
}

/** Says nothing: for `--quiet` and for the library. */
export const silentProgress: Progress = {
  say: () => undefined,
  start: () => ({ update: () => undefined, end: () => undefined }),
  close: () => undefined,
};

/** What a task has said last: its line, and what stands under it. */
interface Said {
  readonly line: string;
  readonly panel: LiveDetail["panel"] | undefined;
}

class LineProgress implements Progress {
  /** What is at work, in the order it began. */
  private readonly tasks = new Map<object, Said>();
  private closed = false;

  constructor(
    private readonly output: ProgressOutput,
    /** Null: plain lines. */
    private block: LiveBlock | null,
    private readonly now: () => number,
  ) {}

  say(line: string): void {
    if (this.block === null) this.output.write(`${line}\n`);
    else this.draw([line]);
  }

  start(label: string): Task {
    const started = this.now();
    let last = this.block === null ? started : Number.NEGATIVE_INFINITY;
    const task: Task = {
      update: (fraction, detail, secondsLeft, more) => {
        if (this.closed) return;
        const time = this.now();
        if (time - last < (this.block === null ? plainIntervalMilliseconds : liveIntervalMilliseconds)) return;
        last = time;
        const share = Math.min(1, Math.max(0, fraction));
        const guess = share > 0.01 ? ((time - started) * (1 - share)) / share / 1000 : undefined;
        const seconds = secondsLeft ?? guess;
        const left = seconds === undefined ? "" : `${duration(seconds)} left`;
        const percent = `${Math.floor(share * 100)} %`;
        if (this.block === null) {
          this.output.write(`${[`${label}: ${percent}`, detail, left].filter((part) => part !== "").join(", ")}\n`);
          return;
        }
        const parts = [label.padEnd(10), bar(share), percent.padStart(5), left, more?.headline ?? detail];
        this.tasks.set(task, { line: parts.filter((part) => part !== "").join("  "), panel: more?.panel });
        this.draw();
      },
      end: (summary) => {
        this.tasks.delete(task);
        const stays = summary === undefined ? [] : [`${label.padEnd(11)} ${summary}`];
        if (this.block !== null) this.draw(stays);
        else for (const line of stays) this.say(line);
      },
    };
    return task;
  }

  close(): void {
    this.closed = true;
    this.tasks.clear();
    this.draw();
    this.block = null;
  }

  /** All live lines: each task's, and under it its panel as far as the terminal is high. */
  private draw(above: readonly string[] = []): void {
    if (this.block === null) return;
    const { columns, rows } = this.block.size;
    let free = rows - this.tasks.size;
    const lines: Line[] = [];
    for (const { line, panel } of this.tasks.values()) {
      const under = panel?.({ columns, rows: Math.max(0, free) }).slice(0, Math.max(0, free)) ?? [];
      free -= under.length;
      lines.push([line], ...under);
    }
    this.block.draw(lines, above);
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
