import { expect, it } from "vitest";
import { fitLine, type Line, renderLine } from "./line.js";

const line: Line = ["ab", { text: "cd", style: "strong" }, { text: "ef", style: "strong" }, "g"];

it("renders a line in colours, a code only where they change, or without", () => {
  expect(renderLine(line, 80, true)).toBe("ab\u001b[36mcdef\u001b[0mg");
  expect(renderLine(line, 80, false)).toBe("abcdefg");
});

it("cuts a line off by its characters, and ends its colours", () => {
  expect(renderLine(line, 3, true)).toBe("ab\u001b[36mc\u001b[0m");
  expect(renderLine(["⠉⠉⠉"], 2, false)).toBe("⠉⠉");
});

it("fits a line to a width", () => {
  expect(renderLine(fitLine(line, 9), 80, false)).toBe("abcdefg  ");
  expect(renderLine(fitLine(line, 5), 80, true)).toBe("ab\u001b[36mcde\u001b[0m");
});
