/** The kinds of thing the preparation of a series finds and decides. */
export type FindingKind =
  | "timestamps"
  | "unsorted"
  | "duplicates"
  | "irregular"
  | "gaps"
  | "infinite"
  | "missing"
  | "interpolated"
  | "split"
  | "windows";

/** One finding in plain words, with the first few places where it was found. */
export interface Finding {
  readonly kind: FindingKind;
  /** How many rows, steps or values it concerns. */
  readonly count: number;
  /** What was found and what was done about it: a full sentence. */
  readonly message: string;
  readonly examples: readonly Place[];
}

/** A place in the source. */
export interface Place {
  /** 1-based line of the source (row number for Parquet). */
  readonly line: number;
  readonly text: string;
}

const EXAMPLES = 3;

/** Counts the places of one kind and keeps the first few. */
export class Places {
  count = 0;
  readonly examples: Place[] = [];

  add(line: number, text: () => string): void {
    this.count += 1;
    if (this.examples.length < EXAMPLES) this.examples.push({ line, text: text() });
  }

  finding(kind: FindingKind, message: string): Finding {
    return { kind, count: this.count, message, examples: this.examples };
  }
}

/** An instant as text, as it was written down: 2016-01-04 00:05, with seconds and milliseconds where there are any. */
export function formatInstant(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  const full = `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
  return full.replace(/\.000$/, "").replace(/^(.{16}):00$/, "$1");
}

/** A length of time: "5 min", "2 d 5 min", "1.5 s", "50 ms". */
export function formatDuration(milliseconds: number): string {
  const units: readonly [string, number][] = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ];
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const words: string[] = [];
  let rest = milliseconds;
  for (const [name, size] of units) {
    if (rest >= size) words.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  if (rest > 0) words.push(`${rest / 1000} s`);
  return words.join(" ");
}

/** "1 window", "3 windows". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The findings as lines of text, for a terminal or a log. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map((finding) => {
      const places = finding.examples.map((place) => `  line ${place.line}: ${place.text}`);
      const more = finding.count > finding.examples.length && places.length > 0 ? ["  ..."] : [];
      return [finding.message, ...places, ...more].join("\n");
    })
    .join("\n");
}
