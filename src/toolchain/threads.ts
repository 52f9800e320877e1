import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { helperProgram, type Threads } from "../training/index.js";

/** Threads that training uses where nobody says how many: as many as there are cores, at most four. */
export function usualThreads(): number {
  return Math.min(4, availableParallelism());
}

/** Node's threads for `TrainingHooks.threads`: `count` in all. They never keep the process alive. */
export function nodeThreads(count: number): Threads {
  return {
    count,
    start(task) {
      const program = `const task = require("node:worker_threads").workerData;\n${helperProgram}`;
      const worker = new Worker(program, { eval: true, workerData: task });
      worker.unref();
      return () => {
        void worker.terminate();
      };
    },
  };
}
