import { median } from "./statistics.js";

/** Work done and what it cost. */
export interface Reading {
  readonly samples: number;
  /** Of all threads of the process that did it, in user and system mode. */
  readonly cpuSeconds: number;
  /** By the wall clock: of meaning on a machine that is idle otherwise. */
  readonly seconds: number;
}

/** Something whose speed is measured. */
export interface Contender {
  readonly name: string;
  /** Works for about so many CPU-seconds. */
  measure(cpuSeconds: number): Promise<Reading>;
}

export interface Comparison {
  readonly name: string;
  /** Medians over the rounds. */
  readonly samplesPerCpuSecond: number;
  readonly samplesPerSecond: number;
  /** How many times as many samples per CPU-second the reference did: median of the rounds' ratios, and their range. */
  readonly ratio: number | null;
  readonly ratioRange: readonly [number, number] | null;
}

/**
 * Measures contenders in turn, A B C A B C ..., so that whatever else the machine does meets all alike; the ratios are taken round by
 * round. Each has worked for half a slice before, uncounted.
 *
 * @param reference name of the contender that ratios are of; without it there are none
 */
export async function sideBySide(
  contenders: readonly Contender[],
  reference: string,
  { rounds, cpuSeconds }: { readonly rounds: number; readonly cpuSeconds: number },
): Promise<Comparison[]> {
  const readings: Reading[][] = contenders.map(() => []);
  for (const contender of contenders) await contender.measure(cpuSeconds / 2);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      readings[index]?.push(await contender.measure(cpuSeconds));
    }
  }
  return compare(
    contenders.map(({ name }, index) => ({ name, readings: readings[index] ?? [] })),
    reference,
  );
}

/** The figures of contenders with equally many readings each. */
export function compare(
  measured: readonly { readonly name: string; readonly readings: readonly Reading[] }[],
  reference: string,
): Comparison[] {
  const speed = ({ samples, cpuSeconds }: Reading) => samples / cpuSeconds;
  const against = measured.find(({ name }) => name === reference)?.readings.map(speed);
  return measured.map(({ name, readings }) => {
    const ratios = against?.map((own, round) => own / speed(readings[round] ?? none));
    return {
      name,
      samplesPerCpuSecond: median(readings.map(speed)),
      samplesPerSecond: median(readings.map(({ samples, seconds }) => samples / seconds)),
      ratio: ratios ? median(ratios) : null,
      ratioRange: ratios ? [Math.min(...ratios), Math.max(...ratios)] : null,
    };
  });
}

const none: Reading = { samples: Number.NaN, cpuSeconds: Number.NaN, seconds: Number.NaN };

/** Repeats `work`, which does so many samples, until about the given CPU time is spent. */
export function measureHere(work: () => number, cpuSeconds: number): Reading {
  const started = performance.now();
  const before = process.cpuUsage();
  let samples = 0;
  let spent = 0;
  do {
    samples += work();
    const { user, system } = process.cpuUsage(before);
    spent = (user + system) / 1e6;
  } while (spent < cpuSeconds);
  return { samples, cpuSeconds: spent, seconds: (performance.now() - started) / 1000 };
}
