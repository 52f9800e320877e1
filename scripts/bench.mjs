// `npm run bench -- NAME [options]`: compiles src and bench to .cache/bench, apart from dist, and runs the bench.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const output = join(root, ".cache", "bench");

function node(...args) {
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}

node(join(root, "scripts", "build.mjs"), "--kernels");
node(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.bench.json");
// The command line reads its version from the package.json two folders above it.
mkdirSync(output, { recursive: true });
copyFileSync(join(root, "package.json"), join(output, "package.json"));
node(join(output, "bench", "main.js"), ...process.argv.slice(2));
