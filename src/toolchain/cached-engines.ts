import { type CacheOutcome, cached } from "./cache.js";
import type { CommandJob, CommandRun } from "./commands.js";
import { contentHash, writeAtomic } from "./files.js";
import type { IceEngine } from "./nextpnr/engine.js";
import type { YosysEngine, YosysJob, YosysRun } from "./yosys/engine.js";

/** Where results are kept, and who is told that one was taken from there (or that an entry was damaged). */
export interface EngineCache {
  folder: string;
  onOutcome?: (outcome: CacheOutcome) => void;
}

/** What is kept of a run; files in base64. */
interface Kept {
  files: Record<string, string>;
  log: string;
  seconds: number;
}

/** A Yosys that does not do again what it has done: the same script on the same files, by the same version, gives the same result. */
export function cachedYosys(engine: YosysEngine, cache: EngineCache): YosysEngine {
  return {
    name: engine.name,
    version: engine.version,
    run: async (job: YosysJob): Promise<YosysRun> => {
      const key = {
        tool: [engine.name, engine.version],
        script: job.script,
        files: job.sources.map(({ name, text }) => [name, contentHash(text)]),
        outputs: job.outputs,
      };
      const run = await keep(cache, key, job.logFile, async () => {
        const { files, log, seconds } = await engine.run(job);
        return {
          files: new Map([...files].map(([name, text]) => [name, new TextEncoder().encode(text)])),
          log,
          seconds,
        };
      });
      const decoder = new TextDecoder();
      return { ...run, files: new Map([...run.files].map(([name, bytes]) => [name, decoder.decode(bytes)])) };
    },
  };
}

/** The same for place and route. */
export function cachedIce(engine: IceEngine, cache: EngineCache): IceEngine {
  return {
    ...engine,
    run: (command, job: CommandJob): Promise<CommandRun> => {
      const tool = command === "icepack" ? engine.packer : engine;
      const key = {
        tool: [command, tool.name, tool.version],
        args: job.args,
        files: job.files.map(({ name, content }) => [name, contentHash(content)]),
        outputs: job.outputs,
      };
      return keep(cache, key, job.logFile, () => engine.run(command, job));
    },
  };
}

async function keep(
  { folder, onOutcome }: EngineCache,
  key: unknown,
  logFile: string | undefined,
  run: () => Promise<CommandRun>,
): Promise<CommandRun> {
  const { value, outcome } = await cached<Kept>({
    folder,
    key,
    compute: async () => {
      const { files, log, seconds } = await run();
      const text = Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
      return { files: text, log, seconds };
    },
    check: checkKept,
  });
  onOutcome?.(outcome);
  if (outcome.kind === "hit" && logFile !== undefined) await writeAtomic(logFile, value.log);
  return {
    files: new Map(
      Object.entries(value.files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))]),
    ),
    log: value.log,
    seconds: value.seconds,
  };
}

function checkKept(value: unknown): Kept {
  const kept = value as Partial<Kept> | null;
  const whole =
    typeof kept?.log === "string" &&
    typeof kept.seconds === "number" &&
    typeof kept.files === "object" &&
    Object.values(kept.files).every((text) => typeof text === "string");
  if (!whole) throw new Error("it is not the result of a program");
  return kept as Kept;
}
