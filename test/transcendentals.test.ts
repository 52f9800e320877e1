import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// ECMAScript lets engines round these as they please: no weight, table or threshold may come of one. src/numeric has its own.
// (Math.sqrt, floor, round, abs, fround, imul and clz32 are exact.)
const inexact =
  /\b(?:Math|Mathf|NativeMath|NativeMathf|JSMath)\s*(?:\.|\?\.|\[\s*["'`])\s*(?:exp|expm1|log|log2|log10|log1p|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|pow|cbrt|hypot|random)\b|\{[^}]*\}\s*=\s*Math\b/g;
/** Powers of anything but 2 (of which powers to whole numbers are exact). */
const power = /(?<![\w.)\]])(?:\(?[\w.)\]]+)\s*\*\*=?/g;

const root = fileURLToPath(new URL("..", import.meta.url));
/** All but those that describe, show or transport what these made: rtl, report, cli, toolchain. */
const rooms = ["numeric", "series", "model", "integer", "training", "accelerator", "search"].map(
  (room) => `src/${room}`,
);
/** Logarithms of sizes in cost estimates, which nothing is made of; powers of BigInts, which are exact. */
const exempt: readonly string[] = ["src/accelerator/estimate.ts", "src/numeric/sha256.ts"];
/** SIMD instructions whose rounding the machine chooses. */
const relaxed = /\brelaxed_\w+|\brelaxed-simd\b/g;

/** The code without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function offences(text: string): string[] {
  const powers = [...text.matchAll(power)].map(([found]) => found).filter((found) => !/^\(?2\s*\*\*/.test(found));
  return [...[...text.matchAll(inexact), ...text.matchAll(relaxed)].map(([found]) => found), ...powers];
}

/** Sources of a folder, tests and generated ones left out, from the repository's root. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(ts|json)$/.test(path) && !/\.(test|generated)\.ts$|\/(testing|build)\//.test(path));
}

it("nothing that engines may round differently makes a weight, a table or a threshold", () => {
  const found: string[] = [];
  for (const room of [...rooms, "wasm"]) {
    const paths = existsSync(join(root, room)) ? sourcesIn(room).filter((path) => !exempt.includes(path)) : [];
    if (room !== "src/search") expect(paths.length, room).toBeGreaterThan(3);
    for (const path of paths) {
      for (const offence of offences(code(readFileSync(join(root, path), "utf8")))) found.push(`${path}: ${offence}`);
    }
  }
  expect(found).toEqual([]);
});

it("finds what it looks for", () => {
  for (const text of [
    "Math.exp(x)",
    "Math . tanh(1)",
    "Mathf.log2(x)",
    "f32x4.relaxed_madd(a, b, c)",
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
