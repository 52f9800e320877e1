import { expect, test } from "vitest";
import { chooseStretch, liveliest } from "./stretch.js";

const step = 300_000;
const zeros = (length: number) => new Float64Array(length);

/** `days` days of 5-minute windows from noon, whose error on day i is `errors[i]`. */
function trace(errors: readonly number[]) {
  const length = errors.length * 288;
  const from = Date.UTC(2020, 0, 1, 12);
  const times = Float64Array.from({ length }, (_, i) => from + i * step);
  const first = Math.floor(from / 86_400_000);
  const forecast = times.map((time) => errors[Math.floor(time / 86_400_000) - first] ?? 0);
  return { times, truth: zeros(length), forecast, persistence: zeros(length) };
}

test("with timestamps it is two days from midnight, and the median by error", () => {
  const stretch = chooseStretch(trace([9, 3, 3, 1, 1, 2, 2, 9]));
  expect(stretch).toMatchObject({ from: 144 + 4 * 288, to: 144 + 6 * 288, rmse: 2, candidates: 3, days: 2 });
});

test("a stretch that lacks many samples is not chosen", () => {
  const { times, ...rest } = trace([0, 1, 1, 5, 5]);
  const gap = times.map((time, i) => (i < 300 ? time : time + 86_400_000));
  expect(chooseStretch({ times: gap, ...rest })).toMatchObject({ from: 432, to: 1008, candidates: 1 });
});

test("a lone day before days that are missing does not end the search", () => {
  const { times, ...rest } = trace([0, 0, 7, 7]);
  const missing = times.map((time, i) => (i < 200 ? time : time + 3 * 86_400_000));
  expect(chooseStretch({ times: missing, ...rest })).toMatchObject({ from: 432, to: 1008, rmse: 7, days: 2 });
});

test("without timestamps it is 400 samples", () => {
  const truth = zeros(1300);
  const forecast = truth.map((_, i) => Math.floor(i / 400));
  expect(chooseStretch({ truth, forecast, persistence: truth })).toMatchObject({
    from: 400,
    to: 800,
    rmse: 1,
    days: null,
  });
});

test("a short test set is shown whole", () => {
  const truth = zeros(10);
  expect(chooseStretch({ truth, forecast: truth, persistence: truth })).toMatchObject({
    from: 0,
    to: 10,
    candidates: 1,
  });
});

test("the closer view is where the signal moves, and not across a gap", () => {
  const truth = Float64Array.from({ length: 600 }, (_, i) =>
    i >= 300 && i < 360 ? 10 * (i - 300) : i >= 360 ? 600 : 0,
  );
  const flat = { truth, forecast: truth, persistence: truth };
  const stretch = chooseStretch({ ...flat, truth, forecast: truth });
  const whole = { ...stretch, from: 0, to: 600 };
  const found = liveliest(flat, whole);
  expect(found?.from).toBeGreaterThanOrEqual(285);
  expect(found?.to).toBeLessThanOrEqual(375);
  const times = truth.map((_, i) => i * step + (i > 320 ? 86_400_000 : 0));
  const beside = liveliest({ ...flat, times }, whole);
  expect(beside && beside.from <= 320 && beside.to > 321).toBe(false);
  expect(liveliest(flat, { ...whole, to: 100 })).toBeNull();
});
