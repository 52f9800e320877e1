import { GatecastError } from "../errors.js";

/**
 * The safetensors format (https://github.com/huggingface/safetensors): 8 bytes with the header's length (little endian), a
 * JSON header with dtype, shape and byte range of each tensor, then the data without holes or overlaps.
 */
export interface SafeTensor {
  readonly shape: readonly number[];
  readonly data: TypedData;
}

/** The types of element that are supported; each is the array of one dtype. */
export type TypedData = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array;

export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

type Dtype = keyof typeof arrays;

/** As the reference implementation has it. */
const largestHeader = 100_000_000;

/** The bytes of a file. Wide elements come first, so that every tensor is aligned; names in the map's order within. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let length = 0;
  for (const [name, { shape, data }] of ordered) {
    if (name === "__metadata__") throw new RangeError(`"${name}" cannot name a tensor`);
    if (count(shape) !== data.length) throw new RangeError(`"${name}" has ${data.length} values, not [${shape}]`);
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [length, length + data.byteLength] };
    length += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + length).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setUint32(0, headerLength, true); // the upper half stays 0
  file.set(text, 8);
  let at = 8 + headerLength;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads and checks a whole file; the data are copies.
 *
 * @throws GatecastError "run" that names the file and what is wrong: the header's length, its JSON, a dtype that is unknown,
 *   a shape that does not match its byte range, a hole, an overlap, or data beyond the end
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): SafeTensors {
  const wrong = (what: string): never => {
    throw new GatecastError("run", `"${fileName}" is not a sound safetensors file: ${what}.`, {
      where: { file: fileName },
      remedy: "Make the file again with the step that writes it, or take it from an intact copy.",
    });
  };
  if (bytes.length < 8) wrong(`it has ${bytes.length} bytes, fewer than its header's length takes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerLength > largestHeader || headerLength > bytes.length - 8) {
    wrong(`its header would have ${headerLength} bytes, the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), wrong);
  const body = bytes.subarray(8 + headerLength);

  let metadata: Record<string, string> = {};
  const entries: [string, Entry][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = checkMetadata(entry, wrong);
    else entries.push([name, checkEntry(name, entry, wrong)]);
  }
  let end = 0;
  for (const [name, { begin, end: next }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin < end) wrong(`tensor "${name}" overlaps another one`);
    if (begin > end) wrong(`there is a hole of ${begin - end} bytes before tensor "${name}"`);
    if (next > body.length) wrong(`tensor "${name}" ends at byte ${next} of ${body.length}: the file is cut off`);
    end = next;
  }
  if (end !== body.length) wrong(`${body.length - end} bytes at its end belong to no tensor`);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { dtype, shape, begin, end: next }] of entries) {
    tensors.set(name, { shape, data: new arrays[dtype](new Uint8Array(body.subarray(begin, next)).buffer) });
  }
  return { tensors, metadata };
}

interface Entry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

type Wrong = (what: string) => never;

function parseHeader(bytes: Uint8Array, wrong: Wrong): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return wrong("its header is not JSON");
  }
  return isRecord(parsed) ? parsed : wrong("its header is not a JSON object");
}

function checkMetadata(entry: unknown, wrong: Wrong): Record<string, string> {
  if (!isRecord(entry)) return wrong("its metadata is not an object");
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [
      key,
      typeof value === "string" ? value : wrong(`its metadata "${key}" is not text`),
    ]),
  );
}

function checkEntry(name: string, entry: unknown, wrong: Wrong): Entry {
  if (!isRecord(entry)) return wrong(`the entry of tensor "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !isDtype(dtype)) {
    return wrong(`tensor "${name}" has dtype ${JSON.stringify(dtype)}; known are ${Object.keys(arrays).join(", ")}`);
  }
  if (!isCounts(shape)) return wrong(`tensor "${name}" has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) return wrong(`tensor "${name}" has no valid byte range`);
  const [begin = 0, end = 0] = offsets;
  const needed = count(shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== needed) {
    return wrong(
      `tensor "${name}" of shape [${shape}] and dtype ${dtype} takes ${needed} bytes, its range ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(arrays, name);
}

function dtypeOf(data: TypedData): Dtype {
  for (const [dtype, type] of Object.entries(arrays)) if (data instanceof type) return dtype as Dtype;
  throw new RangeError("no dtype for this array");
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
