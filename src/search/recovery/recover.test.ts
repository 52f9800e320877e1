import { describe, expect, it } from "vitest";
import { recover } from "./recover.js";

interface Choice {
  readonly name: string;
  readonly added: number;
  readonly cost: number;
}

/** A front: what adds half as much costs one more. */
const front: readonly Choice[] = Array.from({ length: 12 }, (_, index) => ({
  name: `choice ${index}`,
  added: 0.64 / 2 ** index,
  cost: index,
}));

/** Recovery over the front, where training leaves what `trained` says of what was predicted. */
function run(
  trained: (choice: Choice) => number,
  limit: number | null,
  trainings?: number,
  choices: readonly Choice[] = front,
) {
  const asked: string[] = [];
  const byCost = choices.toSorted((a, b) => a.cost - b.cost);
  const result = recover<Choice>({
    cheapest: async (added) => byCost.find((choice) => choice.added <= added) ?? null,
    tightest: async () => byCost.at(-1) ?? null,
    keyOf: ({ name }) => name,
    measure: async (choice, number) => {
      asked.push(`${number}: ${choice.name}`);
      return trained(choice);
    },
    limit,
    ...(trainings === undefined ? {} : { trainings }),
  });
  return result.then((recovery) => ({ ...recovery, asked }));
}

describe("recover", () => {
  it("trains the one choice where no error is limited", async () => {
    const { asked, chosen, end } = await run(() => 3, null);
    expect(asked).toEqual(["1: choice 0"]);
    expect(chosen).toEqual({ choice: front[0], measured: 3 });
    expect(end).toBe("attained");
  });

  it("goes towards less cost while training wins back more than was feared", async () => {
    const { asked, chosen, tried, end } = await run(({ added }) => 0.1 * added, 0.01, 10);
    expect(asked[0]).toBe("1: choice 6"); // predicted within the limit
    // The cheapest whose measured share is within: 0.1 * 0.64 / 2^3 = 0.008.
    expect(chosen?.choice.name).toBe("choice 3");
    expect(tried.length).toBeLessThan(5);
    expect(end).toBe("attained");
  });

  it("goes towards less error where the limit is missed", async () => {
    const { chosen, tried } = await run(({ added }) => 3 * added, 0.02);
    // 3 * 0.64 / 2^7 = 0.015.
    expect(chosen?.choice.name).toBe("choice 7");
    expect(tried[0]?.measured).toBeGreaterThan(0.02);
  });

  it("closes in from both sides", async () => {
    const bent = ({ added }: Choice) => (added > 0.05 ? 2 * added : 0.02 * added);
    const { chosen, tried } = await run(bent, 0.01, 10);
    expect(tried.some(({ measured }) => measured > 0.01)).toBe(true);
    expect(chosen?.choice.name).toBe("choice 4");
    expect(new Set(tried.map(({ choice }) => choice.name)).size).toBe(tried.length);
  });

  it("takes no more trainings than allowed, and keeps the best of them", async () => {
    const { asked, chosen } = await run(({ added }) => 0.001 * added, 0.001, 2);
    expect(asked).toEqual(["1: choice 10", "2: choice 9"]);
    expect(chosen?.choice.name).toBe("choice 9");
  });

  it("does not trust a loss below nothing further than some four times the prediction", async () => {
    const { asked } = await run(() => -1, 0.01, 2);
    expect(asked).toEqual(["1: choice 6", "2: choice 5"]);
  });

  it("says that nothing tighter is to be had", async () => {
    const { chosen, nearest, end, tried } = await run(({ added }) => 1 + added, 0.02, 10);
    expect(chosen).toBeNull();
    expect(end).toBe("nothing tighter");
    expect(nearest?.choice.name).toBe("choice 11");
    expect(tried.length).toBeLessThan(5);
  });

  it("says that the trainings were used up", async () => {
    const { chosen, end } = await run(({ added }) => 100 * added, 0.02, 1);
    expect(chosen).toBeNull();
    expect(end).toBe("trainings");
  });

  it("begins where it is told how much training wins back", async () => {
    const byCost = front.toSorted((a, b) => a.cost - b.cost);
    const { tried, chosen } = await recover<Choice>({
      cheapest: async (added) => byCost.find((choice) => choice.added <= added) ?? null,
      tightest: async () => byCost.at(-1) ?? null,
      keyOf: ({ name }) => name,
      measure: async ({ added }) => 0.1 * added,
      limit: 0.01,
      expected: 0.1,
    });
    expect(tried[0]?.choice.name).toBe("choice 3"); // 0.64 / 2^3 = 0.08, of which 0.008 will be left
    expect(chosen?.choice.name).toBe("choice 3");
  });

  it("begins with what adds least where nothing is predicted within the limit", async () => {
    const coarse = front.slice(0, 2);
    const { asked, chosen } = await run(({ added }) => 0.01 * added, 0.004, 3, coarse);
    expect(asked).toEqual(["1: choice 1"]);
    expect(chosen?.choice.name).toBe("choice 1");
  });

  it("says that the other limits leave nothing at all", async () => {
    const { tried, nearest, end } = await run(() => 0, 0.01, 3, []);
    expect({ tried, nearest, end }).toEqual({ tried: [], nearest: null, end: "nothing at all" });
  });

  describe("where trained numbers take more than those that stood in for them", () => {
    const byCost = front.toSorted((a, b) => b.cost - a.cost);
    /** Choices cost at most `room`, and prove to cost `more` than that. */
    async function within(room: number, more: number, limit: number | null, trainings = 4) {
      let left = room;
      const asked: string[] = [];
      const result = await recover<Choice>({
        cheapest: async (added) => byCost.findLast(({ cost, added: own }) => cost <= left && own <= added) ?? null,
        tightest: async () => byCost.find(({ cost }) => cost <= left) ?? null,
        keyOf: ({ name }) => name,
        measure: async ({ name, added }) => {
          asked.push(name);
          return 0.1 * added;
        },
        fits: async ({ cost }) => {
          const fit = cost + more <= room;
          if (!fit) left = cost - 1;
          return fit;
        },
        limit,
        trainings,
      });
      return { ...result, asked };
    }

    it("goes on with less room", async () => {
      const { asked, chosen, end } = await within(5, 1, 0.005);
      expect(asked).toEqual(["choice 5", "choice 4"]);
      expect(chosen?.choice.name).toBe("choice 4");
      expect(end).toBe("attained");
    });

    it("takes what fits where no error is limited", async () => {
      const { chosen, tried } = await within(0, 0, null);
      expect(chosen?.choice.name).toBe("choice 0");
      expect(tried.length).toBe(1);
    });

    it("asks what fits where no error is limited, too", async () => {
      const { chosen, end } = await within(0, 1, null);
      expect({ chosen, end }).toEqual({ chosen: null, end: "too large" });
    });

    it("says where nothing is left", async () => {
      const { chosen, nearest, end } = await within(5, 9, 0.02, 2);
      expect({ chosen, nearest, end }).toEqual({ chosen: null, nearest: null, end: "too large" });
    });
  });
});
