// Programs as data: a tape is a list of kernel calls, each a word with its number (src/training/engine/tape.ts has the same
// ones) and its arguments, one word each. A stage is a table [shards] of a tape's first and last address. Shards are
// independent of each other, so it does not matter which thread runs which, nor in what order.

import { attention, attentionBackward } from "./attention";
import { attentionCodes, attentionCodesBackward } from "./attention-codes";
import { dot, dotTransposed, encodeGradient } from "./dot";
import {
  add,
  copy,
  fill,
  lastToken,
  lastTokenBackward,
  meanTokens,
  meanTokensBackward,
  relu,
  reluBackward,
  repeat,
  squaredError,
  sumRows,
} from "./elementwise";
import { gemm, gemmTransposed } from "./gemm";
import { affine, normBackward, normSums, scaleFeatures, statistics } from "./norm";
import { quantise, quantiseBackward } from "./quantise";

// The words that threads share, each on a cache line of its own.
/** Counts stages in its upper 24 bits; the lower 8 are the next shard nobody has taken (255: between stages). */
const TICKET: usize = 0;
/** Shards of the present stage that are done. */
const DONE: usize = 64;
/** Helpers that sleep until the ticket changes. */
const SLEEPERS: usize = 128;
/** 1 while the main thread sleeps until all shards are done. */
const WAITING: usize = 192;
/** Table of the present stage, and its shards. */
const STAGE: usize = 256;
const SHARDS: usize = 260;
/** 1: helpers end. */
const STOP: usize = 320;

/** Looks at a word before a thread sleeps: some ten microseconds, a stage's usual length. */
const SPINS: i32 = 1 << 14;

// @ts-ignore: decorator
@inline
function i(at: usize, index: usize): i32 {
  return load<i32>(at + (index << 2));
}

// @ts-ignore: decorator
@inline
function f(at: usize, index: usize): f32 {
  return load<f32>(at + (index << 2));
}

function runTape(from: usize, end: usize): void {
  let p = from;
  while (p < end) {
    const kernel = load<i32>(p);
    const a = p + 4;
    switch (kernel) {
      case 0:
        gemm(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11) != 0);
        p = a + 48;
        break;
      case 1:
        gemmTransposed(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10) != 0);
        p = a + 44;
        break;
      case 2:
        quantise(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4));
        p = a + 20;
        break;
      case 3:
        quantiseBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5) != 0);
        p = a + 24;
        break;
      case 4:
        fill(i(a, 0), i(a, 1), f(a, 2));
        p = a + 12;
        break;
      case 5:
        copy(i(a, 0), i(a, 1), i(a, 2));
        p = a + 12;
        break;
      case 6:
        add(i(a, 0), i(a, 1), i(a, 2), i(a, 3));
        p = a + 16;
        break;
      case 7:
        repeat(i(a, 0), i(a, 1), i(a, 2), i(a, 3));
        p = a + 16;
        break;
      case 8:
        sumRows(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4) != 0);
        p = a + 20;
        break;
      case 9:
        relu(i(a, 0), i(a, 1));
        p = a + 8;
        break;
      case 10:
        reluBackward(i(a, 0), i(a, 1), i(a, 2));
        p = a + 12;
        break;
      case 11:
        meanTokens(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4));
        p = a + 20;
        break;
      case 12:
        meanTokensBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5) != 0);
        p = a + 24;
        break;
      case 13:
        lastToken(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7));
        p = a + 32;
        break;
      case 14:
        lastTokenBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7));
        p = a + 32;
        break;
      case 15:
        squaredError(i(a, 0), i(a, 1), i(a, 2), i(a, 3), f(a, 4), i(a, 5));
        p = a + 24;
        break;
      case 16:
        statistics(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4));
        p = a + 20;
        break;
      case 17:
        affine(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5));
        p = a + 24;
        break;
      case 18:
        normSums(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7) != 0);
        p = a + 32;
        break;
      case 19:
        normBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8));
        p = a + 36;
        break;
      case 20:
        scaleFeatures(i(a, 0), i(a, 1), i(a, 2), i(a, 3));
        p = a + 16;
        break;
      case 21:
        attention(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), f(a, 11), i(a, 12), i(a, 13), i(a, 14));
        p = a + 60;
        break;
      case 22:
        attentionBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11), i(a, 12), i(a, 13), f(a, 14), i(a, 15), i(a, 16), i(a, 17), i(a, 18));
        p = a + 76;
        break;
      case 23:
        dot(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11), i(a, 12), i(a, 13) != 0, i(a, 14));
        p = a + 60;
        break;
      case 24:
        dotTransposed(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10) != 0, i(a, 11));
        p = a + 48;
        break;
      case 25:
        encodeGradient(i(a, 0), i(a, 1), i(a, 2), i(a, 3), f(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11) != 0);
        p = a + 48;
        break;
      case 26:
        attentionCodes(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11), i(a, 12), f(a, 13), i(a, 14), i(a, 15), i(a, 16), i(a, 17), i(a, 18), i(a, 19), i(a, 20));
        p = a + 84;
        break;
      case 27:
        attentionCodesBackward(i(a, 0), i(a, 1), i(a, 2), i(a, 3), i(a, 4), i(a, 5), i(a, 6), i(a, 7), i(a, 8), i(a, 9), i(a, 10), i(a, 11), i(a, 12), i(a, 13), i(a, 14), f(a, 15), i(a, 16), i(a, 17), i(a, 18), i(a, 19), i(a, 20), i(a, 21), f(a, 22), i(a, 23));
        p = a + 96;
        break;
      default:
        unreachable();
    }
  }
}

/** Runs all shards of a stage; with helpers, together with them, and returns when all are done. */
export function runStage(control: usize, stage: usize, shards: i32, threads: i32): void {
  if (threads < 2) {
    for (let shard = 0; shard < shards; shard++) runShard(stage, shard);
    return;
  }
  const closed = atomic.load<i32>(control + TICKET) | 255;
  atomic.store<i32>(control + TICKET, closed); // nobody takes shards of the new stage before all of it is in place
  atomic.store<i32>(control + DONE, 0);
  store<i32>(control + STAGE, <i32>stage);
  store<i32>(control + SHARDS, shards);
  atomic.store<i32>(control + TICKET, closed + 1);
  if (atomic.load<i32>(control + SLEEPERS) > 0) atomic.notify(control + TICKET, -1);
  while (runNext(control)) {}
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(control + DONE) == shards) return;
  }
  atomic.store<i32>(control + WAITING, 1);
  for (;;) {
    const done = atomic.load<i32>(control + DONE);
    if (done == shards) break;
    atomic.wait<i32>(control + DONE, done, -1);
  }
  atomic.store<i32>(control + WAITING, 0);
}

/** A helper's life: runs shards as they come, until it is told to stop. */
export function help(control: usize): void {
  let spins = 0;
  while (atomic.load<i32>(control + STOP) == 0) {
    const ticket = atomic.load<i32>(control + TICKET);
    if (runNext(control)) {
      spins = 0;
    } else if (++spins > SPINS) {
      atomic.add<i32>(control + SLEEPERS, 1);
      if (atomic.load<i32>(control + STOP) == 0) atomic.wait<i32>(control + TICKET, ticket, -1);
      atomic.sub<i32>(control + SLEEPERS, 1);
      spins = 0;
    }
  }
}

/** Takes the next shard of the present stage and runs it; false where all are taken. */
function runNext(control: usize): bool {
  for (;;) {
    const ticket = atomic.load<i32>(control + TICKET);
    const shard = ticket & 255;
    if (shard >= load<i32>(control + SHARDS)) return false;
    if (atomic.cmpxchg<i32>(control + TICKET, ticket, ticket + 1) != ticket) continue;
    // The stage cannot end, and the next not begin, before this shard is done.
    const shards = load<i32>(control + SHARDS);
    runShard(load<i32>(control + STAGE), shard);
    if (atomic.add<i32>(control + DONE, 1) + 1 == shards && atomic.load<i32>(control + WAITING) != 0) {
      atomic.notify(control + DONE, 1);
    }
    return true;
  }
}

function runShard(stage: usize, shard: i32): void {
  const entry = stage + ((<usize>shard) << 3);
  runTape(load<i32>(entry), load<i32>(entry, 4));
}
