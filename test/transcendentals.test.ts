import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// ECMAScript lets engines round these as they please: no weight, table or threshold may come of one. src/numeric has its own.
// (Math.sqrt, floor, round, abs, fround, imul and clz32 are exact.)
const inexact =
  /\bMath\s*(?:\.|\?\.|\[\s*["'`])\s*(?:exp|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|pow|cbrt|hypot|random)\b|\{[^}]*\}\s*=\s*Math\b/g;
/** Powers of anything but 2 (of which powers to whole numbers are exact). */
const power = /(?<![\w.)\]])(?:\(?[\w.)\]]+)\s*\*\*=?/g;

const sources = fileURLToPath(new URL("../src", import.meta.url));
const rooms = ["model", "integer", "training", "numeric", "accelerator"];
/** Logarithms of sizes in cost estimates, which nothing is made of; powers of BigInts, which are exact. */
const exempt = ["accelerator/estimate.ts", "numeric/sha256.ts"];

/** The code without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function offences(text: string): string[] {
  const powers = [...text.matchAll(power)].map(([found]) => found).filter((found) => !/^\(?2\s*\*\*/.test(found));
  return [...[...text.matchAll(inexact)].map(([found]) => found), ...powers];
}

it("nothing that engines may round differently makes a weight, a table or a threshold", () => {
  const found: string[] = [];
  let files = 0;
  for (const room of rooms) {
    for (const name of readdirSync(join(sources, room), { recursive: true, encoding: "utf8" })) {
      const path = `${room}/${name}`;
      if (!name.endsWith(".ts") || name.endsWith(".test.ts") || /(^|\/)testing\//.test(name)) continue;
      if (name.endsWith(".generated.ts") || exempt.includes(path)) continue;
      files++;
      for (const offence of offences(code(readFileSync(join(sources, path), "utf8"))))
        found.push(`${path}: ${offence}`);
    }
  }
  expect(files).toBeGreaterThan(80);
  expect(found).toEqual([]);
});

it("finds what it looks for", () => {
  for (const text of [
    "Math.exp(x)",
    "Math . tanh(1)",
    'Math["pow"](2, 0.5)',
    "const { log } = Math;",
    "x ** 2",
    "a[1] **= y",
  ]) {
    expect(offences(code(text))).toHaveLength(1);
  }
  for (const text of [
    "Math.sqrt(x)",
    "2 ** bits",
    "/** x ** y, Math.exp */",
    "// Math.log",
    "Math.floor(x)",
    "exp(x)",
  ]) {
    expect(offences(code(text))).toEqual([]);
  }
});
