import { describe, expect, it } from "vitest";
import { checkDesign, describeDesign, drawDesign } from "./testing/random-design.js";

/** `node scripts/random-architectures.mjs --draws N --seed S` does more of them, or one of them again. */
const DRAWS = 200;
const AT_ONCE = 10;

describe("random architectures with random plans", () => {
  const firsts = Array.from({ length: DRAWS / AT_ONCE }, (_, index) => index * AT_ONCE);

  it.each(firsts)(`equal the interpreter, in exactly the counted cycles (${AT_ONCE} draws from seed %i)`, (first) => {
    for (let seed = first; seed < first + AT_ONCE; seed++) {
      const design = drawDesign(seed);
      const wrong = () => {
        try {
          return checkDesign(design);
        } catch (error) {
          throw new Error(describeDesign(design), { cause: error });
        }
      };
      expect(wrong(), describeDesign(design)).toEqual([]);
    }
  });
});
