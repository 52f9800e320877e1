import type { ToggleCounting } from "./count.js";
import type { Emitter } from "./emit.js";
import type { Flat, FlatDesign, FlatMemory, FlatRead, FlatRegister, Gates } from "./flatten.js";
import { bytesOf, type Layout, limbsOf, storeOf } from "./layout.js";
import { type Code, Op } from "./wasm.js";

type Statement = (code: Code) => void;

/** What a clock enable stops: all that has the same one. */
export interface GateGroup {
  readonly gates: Gates;
  readonly registers: FlatRegister[];
  readonly reads: FlatRead[];
  readonly memories: FlatMemory[];
}

/** Registers and memories by their clock enables. */
export function gateGroups(design: FlatDesign): GateGroup[] {
  const groups = new Map<Gates, GateGroup>();
  const group = (gates: Gates): GateGroup => {
    const known = groups.get(gates) ?? { gates, registers: [], reads: [], memories: [] };
    groups.set(gates, known);
    return known;
  };
  for (const register of design.registers) group(register.gates).registers.push(register);
  for (const read of design.reads) group(read.gates).reads.push(read);
  for (const memory of design.memories.values()) {
    if (memory.write !== undefined) group(memory.gates).memories.push(memory);
  }
  return [...groups.values()];
}

/** The clock edge of a group that is enabled: values after the edge are gathered beside the present ones, memories are written. */
export function* edgeStatements(
  group: GateGroup,
  design: FlatDesign,
  emitter: Emitter,
  layout: Layout,
  counting: ToggleCounting | undefined,
): Iterable<Statement> {
  const reset = design.inputs.get("reset");
  for (const { node, q, next, enable } of group.registers) {
    yield (code) => {
      if (node.reset !== undefined && reset !== undefined) {
        emitter.value(code, reset, "i32");
        code.if();
        emitter.copyTo(code, constantFlat(q, node.reset), layout.shadow(q), q.type);
        code.op(Op.else);
      }
      if (enable !== undefined) {
        emitter.value(code, enable, "i32");
        code.if();
      }
      emitter.copyTo(code, next, layout.shadow(q), q.type);
      if (enable !== undefined) code.op(Op.end);
      if (node.reset !== undefined && reset !== undefined) code.op(Op.end);
    };
  }
  for (const read of group.reads) yield (code) => readWord(code, read, emitter, layout);
  for (const memory of group.memories) yield (code) => writeWord(code, memory, emitter, layout, counting);
}

/** The clock edge of a group that is not enabled, during a reset. */
export function* resetStatements(group: GateGroup, emitter: Emitter, layout: Layout): Iterable<Statement> {
  for (const { node, q } of group.registers) {
    const { reset } = node;
    if (reset !== undefined) {
      yield (code) => emitter.copyTo(code, constantFlat(q, reset), layout.shadow(q), q.type);
    }
  }
}

function readWord(code: Code, { q, memory, address, enable }: FlatRead, emitter: Emitter, layout: Layout): void {
  if (enable !== undefined) {
    emitter.value(code, enable, "i32");
    code.if();
  }
  wordAddress(code, emitter, address, bytesOf(q.type));
  for (let at = 0; at < bytesOf(q.type); at += 4) {
    code.i32(0);
    code.local(Op.localGet, 0);
    code.access(Op.i32Load, layout.memory(memory) + at);
    code.access(Op.i32Store, layout.shadow(q) + at);
  }
  if (enable !== undefined) code.op(Op.end);
}

function writeWord(
  code: Code,
  memory: FlatMemory,
  emitter: Emitter,
  layout: Layout,
  counting: ToggleCounting | undefined,
): void {
  const { write } = memory;
  if (write === undefined) return;
  const { type } = memory.memory;
  emitter.value(code, write.enable, "i32");
  code.if();
  wordAddress(code, emitter, write.address, bytesOf(type));
  counting?.write(code, memory);
  const store = storeOf(type);
  if (store === "limbs") {
    for (let limb = 0; limb < limbsOf(type); limb++) {
      code.local(Op.localGet, 0);
      emitter.bits(code, write.data, 32 * limb, 32);
      code.access(Op.i32Store, layout.memory(memory) + 4 * limb);
    }
  } else {
    code.local(Op.localGet, 0);
    emitter.value(code, write.data, store);
    code.access(store === "i32" ? Op.i32Store : Op.i64Store, layout.memory(memory));
  }
  code.op(Op.end);
}

/** The place of a word within its memory, into local 0. */
function wordAddress(code: Code, emitter: Emitter, address: Flat, bytes: number): void {
  emitter.value(code, address, "i32");
  code.i32(bytes);
  code.op(Op.i32Mul);
  code.local(Op.localSet, 0);
}

function constantFlat(like: Flat, value: bigint): Flat {
  const node = { kind: "const", type: like.type, owner: undefined, name: undefined, value } as const;
  return { node, type: like.type, scope: like.scope, operands: [], uses: 1 };
}
