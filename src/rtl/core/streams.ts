import { fail } from "./place.js";
import type { Type } from "./types.js";
import type { Bit, BitLike, LikeOf, ValueOf } from "./values.js";

/** Named fields that travel together. */
export type Payload = Readonly<Record<string, Type>>;
export type PayloadValues<P extends Payload> = { readonly [K in keyof P]: ValueOf<P[K]> };
export type PayloadLikes<P extends Payload> = { readonly [K in keyof P]: LikeOf<P[K]> };

/** The port type of a stream: `valid`, the payload's fields, and `ready` against the flow. */
export class StreamType<P extends Payload = Payload> {
  readonly kind = "stream";
  constructor(
    readonly payload: P,
    /** See StreamOptions. */
    readonly pausedBy: string | undefined,
  ) {
    for (const field of Object.keys(payload)) {
      if (field === "valid" || field === "ready") fail(`a stream's payload has a field ${field}`, "rename the field");
    }
  }
}

export interface StreamOptions {
  /**
   * An input bit of the module: while it is low the stream stands still, and its producer may take its offer back. Valid and data hold
   * over the cycles in which it is high.
   */
  readonly pausedBy?: string;
}

/** A stream of payload records, for the ports of a module. A transfer happens in each cycle with valid and ready. */
export function stream<P extends Payload>(payload: P, options: StreamOptions = {}): StreamType<P> {
  return new StreamType(payload, options.pausedBy);
}

/** What the producer shows: the laws are that data and valid hold until taken, and valid does not wait for ready. */
export interface StreamOffer<P extends Payload> {
  readonly valid: BitLike;
  readonly data: PayloadLikes<P>;
}

/** A stream seen from its consumer, who must `accept` it exactly once: directly, by passing it to an instance or by returning it. */
export class Stream<P extends Payload = Payload> {
  #accepted = false;
  readonly #onReady: (ready: BitLike) => void;

  constructor(
    readonly name: string,
    readonly valid: Bit,
    readonly data: PayloadValues<P>,
    onReady: (ready: BitLike) => void,
  ) {
    this.#onReady = onReady;
  }

  /** Says when the stream is taken. */
  accept(ready: BitLike): void {
    if (this.#accepted) fail(`stream ${this.name} is accepted twice`, "give it one consumer, or fork it");
    this.#accepted = true;
    this.#onReady(ready);
  }
}
