import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Job, Part } from "./job.js";

/** What a process is told to do ... */
export type Order =
  | { readonly kind: "baselines"; readonly dataset: string }
  | { readonly kind: "job"; readonly job: Job };
/** ... and what it says: a part at a time, then that the order is done or has failed. */
export type Answer =
  | { readonly kind: "part"; readonly part: Part }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly text: string };

/**
 * Carries out orders in processes of their own, several at once.
 *
 * @returns the orders that failed, with why
 */
export async function carryOut(
  orders: readonly Order[],
  processes: number,
  onPart: (part: Part) => void,
): Promise<{ order: Order; text: string }[]> {
  const waiting = [...orders];
  const failures: { order: Order; text: string }[] = [];
  const serve = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL("worker.js", import.meta.url)));
    try {
      for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
        const text = await carryOutOne(child, order, onPart);
        if (text === null) continue;
        failures.push({ order, text });
        if (!child.connected) return;
      }
    } finally {
      if (child.connected) child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(processes, orders.length) }, serve));
  for (const order of waiting) failures.push({ order, text: "The processes that should have done it have ended." });
  return failures;
}

/** @returns why it failed, or null */
function carryOutOne(child: ChildProcess, order: Order, onPart: (part: Part) => void): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (text: string | null) => {
      child.off("message", listen);
      child.off("exit", ended);
      resolve(text);
    };
    const listen = (message: unknown) => {
      const answer = message as Answer; // from our own process, of this very build
      if (answer.kind === "part") onPart(answer.part);
      else end(answer.kind === "failed" ? answer.text : null);
    };
    const ended = (code: number | null, signal: string | null) =>
      end(`Its process ended (${signal ?? `exit code ${code}`}).`);
    child.on("message", listen);
    child.on("exit", ended);
    child.send(order);
  });
}
