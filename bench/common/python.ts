import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { z } from "zod";
import { GatecastError } from "../../src/errors.js";
import type { Contender, Reading } from "./side-by-side.js";

const setting = "GATECAST_PYTHON";
const candidates = ["/usr/bin/python3", "python3"] as const;
const hello = z.object({ torch: z.string(), python: z.string(), threads: z.number(), blas: z.string() });
export type PythonVersions = z.infer<typeof hello>;
const failure = z.object({ error: z.string() });
const reading = z.object({ samples: z.number(), cpuSeconds: z.number().positive(), seconds: z.number().positive() });

/** Longest time a step of the PyTorch process may take. */
const patience = 300_000;

/**
 * The first Python that can import torch: the one named by GATECAST_PYTHON, else /usr/bin/python3, else python3.
 *
 * @throws GatecastError "tool" that says what each one answered
 */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = environment[setting];
  const programs = named === undefined || named === "" ? candidates : [named];
  const answers: string[] = [];
  for (const program of programs) {
    try {
      await promisify(execFile)(program, ["-c", "import torch"], { timeout: 60_000 });
      return program;
    } catch (error) {
      const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
      answers.push(`${program}: ${lines.at(-1)}`);
    }
  }
  throw new GatecastError("tool", `No Python with PyTorch was found (${answers.join("; ")}).`, {
    remedy: `Install it (Debian: apt-get install python3-torch), or name a Python that has it in ${setting}.`,
    where: { key: setting },
  });
}

/** A process of bench/pytorch/worker.py. */
export class PyTorch {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = "";
  #versions: PythonVersions = { torch: "", python: "", threads: 0, blas: "" };

  private constructor(program: string, root: string, threads: number) {
    this.#process = spawn(program, [join(root, "bench", "pytorch", "worker.py"), String(threads)], {
      env: {
        ...process.env,
        OMP_NUM_THREADS: String(threads),
        OPENBLAS_NUM_THREADS: String(threads),
        MKL_NUM_THREADS: String(threads),
      },
    });
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    // A process that ends while it is written to is noticed where its answer is awaited.
    this.#process.stdin.on("error", () => undefined);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts a process whose PyTorch uses so many threads. */
  static async start(program: string, root: string, threads: number): Promise<PyTorch> {
    const python = new PyTorch(program, root, threads);
    python.#versions = await python.#read(hello);
    return python;
  }

  get versions(): Readonly<PythonVersions> {
    return this.#versions;
  }

  /** Sends a request and checks the answer. */
  async ask<T>(request: object, answer: z.ZodType<T>): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#read(answer);
  }

  /** Something prepared under `name` as a contender. */
  contender(name: string): Contender {
    return {
      name,
      measure: (cpuSeconds): Promise<Reading> => this.ask({ command: "measure", name, cpuSeconds }, reading),
    };
  }

  stop(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }

  async #read<T>(answer: z.ZodType<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#failed(`did not answer within ${patience / 1000} s`)), patience);
    });
    try {
      const line = await Promise.race([this.#lines.next(), late]);
      if (line.done === true) throw this.#failed("ended");
      const value: unknown = JSON.parse(line.value);
      const wrong = failure.safeParse(value);
      if (wrong.success) throw this.#failed(`says ${wrong.data.error}`);
      return answer.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(what: string): GatecastError {
    this.stop();
    const last = this.#errors.trim().split("\n").at(-1);
    return new GatecastError("tool", `The PyTorch process ${what}${last ? `: ${last}` : ""}.`, {
      remedy: "Run bench/pytorch/worker.py by hand to see what it lacks; PyTorch 1.13 and 2 are known to work.",
    });
  }
}

/** Which PyTorch was measured, and a warning where it could not do its best. */
export function pythonLines({ torch, python, blas }: PythonVersions): string[] {
  const line = `PyTorch ${torch} on Python ${python}, BLAS: ${blas}`;
  if (blas !== "reference") return [line];
  return [
    line,
    "WARNING: this PyTorch multiplies matrices with the unoptimised reference BLAS, several times slower than OpenBLAS: the ratios",
    "below flatter Gatecast. For a fair comparison install OpenBLAS (Debian: apt-get install libopenblas0-pthread).",
  ];
}
