import { ToggleCounting } from "./count.js";
import { Emitter, isHosted, isLeaf } from "./emit.js";
import type { Flat, FlatClaim, FlatDesign, FlatStream } from "./flatten.js";
import { bytesOf, Layout, storeOf } from "./layout.js";
import { edgeStatements, gateGroups, resetStatements } from "./tick.js";
import { Code, encodeModule, Op, type WasmFunction } from "./wasm.js";

/** Statements in one function: V8 optimises functions of this size well. */
const CHUNK = 300;
/** Deepest expression that is computed in place. */
const DEPTH = 24;

/** A design as WebAssembly: functions `evaluate`, `check`, `count` and `tick` over one memory. */
export interface Compiled {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  /** What the host is called to compute, by number. */
  readonly hosted: readonly Flat[];
  /** What failed, by status - 1. */
  readonly checks: readonly (FlatClaim | FlatStream)[];
  /** Claims too wide for WebAssembly, checked by the host. */
  readonly hostClaims: readonly FlatClaim[];
  /** Values stored per evaluation. */
  readonly statements: number;
  /** Where the toggles are counted, if they are. */
  readonly counting: ToggleCounting | undefined;
}

export interface CompileOptions {
  /** Keep every named value in memory, for `signal`. */
  readonly keepNamed: boolean;
  readonly checks: boolean;
  /** Count the toggles of registers and memories, and of the design's `operations`. */
  readonly countToggles: boolean;
}

/** Which values are stored: those used more than once, wide ones, and those that others need in memory. */
function storedValues(design: FlatDesign, options: CompileOptions): Set<Flat> {
  const stored = new Set<Flat>(options.keepNamed ? design.named.values() : []);
  const depth = new Map<Flat, number>();
  for (const output of design.outputs.values()) stored.add(output);
  for (const operation of design.operations) stored.add(operation);
  for (const stream of options.checks ? design.streams : []) {
    for (const flat of [stream.valid, stream.ready, ...stream.data]) stored.add(flat);
    if (stream.enable !== undefined) stored.add(stream.enable);
  }
  for (const claim of options.checks ? design.claims : []) {
    stored.add(claim.value);
    if (claim.when !== undefined) stored.add(claim.when);
  }
  for (const flat of design.order) {
    if (flat.uses > 1 || storeOf(flat.type) === "limbs") stored.add(flat);
    const { node, operands } = flat;
    if (isHosted(flat)) for (const value of [flat, ...operands]) stored.add(value);
    const wide = storeOf(flat.type) !== "i32";
    if (node.kind === "pick") for (const operand of wide ? operands : operands.slice(0, 1)) stored.add(operand);
    if (wide && (node.kind === "slice" || node.kind === "cat" || node.kind === "logic")) {
      for (const operand of operands) stored.add(operand);
    }
    const deepest = Math.max(0, ...operands.map((o) => (stored.has(o) || isLeaf(o) ? 0 : (depth.get(o) ?? 0))));
    depth.set(flat, deepest + 1);
    if (deepest >= DEPTH) stored.add(flat);
  }
  for (const flat of stored) if (flat.node.kind === "const") stored.delete(flat);
  return stored;
}

/** Compiles a flat design. */
export function compile(design: FlatDesign, options: CompileOptions): Compiled {
  const stored = storedValues(design, options);
  const layout = new Layout(design, stored, design.operations);
  const emitter = new Emitter(design, layout);
  const counting = options.countToggles ? new ToggleCounting(design, emitter, layout) : undefined;
  const functions: WasmFunction[] = [];
  /** Splits statements into functions, and gives the one that calls them all. */
  const chunked = (statements: Iterable<(code: Code) => void>): number => {
    const indices: number[] = [];
    let code = new Code();
    let count = 0;
    const close = (): void => {
      if (count === 0) return;
      indices.push(functions.length);
      functions.push({ signature: "void", code, locals: 2 });
      code = new Code();
      count = 0;
    };
    for (const statement of statements) {
      statement(code);
      count += 1;
      if (count >= CHUNK) close();
    }
    close();
    const all = new Code();
    for (const index of indices) all.call(index + 1);
    functions.push({ signature: "void", code: all, locals: 0 });
    return functions.length - 1;
  };

  const values = design.order.filter((flat) => !isLeaf(flat) && stored.has(flat));
  const evaluate = chunked(values.map((flat) => (code: Code) => emitter.statement(code, flat)));
  const checks: (FlatClaim | FlatStream)[] = [];
  const hostClaims = design.claims.filter((claim) => storeOf(claim.value.type) === "limbs");
  const check = chunked(options.checks ? checkStatements(design, emitter, layout, checks) : []);
  const count = chunked(counting?.values() ?? []);
  const state = chunked(counting?.state() ?? []);
  const tick = new Code();
  const reset = design.inputs.get("reset");
  for (const group of gateGroups(design)) {
    const edge = chunked(edgeStatements(group, design, emitter, layout, counting));
    if (group.gates.length === 0) {
      tick.call(edge + 1);
      continue;
    }
    group.gates.forEach((gate, i) => {
      emitter.value(tick, gate, "i32");
      if (i > 0) tick.op(Op.i32And);
    });
    tick.if();
    tick.call(edge + 1);
    if (reset !== undefined) {
      const cleared = chunked(resetStatements(group, emitter, layout));
      tick.op(Op.else);
      emitter.value(tick, reset, "i32");
      tick.if();
      tick.call(cleared + 1);
      tick.op(Op.end);
    }
    tick.op(Op.end);
  }
  // All values after the edge are known: now all registers change at once.
  tick.call(state + 1);
  if (layout.state.size > 0) tick.copy(layout.state.from, layout.state.shadow, layout.state.size);
  functions.push({ signature: "void", code: tick, locals: 0 });
  return {
    bytes: encodeModule(functions, { evaluate, check, count, tick: functions.length - 1 }),
    layout,
    hosted: emitter.hosted,
    checks,
    hostClaims: options.checks ? hostClaims : [],
    statements: values.length,
    counting,
  };
}

function checkStatements(
  design: FlatDesign,
  emitter: Emitter,
  layout: Layout,
  checks: (FlatClaim | FlatStream)[],
): ((code: Code) => void)[] {
  const failed = (code: Code, what: FlatClaim | FlatStream): void => {
    checks.push(what);
    code.i32(0);
    code.i32(checks.length);
    code.access(Op.i32Store, layout.status);
  };
  const statements: ((code: Code) => void)[] = [];
  for (const claim of design.claims) {
    const store = storeOf(claim.value.type);
    if (store === "limbs") continue;
    const { lo, hi } = claim.node.type;
    const compare = (code: Code, bound: bigint, op32: number, op64: number): void => {
      emitter.value(code, claim.value, store);
      if (store === "i32") code.i32(Number(bound));
      else code.i64(bound);
      code.op(store === "i32" ? op32 : op64);
    };
    statements.push((code) => {
      const [low, high] = [claim.value.type.lo < lo, claim.value.type.hi > hi];
      if (low) compare(code, lo, Op.i32LtS, Op.i64LtS);
      if (high) compare(code, hi, Op.i32GtS, Op.i64GtS);
      if (low && high) code.op(Op.i32Or);
      if (claim.when !== undefined) {
        emitter.value(code, claim.when, "i32");
        code.op(Op.i32And);
      }
      code.if();
      failed(code, claim);
      code.op(Op.end);
    });
  }
  const reset = design.inputs.get("reset");
  for (const stream of design.streams) {
    const pending = layout.reserve(4);
    const saved = stream.data.map((flat) => layout.reserve(bytesOf(flat.type)));
    statements.push((code) => {
      if (stream.enable !== undefined) {
        emitter.value(code, stream.enable, "i32");
        code.if();
      }
      code.load(Op.i32Load, pending);
      code.if();
      emitter.value(code, stream.valid, "i32");
      code.op(Op.i32Eqz);
      stream.data.forEach((flat, i) => {
        for (let at = 0; at < bytesOf(flat.type); at += 4) {
          emitter.bits(code, flat, 8 * at, 32);
          code.load(Op.i32Load, (saved[i] ?? 0) + at);
          code.op(Op.i32Ne, Op.i32Or);
        }
      });
      code.if();
      failed(code, stream);
      code.op(Op.end, Op.end);
      code.i32(0);
      emitter.value(code, stream.valid, "i32");
      emitter.value(code, stream.ready, "i32");
      code.op(Op.i32Eqz, Op.i32And);
      if (reset !== undefined) {
        emitter.value(code, reset, "i32");
        code.op(Op.i32Eqz, Op.i32And);
      }
      code.access(Op.i32Store, pending);
      stream.data.forEach((flat, i) => {
        emitter.copyTo(code, flat, saved[i] ?? 0);
      });
      if (stream.enable === undefined) return;
      if (reset !== undefined) {
        code.op(Op.else);
        code.i32(0);
        code.load(Op.i32Load, pending);
        emitter.value(code, reset, "i32");
        code.op(Op.i32Eqz, Op.i32And);
        code.access(Op.i32Store, pending);
      }
      code.op(Op.end);
    });
  }
  return statements;
}
