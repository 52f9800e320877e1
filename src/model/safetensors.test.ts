import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, type SafeTensor, writeSafetensors } from "./safetensors.js";

/** A file from a header's text and its data. */
function file(header: string, bytes: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.from([...length, ...text, ...bytes]);
}

describe("safetensors", () => {
  it("gives back every tensor, whatever its type and shape", () => {
    const tensors = new Map<string, SafeTensor>([
      ["bytes", { shape: [3], data: Int8Array.of(-1, 2, -3) }],
      ["matrix", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 0.5) }],
      ["scalar", { shape: [], data: Float64Array.of(Math.PI) }],
      ["none", { shape: [0, 4], data: new Int32Array(0) }],
      ["short", { shape: [1], data: Int16Array.of(-300) }],
      ["unsigned", { shape: [1, 1, 2], data: Uint8Array.of(1, 255) }],
    ]);
    const bytes = writeSafetensors(tensors, { by: "test" });
    const back = readSafetensors(bytes, "x");
    expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(back.metadata).toEqual({ by: "test" });
    // Inside of a larger buffer, at an odd offset, as well.
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(readSafetensors(larger.subarray(3), "x").tensors).toEqual(back.tensors);
    expect(readSafetensors(writeSafetensors(new Map()), "x").tensors.size).toBe(0);
  });

  it("reads a file as the format's authors lay it out", () => {
    const bytes = file('{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}  ', [1, 0, 0, 0, 255, 255, 255, 255]);
    expect(readSafetensors(bytes, "x").tensors.get("a")?.data).toEqual(Int32Array.of(1, -1));
  });

  const one = (entry: string) => `{"a":${entry}}`;
  it.each([
    ["nothing", new Uint8Array(3), "has 3 bytes"],
    ["a header longer than the file", Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123), "would have 200 bytes"],
    ["a header of absurd length", new Uint8Array(16).fill(255), "would have"],
    ["a header that is no JSON", file("{a"), "not JSON"],
    ["a header that is no object", file("[]"), "not a JSON object"],
    ["an unknown dtype", file(one('{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}'), [0, 0]), 'dtype "BF16"'],
    ["a shape of fractions", file(one('{"dtype":"U8","shape":[0.5],"data_offsets":[0,1]}'), [0]), "no valid shape"],
    ["a negative size", file(one('{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}'), [0]), "no valid shape"],
    ["no range", file(one('{"dtype":"U8","shape":[1]}'), [0]), "no valid byte range"],
    ["a range that does not fit", file(one('{"dtype":"F32","shape":[1],"data_offsets":[0,1]}'), [0]), "takes 4 bytes"],
    ["a file cut off", file(one('{"dtype":"U8","shape":[2],"data_offsets":[0,2]}'), [0]), "cut off"],
    ["bytes left over", file(one('{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'), [0, 0]), "belong to no tensor"],
    ["a hole", file(one('{"dtype":"U8","shape":[1],"data_offsets":[1,2]}'), [0, 0]), "hole of 1 bytes"],
    [
      "an overlap",
      file(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [0, 0, 0],
      ),
      'tensor "b" overlaps',
    ],
    ["metadata that is not text", file('{"__metadata__":{"a":1}}'), "is not text"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "weights.safetensors")).toThrow(message);
    expect(() => readSafetensors(bytes, "weights.safetensors")).toThrow("weights.safetensors");
  });

  it("never does anything but read or refuse, on any bytes", () => {
    const sound = writeSafetensors(new Map([["a", { shape: [4], data: Float32Array.of(1, 2, 3, 4) }]]));
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, value) => {
        const changed = sound.slice();
        changed[at] = value;
        try {
          expect(readSafetensors(changed, "x").tensors.size).toBeLessThanOrEqual(1);
        } catch (error) {
          expect(error).toMatchObject({ name: "GatecastError", kind: "run" });
        }
      }),
    );
  });
});
