import { GatecastError } from "../../errors.js";
import type { ScaleKind } from "../../model/index.js";

/** One width for all weights and one for all hidden activations; or widths chosen tensor by tensor. */
export type Format =
  | { readonly name: string; readonly weights: number; readonly activations: number }
  | { readonly name: "mixed"; readonly weights: null; readonly activations: null };

/** What is studied unless formats are named. */
export const usualFormats = ["W8A8", "W6A6", "W4A8", "W4A4", "W3A3", "W2A8", "W2A4", "W2A2", "mixed"] as const;

/** Formats that are asked for elsewhere and that the arithmetic does not have, and why. */
export const unavailableFormats: readonly { readonly format: string; readonly why: string }[] = [
  { format: "W4A16", why: "hidden activations have 2 to 8 bits (samples up to 16: --sample-bits)" },
  {
    format: "power-of-two weights",
    why: "a shift by the weight takes nearly twice the look-up tables of a product with an integer of as many bits (docs/search.md); it is the scales that may be powers of two (--scales)",
  },
];

/** 2-bit weights use the narrow range, -1, 0 and 1. */
export function formatTitle(format: Format, scales: ScaleKind): string {
  const ternary = format.weights === 2 ? " (ternary weights)" : "";
  return `${format.name}${ternary}${scales === "power-of-two" ? ", power-of-two scales" : ""}`;
}

/** @throws GatecastError "usage" for a name that is none, and for a format that the arithmetic does not have */
export function parseFormat(name: string): Format {
  if (name === "mixed") return { name, weights: null, activations: null };
  const [, weights, activations] = /^[Ww](\d+)[Aa](\d+)$/.exec(name)?.map(Number) ?? [];
  if (weights === undefined || activations === undefined) {
    throw new GatecastError("usage", `"${name}" is no format.`, {
      remedy: 'Name formats as "W4A8" (bits of weights and of hidden activations), or "mixed"; several with commas.',
      where: { key: "formats", value: name },
    });
  }
  const bad = [weights, activations].some((bits) => bits < 2 || bits > 8);
  if (bad) {
    throw new GatecastError(
      "usage",
      `The arithmetic has no ${name}: weights and hidden activations have 2 to 8 bits.`,
      {
        remedy: "Choose widths from 2 to 8 bits; samples may have up to 16 (--sample-bits).",
        where: { key: "formats", value: name },
      },
    );
  }
  return { name: `W${weights}A${activations}`, weights, activations };
}

/** The scales a study is made with. @throws GatecastError "usage" */
export function parseScales(text: string): readonly ScaleKind[] {
  if (text === "both") return ["free", "power-of-two"];
  if (text === "free" || text === "power-of-two") return [text];
  throw new GatecastError(
    "usage",
    `"scales" is "${text}" (on the command line); expected "free", "power-of-two" or "both".`,
    {
      remedy: "Change --scales.",
      where: { key: "scales", value: text },
    },
  );
}
