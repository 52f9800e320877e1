import { spawn } from "node:child_process";
import { accessSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, it } from "vitest";
import { shortTraining } from "./short-training.js";

const chromium = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "chromium"))
  .find((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false; // not in this folder
    }
  });
const required = process.env.GATECAST_REQUIRE_TOOLS === "1";

const page = `<!doctype html><script type="module">
  const tell = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => tell(data);
  worker.onerror = (event) => tell({ error: event.message });
</script>`;

/** The worker and all it imports as one module. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry: fileURLToPath(new URL("worker.ts", import.meta.url)), formats: ["es"] },
    },
  });
  const [first] = Array.isArray(result) ? result : [];
  const [chunk] = first?.output ?? [];
  if (chunk?.type !== "chunk") throw new Error("nothing was bundled");
  return chunk.code;
}

/** What the page posts back from headless Chromium. */
async function inChromium(program: string, worker: string): Promise<unknown> {
  const profile = await mkdtemp(join(tmpdir(), "gatecast-chromium-"));
  let said = "";
  return new Promise<unknown>((resolve, reject) => {
    const server = createServer((request, response) => {
      // Shared memory exists on isolated pages only.
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      if (request.url === "/result") {
        let body = "";
        request.on("data", (part) => {
          body += part;
        });
        request.on("end", () => {
          response.end();
          finish(() => resolve(JSON.parse(body)));
        });
      } else {
        const script = request.url === "/worker.js";
        response.setHeader("Content-Type", script ? "text/javascript" : "text/html");
        response.end(script ? worker : page);
      }
    });
    const finish = (then: () => void) => {
      server.close();
      server.closeAllConnections();
      child?.kill("SIGKILL");
      then();
    };
    let child: ReturnType<typeof spawn> | undefined;
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("the server has no port");
      const options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"];
      child = spawn(program, [...options, `--user-data-dir=${profile}`, `http://127.0.0.1:${address.port}/`], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      child.stderr?.on("data", (part) => {
        said += part;
      });
      child.on("error", (error) => finish(() => reject(error)));
      child.on("exit", (code) => finish(() => reject(new Error(`Chromium ended with ${code}: ${said.slice(-2000)}`))));
    });
  }).finally(() => rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
}

it.skipIf(chromium === undefined && !required)(
  "trains the same bits in headless Chromium as in Node, on one thread and on two",
  { timeout: 120_000 },
  async () => {
    if (chromium === undefined) throw new Error("chromium is not on the PATH, and GATECAST_REQUIRE_TOOLS=1 wants it");
    const [wanted, found] = await Promise.all([shortTraining(), bundle().then((code) => inChromium(chromium, code))]);
    expect(found).toEqual({ one: wanted, two: wanted });
  },
);
