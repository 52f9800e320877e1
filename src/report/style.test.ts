import { describe, expect, test } from "vitest";
import { style } from "./style.js";

/** The colours of a theme, by variable. */
function palette(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+):(#[0-9a-f]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]),
  );
}

const [light = "", dark = ""] = style.split("@media screen and (prefers-color-scheme:dark)");
const themes = { light: palette(light), dark: palette(dark.slice(0, dark.indexOf("}}"))) };

/** Relative luminance and contrast as WCAG 2.1 defines them. */
function contrast(colours: ReadonlyMap<string, string>, front: string, back: string): number {
  const luminance = (name: string) => {
    const code = colours.get(name);
    if (code === undefined) throw new Error(`no colour ${name}`);
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(code.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [brighter = 0, darker = 0] = [luminance(front), luminance(back)].sort((a, b) => b - a);
  return (brighter + 0.05) / (darker + 0.05);
}

describe.each(["light", "dark"] as const)("%s theme", (theme) => {
  test("defines what the other defines", () => {
    expect([...themes[theme].keys()]).toEqual([...themes.light.keys()]);
    expect(themes[theme].size).toBeGreaterThan(15);
  });

  test.each([
    ...["surface", "page", "soft", "accent-soft"].flatMap((back) => [
      ["text", back] as const,
      ["muted", back] as const,
    ]),
    ["text", "warn-soft"],
    ["text", "good-soft"],
    ["text", "bad-soft"],
    ["good", "surface"],
    ["good", "good-soft"],
    ["bad", "surface"],
    ["bad", "bad-soft"],
    ["forecast", "page"],
    ["surface", "forecast"],
  ] as const)("text in %s on %s can be read", (front, back) => {
    expect(contrast(themes[theme], front, back)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["truth", "forecast", "second"])("a line in %s stands out", (line) => {
    expect(contrast(themes[theme], line, "surface")).toBeGreaterThanOrEqual(3);
  });
});

test("every colour variable that is used is defined", () => {
  for (const [, name = ""] of style.matchAll(/var\(--([\w-]+)\)/g)) {
    if (name !== "font" && name !== "mono" && name !== "share") expect(themes.light.has(name), name).toBe(true);
  }
});
