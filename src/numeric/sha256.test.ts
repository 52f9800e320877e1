import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.js";

it("equals Node's SHA-256 for bytes of every length around a block, and for text", () => {
  const check = (content: string | Uint8Array): void => {
    expect(sha256(content)).toBe(createHash("sha256").update(content).digest("hex"));
  };
  for (let length = 0; length < 130; length++) check(Uint8Array.from({ length }, (_, i) => (i * 37) & 255));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), check));
  check("Grüße, 株 🚦");
});
