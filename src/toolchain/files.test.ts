import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GatecastError } from "../errors.js";
import { contentHash, ensureWritableFolder, explainFileError, writeAtomic } from "./files.js";
import { temporaryFolder } from "./testing/temporary-folder.js";

const folder = temporaryFolder();
const failing = (code: string) => Object.assign(new Error(`${code}: failed`), { code });

describe("contentHash", () => {
  it("is SHA-256 in hexadecimal, of text and of the same bytes", () => {
    const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(contentHash("abc")).toBe(expected);
    expect(contentHash(new TextEncoder().encode("abc"))).toBe(expected);
  });
});

describe("explainFileError", () => {
  it.each([
    ["ENOSPC", /disk .* is full/],
    ["EACCES", /permission is denied/],
    ["EROFS", /read-only/],
    ["ENOENT", /does not exist/],
    ["EIO", /EIO/],
  ])("names the path and the cause for %s", (code, pattern) => {
    const error = explainFileError(failing(code), "/some/file", "write");
    expect(error).toBeInstanceOf(GatecastError);
    expect(error).toMatchObject({
      kind: "system",
      message: expect.stringMatching(pattern),
      where: { path: "/some/file" },
    });
  });

  it("leaves bugs as they are", () => {
    const bug = new TypeError("undefined is not a function");
    expect(explainFileError(bug, "/some/file", "write")).toBe(bug);
  });
});

describe("writeAtomic", () => {
  it("writes and replaces a file, making folders, and leaves nothing else", async () => {
    const path = join(folder, "a", "b", "file.bin");
    await writeAtomic(path, "old");
    await writeAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file.bin"]);
  });

  it("keeps what was there when it fails, and leaves no partial file", async () => {
    const path = join(folder, "target");
    mkdirSync(join(path, "occupied"), { recursive: true });
    await expect(writeAtomic(path, "text")).rejects.toBeInstanceOf(GatecastError);
    expect(existsSync(join(path, "occupied"))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

describe("ensureWritableFolder", () => {
  it("makes the folder and leaves it empty", async () => {
    const path = await ensureWritableFolder(join(folder, "new", "run"));
    expect(path).toBe(join(folder, "new", "run"));
    expect(readdirSync(path)).toEqual([]);
  });

  it("refuses a path that is a file", async () => {
    const path = join(folder, "plain");
    writeFileSync(path, "x");
    await expect(ensureWritableFolder(path)).rejects.toMatchObject({ kind: "system", where: { code: "EEXIST" } });
    await expect(ensureWritableFolder(join(path, "below"))).rejects.toMatchObject({ kind: "system" });
  });

  it("refuses a folder in which nothing may be written", async () => {
    // Permissions do not bind root, but the kernel's own file system does.
    const path = process.getuid?.() === 0 ? "/sys/gatecast" : join(folder, "locked");
    if (!path.startsWith("/sys")) mkdirSync(path, { mode: 0o500 });
    await expect(ensureWritableFolder(path)).rejects.toMatchObject({
      kind: "system",
      message: expect.stringMatching(/permission is denied|read-only/),
    });
  });
});
