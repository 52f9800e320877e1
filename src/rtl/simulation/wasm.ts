/** WebAssembly opcodes that the compiled simulation uses. */
export const Op = {
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  i32Load: 0x28,
  i64Load: 0x29,
  i32Store: 0x36,
  i64Store: 0x37,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32GtS: 0x4a,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64GtS: 0x55,
  i32Popcnt: 0x69,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
} as const;

const VOID = 0x40;
const I32 = 0x7f;

function signedLeb(value: bigint, out: number[]): void {
  for (let rest = value; ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

function unsignedLeb(value: number, out: number[]): void {
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest = Math.floor(rest / 128);
    if (rest === 0) {
      out.push(low);
      return;
    }
    out.push(low | 0x80);
  }
}

/** The body of a function under construction. Addresses are bytes of the one memory. */
export class Code {
  readonly bytes: number[] = [];
  /** Statements so far: the measure for splitting into functions. */
  statements = 0;

  op(...codes: number[]): void {
    for (const code of codes) this.bytes.push(code);
  }
  i32(value: number): void {
    this.bytes.push(Op.i32Const);
    signedLeb(BigInt(value | 0), this.bytes);
  }
  i64(value: bigint): void {
    this.bytes.push(Op.i64Const);
    signedLeb(BigInt.asIntN(64, value), this.bytes);
  }
  /** A load or store; its base is on the stack. */
  access(op: number, offset: number): void {
    this.bytes.push(op, 0);
    unsignedLeb(offset, this.bytes);
  }
  load(op: number, address: number): void {
    this.i32(0);
    this.access(op, address);
  }
  call(index: number): void {
    this.bytes.push(Op.call);
    unsignedLeb(index, this.bytes);
  }
  local(op: number, index: number): void {
    this.bytes.push(op);
    unsignedLeb(index, this.bytes);
  }
  /** `if` on the value on the stack; close it with `op(Op.end)`. */
  if(): void {
    this.bytes.push(Op.if, VOID);
  }
  /** Copies bytes from one constant place of the memory to another. */
  copy(to: number, from: number, size: number): void {
    this.i32(to);
    this.i32(from);
    this.i32(size);
    this.bytes.push(0xfc, 0x0a, 0, 0);
  }
}

/** A function of the module: no parameters and no result, or one i32 of each. */
export interface WasmFunction {
  readonly signature: "void" | "i32";
  readonly code: Code;
  /** Number of i32 locals beside the parameter. */
  readonly locals: number;
}

/** Index of the imported function `env.host(i32)`; own functions follow it. */
export const HOST = 0;

function section(id: number, content: number[], out: number[]): void {
  out.push(id);
  unsignedLeb(content.length, out);
  for (const byte of content) out.push(byte);
}

const text = (value: string): number[] => [value.length, ...[...value].map((c) => c.charCodeAt(0))];

/** Encodes a module that imports `env.memory` and `env.host`, with the named functions exported. */
export function encodeModule(
  functions: readonly WasmFunction[],
  exports: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  // Types: 0 is () -> (), 1 is (i32) -> i32, 2 is (i32) -> ().
  section(1, [3, 0x60, 0, 0, 0x60, 1, I32, 1, I32, 0x60, 1, I32, 0], out);
  section(2, [2, ...text("env"), ...text("memory"), 2, 0, 1, ...text("env"), ...text("host"), 0, 2], out);
  const types: number[] = [];
  unsignedLeb(functions.length, types);
  for (const f of functions) types.push(f.signature === "void" ? 0 : 1);
  section(3, types, out);
  const names: number[] = [];
  unsignedLeb(Object.keys(exports).length, names);
  for (const [name, index] of Object.entries(exports)) {
    names.push(...text(name), 0);
    unsignedLeb(index + 1, names);
  }
  section(7, names, out);
  const bodies: number[] = [];
  unsignedLeb(functions.length, bodies);
  for (const f of functions) {
    const body: number[] = f.locals === 0 ? [0] : [1, f.locals, I32];
    for (const byte of f.code.bytes) body.push(byte);
    body.push(Op.end);
    unsignedLeb(body.length, bodies);
    for (const byte of body) bodies.push(byte);
  }
  section(10, bodies, out);
  return Uint8Array.from(out);
}
