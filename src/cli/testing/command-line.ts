import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sin } from "../../numeric/elementary.js";
import { Random } from "../../numeric/random.js";
import { runCommandLine } from "../program.js";

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own, removed by `clean`, and the real command line in it, but for the process. */
export interface Workshop {
  readonly folder: string;
  gatecast(line: string, signal?: AbortSignal): Promise<Outcome>;
  write(file: string, text: string): Promise<void>;
  clean(): Promise<void>;
}

export async function workshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "gatecast-cli-"));
  return {
    folder,
    async gatecast(line, signal = new AbortController().signal) {
      const printed = { out: "", err: "" };
      const stream = (key: keyof typeof printed) => ({
        write: (text: string) => {
          printed[key] += text;
        },
      });
      const exitCode = await runCommandLine(
        line.split(" ").filter((word) => word !== ""),
        { stdout: stream("out"), stderr: stream("err"), signal, folder },
      );
      return { exitCode, ...printed };
    },
    write: (file, text) => writeFile(join(folder, file), text),
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A small recording: a wave with noise, a row every five minutes. */
export function smallCsv(rows = 400): string {
  const random = new Random(5);
  const lines = Array.from({ length: rows }, (_, row) => {
    const time = new Date(Date.UTC(2024, 0, 1) + row * 300_000).toISOString().slice(0, 16).replace("T", " ");
    return `${time},${Math.round(60 + 40 * sin(row / 9) + 4 * random.normal())},${row % 7}`;
  });
  return `timestamp,flow,lane\n${lines.join("\n")}\n`;
}

/** Options of the smallest network that is still one. */
export const smallNetwork =
  "--data flow.csv --target flow --window 6 --d-model 4 --feed-forward 4 --epochs 2 --qat-epochs 2 --windows 8 --ghdl no --icarus no --threads 1";
