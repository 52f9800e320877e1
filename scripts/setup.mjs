// What `npm run demo` and `npm test` do first: install the packages and build, each only where that is still to do.
// `--packages`: no build (what `npm run bench` needs; it compiles by itself).
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (program, args) => execFileSync(program, args, { cwd: root, stdio: "inherit" });

/** The lock file that npm keeps of what it has installed names every package of ours, or there is something to install. */
function installed() {
  const marker = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(marker)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(marker, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || found[path]?.version === entry.version,
  );
}

function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .reduce((time, entry) => Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);
}

if (!installed()) run("npm", ["ci", "--no-audit", "--no-fund"]);
const built = join(root, "dist", "index.js");
const stale =
  !existsSync(built) || ["src", "wasm"].some((folder) => newest(join(root, folder)) > statSync(built).mtimeMs);
if (stale && !process.argv.includes("--packages")) run(process.execPath, [join(root, "scripts", "build.mjs")]);
