import { expect, it } from "vitest";
import { Screen } from "../testing/screen.js";
import { LiveBlock } from "./live-block.js";

it("is redrawn in place, taller or shorter, by single writes that clear nothing first", () => {
  const screen = new Screen(20);
  screen.write("$ train\n");
  const block = new LiveBlock(screen, false);
  block.draw([["one"], ["two"], ["three"]]);
  expect(screen.lines).toEqual(["$ train", "one", "two", "three"]);
  block.draw([["o"], ["t"]]);
  expect(screen.lines).toEqual(["$ train", "o", "t"]);
  block.draw([["a"], ["b"], ["c"], ["d"]], ["stays"]);
  expect(screen.lines).toEqual(["$ train", "stays", "a", "b", "c", "d"]);
  expect(screen.cursor).toEqual({ row: 6, column: 0 });
  expect(screen.writes).toHaveLength(4);
  // What is erased before it is written over flickers.
  for (const text of screen.writes) expect(text).not.toMatch(/\[[JK]./);
  block.draw([]);
  expect(screen.lines).toEqual(["$ train", "stays"]);
  expect(screen.cursor).toEqual({ row: 2, column: 0 });
});

it("fits the terminal, and finds its lines again when that has become narrower", () => {
  const screen = new Screen(10);
  const block = new LiveBlock(screen, false);
  block.draw([["0123456789abc"]]);
  expect(screen.lines).toEqual(["012345678"]);
  const narrow = new Screen(5);
  const same = new LiveBlock(narrow, false);
  narrow.columns = 10;
  same.draw([["012345678"]]);
  // As a terminal of five columns wraps it.
  const wrapped = Object.assign(new Screen(5), { writes: [] });
  wrapped.write("0123\n45678\n");
  narrow.columns = 5;
  narrow.writes.length = 0;
  same.draw([["new"]]);
  wrapped.write(narrow.writes.join(""));
  expect(wrapped.lines).toEqual(["new"]);
});

it("is no higher than the terminal", () => {
  const screen = new Screen(10);
  screen.rows = 3;
  new LiveBlock(screen, false).draw([["1"], ["2"], ["3"], ["4"]]);
  expect(screen.lines).toEqual(["1", "2"]);
});

it("leaves a ^C that the terminal echoes no trace", () => {
  const screen = new Screen(10);
  const block = new LiveBlock(screen, false);
  block.draw([["1"], ["2"]]);
  screen.write("^C");
  block.draw([]);
  expect(screen.lines).toEqual([]);
});
