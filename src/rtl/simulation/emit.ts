import type { Flat, FlatDesign } from "./flatten.js";
import { type Layout, limbsOf, storeOf } from "./layout.js";
import { type Code, HOST, Op } from "./wasm.js";

type Narrow = "i32" | "i64";

/** Kinds that are never computed: they lie in memory, or are constants. */
export function isLeaf(flat: Flat): boolean {
  const { node } = flat;
  return (
    node.kind === "const" ||
    node.kind === "input" ||
    node.kind === "reg" ||
    (node.kind === "read" && node.memory.latency === 1)
  );
}

/** Whether a value is computed by the host on BigInt: wide arithmetic, comparisons, shifts and changes of type. */
export function isHosted(flat: Flat): boolean {
  const wide = (f: Flat): boolean => storeOf(f.type) === "limbs";
  switch (flat.node.kind) {
    case "arith":
    case "compare":
    case "shift":
      return wide(flat) || flat.operands.some(wide);
    case "fit":
      return wide(flat);
    default:
      return false;
  }
}

/** Writes the WebAssembly that computes values. */
export class Emitter {
  /** Values that the host computes, by the number it is called with. */
  readonly hosted: Flat[] = [];
  readonly #design: FlatDesign;

  constructor(
    design: FlatDesign,
    readonly layout: Layout,
  ) {
    this.#design = design;
  }

  /** Computes a value and stores it. */
  statement(code: Code, flat: Flat): void {
    code.statements += 1;
    const address = this.layout.address(flat);
    if (isHosted(flat)) {
      code.i32(this.hosted.length);
      code.call(HOST);
      this.hosted.push(flat);
    } else if (storeOf(flat.type) === "limbs") {
      this.#limbs(code, flat, address);
    } else {
      code.i32(0);
      this.#compute(code, flat);
      code.access(storeOf(flat.type) === "i32" ? Op.i32Store : Op.i64Store, address);
    }
  }

  /** Copies a value, as the type says, to another place. */
  copyTo(code: Code, flat: Flat, address: number, asType = flat.type): void {
    const store = storeOf(asType);
    if (store === "limbs") {
      for (let limb = 0; limb < limbsOf(asType); limb++) {
        code.i32(0);
        this.bits(code, flat, 32 * limb, 32);
        code.access(Op.i32Store, address + 4 * limb);
      }
      return;
    }
    code.i32(0);
    this.value(code, flat, store);
    code.access(store === "i32" ? Op.i32Store : Op.i64Store, address);
  }

  /** Puts a value on the stack; as i32 only if it is one, or if only its low bits matter. */
  value(code: Code, flat: Flat, as: Narrow): void {
    const { node } = flat;
    if (node.kind === "const") {
      if (as === "i32") code.i32(Number(BigInt.asIntN(32, node.value)));
      else code.i64(node.value);
      return;
    }
    const store = storeOf(flat.type);
    if (store === "limbs") {
      code.load(as === "i32" ? Op.i32Load : Op.i64Load, this.layout.address(flat));
      return;
    }
    if (this.layout.has(flat)) code.load(store === "i32" ? Op.i32Load : Op.i64Load, this.layout.address(flat));
    else this.#compute(code, flat);
    if (store === "i32" && as === "i64") code.op(Op.i64ExtendI32S);
    if (store === "i64" && as === "i32") code.op(Op.i32WrapI64);
  }

  #compute(code: Code, flat: Flat): void {
    const { node, operands } = flat;
    const as: Narrow = storeOf(flat.type) === "i64" ? "i64" : "i32";
    const [a, b] = operands;
    switch (node.kind) {
      case "arith": {
        const wide = as === "i64" || operands.some((o) => storeOf(o.type) === "i64");
        for (const operand of operands) this.value(code, operand, wide ? "i64" : "i32");
        if (wide) code.op(node.op === "add" ? Op.i64Add : node.op === "sub" ? Op.i64Sub : Op.i64Mul);
        else code.op(node.op === "add" ? Op.i32Add : node.op === "sub" ? Op.i32Sub : Op.i32Mul);
        if (wide && as === "i32") code.op(Op.i32WrapI64);
        return;
      }
      case "logic":
        this.#logic(code, flat, as);
        return;
      case "compare": {
        const wide = operands.some((o) => storeOf(o.type) === "i64");
        for (const operand of operands) this.value(code, operand, wide ? "i64" : "i32");
        if (node.op === "eq") code.op(wide ? Op.i64Eq : Op.i32Eq);
        else code.op(wide ? Op.i64LtS : Op.i32LtS);
        return;
      }
      case "pick": {
        const [select, ...options] = operands;
        if (select !== undefined) this.#pick(code, select, options, 0, (o) => this.value(code, o, as));
        return;
      }
      case "slice":
        if (a !== undefined) this.#field(code, a, node.lo, flat.type.width, as);
        return;
      case "cat":
        if (as === "i32") this.#join(code, flat, 0);
        else {
          this.#join(code, flat, 32);
          code.op(Op.i64ExtendI32U);
          code.i64(32n);
          code.op(Op.i64Shl);
          this.#join(code, flat, 0);
          code.op(Op.i64ExtendI32U, Op.i64Or);
        }
        return;
      case "shift":
        if (a !== undefined) this.#shift(code, a, node.by, as);
        return;
      case "fit":
        if (a !== undefined) this.#fit(code, a, flat, as);
        return;
      case "read": {
        const base = this.layout.memory(this.#design.memoryOf(flat));
        if (a !== undefined) this.value(code, a, "i32");
        code.i32(as === "i32" ? 2 : 3);
        code.op(Op.i32Shl);
        code.access(as === "i32" ? Op.i32Load : Op.i64Load, base);
        return;
      }
      default:
        throw new Error(`a ${node.kind} (${b === undefined ? "" : "of two operands"}) is not computed`);
    }
  }

  #logic(code: Code, flat: Flat, as: Narrow): void {
    const { node, operands } = flat;
    if (node.kind !== "logic") return;
    operands.forEach((operand, i) => {
      this.value(code, operand, as);
      if (i > 0) code.op(logicOp(node.op, as));
    });
    if (node.op !== "not") return;
    if (as === "i32") code.i32(Number(flat.type.hi));
    else code.i64(flat.type.hi);
    code.op(as === "i32" ? Op.i32Xor : Op.i64Xor);
  }

  /** A tree of selects over options from number `from` on. */
  #pick(code: Code, select: Flat, options: readonly Flat[], from: number, value: (option: Flat) => void): void {
    const [first] = options;
    if (first === undefined) return;
    if (options.length === 1) {
      value(first);
      return;
    }
    const half = 2 ** Math.ceil(Math.log2(options.length) - 1);
    this.#pick(code, select, options.slice(half), from + half, value);
    this.#pick(code, select, options.slice(0, half), from, value);
    this.value(code, select, "i32");
    if (from + half > 1 || options.length > 2) {
      code.i32(from + half - 1);
      code.op(Op.i32GtS);
    }
    code.op(Op.select);
  }

  /** A field of `width` bits, zero-extended. */
  #field(code: Code, a: Flat, lo: number, width: number, as: Narrow): void {
    if (as === "i32") {
      this.bits(code, a, lo, width);
      return;
    }
    this.bits(code, a, lo, Math.min(32, width));
    code.op(Op.i64ExtendI32U);
    if (width <= 32) return;
    this.bits(code, a, lo + 32, width - 32);
    code.op(Op.i64ExtendI32U);
    code.i64(32n);
    code.op(Op.i64Shl, Op.i64Or);
  }

  #shift(code: Code, a: Flat, by: number, as: Narrow): void {
    if (by > 0) {
      this.value(code, a, as);
      if (as === "i32") code.i32(by);
      else code.i64(BigInt(by));
      code.op(as === "i32" ? Op.i32Shl : Op.i64Shl);
      return;
    }
    const own = storeOf(a.type) === "i64" ? "i64" : "i32";
    this.value(code, a, own);
    if (own === "i32") code.i32(Math.min(31, -by));
    else code.i64(BigInt(Math.min(63, -by)));
    code.op(own === "i32" ? Op.i32ShrS : Op.i64ShrS);
    if (own === "i64" && as === "i32") code.op(Op.i32WrapI64);
    // The operand may be narrower than the node thinks: proved fits are seen through.
    if (own === "i32" && as === "i64") code.op(Op.i64ExtendI32S);
  }

  /** The low bits of a value in the type of `flat`. */
  #fit(code: Code, a: Flat, flat: Flat, as: Narrow): void {
    const { width, signed } = flat.type;
    this.value(code, a, as);
    const spare = (as === "i32" ? 32 : 64) - width;
    if (spare === 0) return;
    if (signed) {
      for (const op of as === "i32" ? [Op.i32Shl, Op.i32ShrS] : [Op.i64Shl, Op.i64ShrS]) {
        if (as === "i32") code.i32(spare);
        else code.i64(BigInt(spare));
        code.op(op);
      }
    } else if (as === "i32") {
      code.i32(2 ** width - 1);
      code.op(Op.i32And);
    } else {
      code.i64((1n << BigInt(width)) - 1n);
      code.op(Op.i64And);
    }
  }

  /** Puts `count` (at most 32) bits of the pattern of a value on the stack, from bit `from` on, sign-extended beyond its end. */
  bits(code: Code, flat: Flat, from: number, count: number): void {
    const { node, type } = flat;
    if (node.kind === "const") {
      code.i32(Number(BigInt.asIntN(32, BigInt.asUintN(count, node.value >> BigInt(from)))));
      return;
    }
    const store = storeOf(type);
    let exact = !type.signed && from + count >= type.width;
    if (store === "i32") {
      this.value(code, flat, "i32");
      if (from > 0) {
        code.i32(Math.min(31, from));
        code.op(Op.i32ShrS);
      }
    } else if (store === "i64") {
      this.value(code, flat, "i64");
      if (from > 0) {
        code.i64(BigInt(Math.min(63, from)));
        code.op(Op.i64ShrS);
      }
      code.op(Op.i32WrapI64);
    } else {
      exact = this.#limbBits(code, flat, from, count) || exact;
    }
    if (count < 32 && !exact) {
      code.i32(2 ** count - 1);
      code.op(Op.i32And);
    }
  }

  /** As `bits`, of a value in limbs; gives whether no more than `count` bits can be set. */
  #limbBits(code: Code, flat: Flat, from: number, count: number): boolean {
    const [limb, shift] = [Math.floor(from / 32), from % 32];
    const limbs = limbsOf(flat.type);
    const address = this.layout.address(flat);
    if (limb >= limbs) {
      if (flat.type.signed) {
        code.load(Op.i32Load, address + 4 * (limbs - 1));
        code.i32(31);
        code.op(Op.i32ShrS);
      } else code.i32(0);
      return false;
    }
    if (shift === 0) {
      code.load(Op.i32Load, address + 4 * limb);
      return false;
    }
    if (shift + count <= 32 || limb + 1 >= limbs) {
      code.load(Op.i32Load, address + 4 * limb);
      code.i32(shift);
      code.op(flat.type.signed && limb + 1 >= limbs ? Op.i32ShrS : Op.i32ShrU);
      return false;
    }
    code.load(Op.i64Load, address + 4 * limb);
    code.i64(BigInt(shift));
    code.op(Op.i64ShrU, Op.i32WrapI64);
    return false;
  }

  /** 32 bits of a concatenation, from bit `from` on. */
  #join(code: Code, flat: Flat, from: number): void {
    const { node, operands } = flat;
    if (node.kind !== "cat") return;
    let end = node.type.width;
    let any = false;
    operands.forEach((part, i) => {
      // The width in the pattern is that of the part as written, before proved fits were seen through.
      const width = node.parts[i]?.type.width ?? 0;
      const start = end - width;
      const [lo, hi] = [Math.max(start, from), Math.min(end, from + 32)];
      end = start;
      if (lo >= hi) return;
      this.bits(code, part, lo - start, hi - lo);
      if (lo > from) {
        code.i32(lo - from);
        code.op(Op.i32Shl);
      }
      if (any) code.op(Op.i32Or);
      any = true;
    });
    if (!any) code.i32(0);
  }

  #limbs(code: Code, flat: Flat, address: number): void {
    const { node, operands } = flat;
    const [a] = operands;
    if (node.kind === "read" && a !== undefined) {
      this.value(code, a, "i32");
      code.i32(4 * limbsOf(flat.type));
      code.op(Op.i32Mul);
      code.local(Op.localSet, 0);
    }
    for (let limb = 0; limb < limbsOf(flat.type); limb++) {
      const from = 32 * limb;
      code.i32(0);
      if (node.kind === "cat") this.#join(code, flat, from);
      else if (node.kind === "slice" && a !== undefined) {
        this.bits(code, a, node.lo + from, Math.min(32, flat.type.width - from));
      } else if (node.kind === "pick") {
        const [select, ...options] = operands;
        if (select !== undefined) this.#pick(code, select, options, 0, (o) => this.bits(code, o, from, 32));
      } else if (node.kind === "logic") {
        operands.forEach((operand, i) => {
          this.bits(code, operand, from, 32);
          if (i > 0) code.op(logicOp(node.op, "i32"));
        });
        if (node.op === "not") {
          code.i32(Number(BigInt.asIntN(32, flat.type.hi >> BigInt(from))));
          code.op(Op.i32Xor);
        }
      } else if (node.kind === "read") {
        code.local(Op.localGet, 0);
        code.access(Op.i32Load, this.layout.memory(this.#design.memoryOf(flat)) + 4 * limb);
      } else throw new Error(`a wide ${node.kind} is not computed`);
      code.access(Op.i32Store, address + 4 * limb);
    }
  }
}

function logicOp(op: "and" | "or" | "xor" | "not", as: Narrow): number {
  if (as === "i32") return op === "and" ? Op.i32And : op === "or" ? Op.i32Or : Op.i32Xor;
  return op === "and" ? Op.i64And : op === "or" ? Op.i64Or : Op.i64Xor;
}
