import { expect, it } from "vitest";
import { initiationIntervalOf } from "./cycles.js";

function endsOf(intervals: readonly number[]): number[] {
  const ends = [878];
  for (const interval of intervals) ends.push((ends.at(-1) ?? 0) + interval);
  return ends;
}

it("tells the longest interval of all that repeat, whichever comes last", () => {
  // d_model 16 with the fold `query`: four intervals in turn.
  const settling = [921, 590, 561];
  const turn = [578, 573, 592, 561];
  for (let more = 0; more < 4; more++) {
    const intervals = [...settling, ...turn, ...turn, ...turn.slice(0, 1 + more)];
    expect(initiationIntervalOf(endsOf(intervals)), `${intervals}`).toBe(592);
  }
});

it("tells none of a few windows", () => {
  expect(initiationIntervalOf(endsOf(Array.from({ length: 11 }, () => 500)))).toBeNull();
  expect(initiationIntervalOf(endsOf(Array.from({ length: 12 }, () => 500)))).toBe(500);
});
