import { join } from "node:path";
import { Store } from "../accuracy/store.js";

/**
 * Synthesised designs, kept under the hash of their Verilog.
 *
 * @param compiled folder of the compiled sources, below which the results are kept
 */
export function openStore(compiled: string): Store {
  return new Store(join(compiled, "estimates"), "1");
}
