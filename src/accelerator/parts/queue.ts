import type { MemoryStyle } from "../../rtl/index.js";

/** A queue between a producer and the one of its consumers that works later. */
export interface QueuePlan {
  /** Room, in tokens. */
  readonly tokens: number;
  readonly style: Exclude<MemoryStyle, "rom">;
}
