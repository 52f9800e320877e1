// A process of the bench `accuracy`: takes jobs from its parent one by one and reports every finished part.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reportError } from "../../src/cli/errors.js";
import { Worker } from "./job.js";
import type { Answer, Order } from "./pool.js";
import { codeVersion, Store } from "./store.js";

const compiled = fileURLToPath(new URL("../..", import.meta.url));
const worker = new Worker(new Store(join(compiled, "accuracy"), codeVersion(compiled)));
const tell = (answer: Answer) => process.send?.(answer);

process.on("message", async (order: Order) => {
  try {
    if (order.kind === "baselines") tell({ kind: "part", part: worker.baselines(order.dataset) });
    else await worker.run(order.job, (part) => tell({ kind: "part", part }));
    tell({ kind: "done" });
  } catch (error) {
    tell({ kind: "failed", text: reportError(error, { json: false }).text });
  }
});
process.on("disconnect", () => process.exit(0));
