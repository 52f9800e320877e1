/** What a helping thread needs; it can be sent to a worker as it is. */
export interface HelperTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the words that the threads share. */
  readonly control: number;
}

/** Ends a helper that has left its work already. */
export type EndHelper = () => void;

/**
 * Threads to train on, handed in from outside, since every platform has workers of its own (Node: `nodeThreads` of "gatecast/node").
 * How many there are never changes a bit of the result. The calling thread waits for the others, which the main thread of a
 * web page must not do: there, train in a Worker.
 */
export interface Threads {
  /** Threads in all, the calling one included; 1: no helpers. */
  readonly count: number;
  /** Starts a thread that does what `helperProgram` says with a task. It may come up late, or never: others do its work then. */
  start(task: HelperTask): EndHelper;
}

/** A helper's whole program: JavaScript that expects its `HelperTask` in a variable `task`. */
export const helperProgram =
  "new WebAssembly.Instance(task.module, { env: { memory: task.memory } }).exports.help(task.control);";
