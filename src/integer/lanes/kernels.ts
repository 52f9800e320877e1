import { kernelBytes } from "../kernels.generated.js";

/** The compiled kernels of wasm/integer. Every argument is a byte address in the one memory they are bound to, or a count. */
export interface Kernels {
  /** @param operator a `Linear` */
  linear(operator: number): void;
  /** @param operator an `Attention` */
  attention(operator: number): void;
  /** @param operator a `Residual` */
  residual(operator: number): void;
  pool(x: number, token: number, tokens: number, pairs: number, y: number): void;
  last(x: number, columns: number, count: number, y: number): void;
}

let compiled: WebAssembly.Module | undefined;

function bytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(kernelBytes), (character) => character.charCodeAt(0));
}

/**
 * Compiles the kernels without blocking. Node and workers need not call it; the main thread of a browser that refuses to
 * compile more than a few KB at once has to, before the first `run` of an interpreter.
 */
export async function prepareIntegerKernels(): Promise<void> {
  compiled ??= await WebAssembly.compile(bytes());
}

/** Binds the kernels to a memory; compiles them at the first call. */
export function bindKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(bytes());
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as Kernels;
}
