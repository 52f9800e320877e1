import { parseArgs } from "node:util";
import { GatecastError } from "../../src/errors.js";

/** The options of one call: `--quick`, `--json FILE`, and the bench's own ones, all of which take a value. */
export class BenchOptions {
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: { quick: boolean; json?: string | undefined; own: ReadonlyMap<string, string> }) {
    this.quick = values.quick;
    this.json = values.json;
    this.#values = values.own;
  }

  /** The text behind `--name`. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** A list as in `--name a,b,c`. */
  words(name: string): string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const words = text.split(",").map((word) => word.trim());
    if (words.includes("")) throw wrong(name, text, "values with commas between them");
    return words;
  }

  /** A list of whole numbers from `least` to `most`. */
  numbers(name: string, least: number, most: number): number[] | undefined {
    return this.words(name)?.map((word) => {
      const value = Number(word);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      throw wrong(name, word, `whole numbers from ${least} to ${most} with commas between them`);
    });
  }

  /** One whole number from `least` to `most`. */
  number(name: string, least: number, most: number): number | undefined {
    const numbers = this.numbers(name, least, most);
    if (numbers === undefined || numbers.length === 1) return numbers?.[0];
    throw wrong(name, this.text(name) ?? "", "one number");
  }

  /** A list of which every word is one of `known`. */
  choices<T extends string>(name: string, known: readonly T[]): T[] | undefined {
    return this.words(name)?.map((word) => {
      const found = known.find((candidate) => candidate === word);
      if (found !== undefined) return found;
      throw wrong(name, word, `any of ${known.join(", ")}`);
    });
  }

  /** One of `known`. */
  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const choices = this.choices(name, known);
    if (choices === undefined || choices.length === 1) return choices?.[0];
    throw wrong(name, this.text(name) ?? "", `one of ${known.join(", ")}`);
  }
}

/**
 * Reads the arguments behind a bench's name.
 *
 * @param own names of the bench's own options
 * @throws GatecastError "usage" for an option that the bench does not have, or one without its value
 */
export function parseOptions(args: readonly string[], own: readonly string[]): BenchOptions {
  const options: Record<string, { type: "string" | "boolean" }> = {
    json: { type: "string" },
    quick: { type: "boolean" },
  };
  for (const name of own) options[name] = { type: "string" };
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    const texts = Object.entries(values).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && name !== "json" ? [[name, value]] : [],
    );
    const json = typeof values.json === "string" ? values.json : undefined;
    return new BenchOptions({ quick: values.quick === true, json, own: new Map(texts) });
  } catch (error) {
    throw new GatecastError("usage", error instanceof Error ? error.message : String(error), {
      remedy: `This bench has the options ${["--json FILE", "--quick", ...own.map((name) => `--${name}`)].join(", ")}.`,
      cause: error,
    });
  }
}

function wrong(name: string, value: string, expected: string): GatecastError {
  return new GatecastError("usage", `--${name} is "${value}"; expected ${expected}.`, {
    remedy: `Change --${name}, or leave it out.`,
    where: { key: name },
  });
}
