import { GatecastError } from "../errors.js";

/** How bytes become text; "auto" tries UTF-8 strictly (UTF-16 where a byte order mark says so), then Latin-1. */
export type TextEncoding = "auto" | "utf-8" | "latin1" | "utf-16le" | "utf-16be";

/**
 * Decodes a text file, without its byte order mark.
 * @returns the text and, where the encoding had to be guessed, a note that says so
 * @throws GatecastError (data) for bytes that are no text in that encoding, or a Parquet file
 */
export function decodeText(
  source: string,
  data: string | Uint8Array | ArrayBuffer,
  encoding: TextEncoding,
): { text: string; note?: string } {
  if (typeof data === "string") return { text: data.startsWith("\uFEFF") ? data.slice(1) : data };
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31) {
    throw new GatecastError("data", `${source} is a Parquet file, not CSV text.`, {
      remedy: "Read it as Parquet (a file name that ends in .parquet does so).",
      where: { file: source },
    });
  }
  if (encoding !== "auto") return { text: decodeStrictly(source, bytes, encoding) };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decodeStrictly(source, bytes, "utf-16le") };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decodeStrictly(source, bytes, "utf-16be") };
  if (bytes.includes(0)) {
    throw new GatecastError("data", `${source} is not a text file: it holds zero bytes.`, {
      remedy: "Export the recording as CSV text or Parquet.",
      where: { file: source },
    });
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return {
      text: new TextDecoder("latin1").decode(bytes),
      note: "the bytes are not UTF-8 and were read as Latin-1 (Windows-1252)",
    };
  }
}

function decodeStrictly(source: string, bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new GatecastError("data", `${source} is not valid ${encoding} text.`, {
      remedy: 'Name its encoding with the option encoding ("latin1", "utf-16le", ...).',
      where: { file: source },
      cause,
    });
  }
}
