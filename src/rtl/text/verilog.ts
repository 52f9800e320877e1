import type { Module } from "../core/ports.js";
import { alignColumns, manualOf, wrapText } from "./header.js";
import { inCompileOrder, type SourceFile } from "./hierarchy.js";
import { CLOCK_ENABLE, lower, passedThrough } from "./lower.js";
import {
  type Actual,
  type AssignText,
  type EntityText,
  type Expr,
  type InstanceText,
  type MemoryAccess,
  type MemoryText,
  type NameExpr,
  type RegisterGroup,
  type Shape,
  type Source,
  shapeOf,
  styleAttribute,
} from "./tree.js";
import {
  productName,
  verilog,
  verilogCondition,
  verilogLiteral,
  verilogName,
  verilogRange,
  verilogRead,
} from "./verilog-expression.js";

const LINE = 120;

/**
 * Verilog-2005 of a module and all modules in it, one a file, in compile order, equal to the VHDL.
 * @throws GatecastError of kind hardware if two different modules have one name.
 */
export function emitVerilog(module: Pick<Module, "graph">): SourceFile[] {
  return inCompileOrder(module.graph, "v", (graph, gated) => printModule(lower(graph, gated)));
}

function printModule(entity: EntityText): string {
  const { graph } = entity;
  const lines = [
    ...manualOf(graph, entity.gated).map((line) => (line === "" ? "//" : `// ${line}`)),
    "",
    `module ${graph.name}${portList(entity)}`,
  ];
  const blocks: string[][] = [];
  if (entity.constants.length > 0) {
    blocks.push(
      entity.constants.map(
        ({ name, shape, value }) => `localparam ${verilogRange(shape)}${name} = ${verilogLiteral(value, shape)};`,
      ),
    );
  }
  for (const memory of entity.memories) blocks.push(printMemory(memory));
  for (const product of uniqueProducts(entity)) blocks.push(product);
  blocks.push(printSignals(entity));
  blocks.push(entity.assigns.flatMap((assign) => printAssign(assign, entity)));
  for (const instance of entity.instances) blocks.push(printInstance(instance));
  for (const access of entity.accesses) blocks.push(printAccess(access));
  for (const group of entity.groups) blocks.push(printGroup(group));
  for (const block of blocks.filter((b) => b.length > 0)) lines.push(...indent(block, 1), "");
  if (lines.at(-1) === "") lines.pop();
  return [...lines, "endmodule", ""].join("\n");
}

const indent = (lines: readonly string[], depth: number): string[] =>
  lines.map((line) => (line === "" ? "" : "  ".repeat(depth) + line));

const bare = (shape: Shape): string => verilogRange(shape).trimEnd();

function portList({ graph, gated }: EntityText): string {
  const rows = graph.ports.map(({ name, direction, type }) => [
    direction === "in" ? "input " : "output ",
    "wire ",
    `${bare(shapeOf(type))} `,
    name,
  ]);
  if (gated) rows.unshift(["input ", "wire ", " ", CLOCK_ENABLE]);
  if (graph.resettable) rows.unshift(["input ", "wire ", " ", "reset"]);
  if (graph.clocked) rows.unshift(["input ", "wire ", " ", "clock"]);
  if (rows.length === 0) return " ();";
  return ` (\n${indent(alignColumns(rows), 1).join(",\n")}\n);`;
}

function printSignals(entity: EntityText): string[] {
  return entity.signals.flatMap(({ name, shape, init, count, role }): string[] => {
    if (role === "wire") return [];
    if (role === "register") return [`reg ${verilogRange(shape)}${name} = ${verilogLiteral(init ?? 0n, shape)};`];
    if (count === undefined) return [`wire ${verilogRange(shape)}${name};`];
    // Elements lie in one word, for the generate loop, and each has a wire of its own, for its sign.
    const input = entity.assigns.some(({ target }) => target.name === name && target.index !== undefined);
    const elements = Array.from({ length: count }, (_, i) => {
      const part = shape.width === 1 ? `${name}[${i}]` : `${name}[${(i + 1) * shape.width - 1}:${i * shape.width}]`;
      return input ? "" : `wire ${verilogRange(shape)}${name}_${i} = ${part};`;
    });
    return [`wire [${count * shape.width - 1}:0] ${name};`, ...elements.filter((line) => line !== "")];
  });
}

function printMemory(memory: MemoryText): string[] {
  const { name, shape, contents, note, written } = memory;
  const style = styleAttribute(memory);
  const lines = note === undefined ? [] : wrapText(note, LINE - 6).map((line) => `// ${line}`);
  const bits = Math.log2(contents.length);
  if (style === null) {
    // Two underscores: no name of a design has them, so the function's cannot be that of a register. The attribute keeps Yosys from
    // making a block memory of a table whose address is registered.
    lines.push(
      `function ${verilogRange(shape)}${name}__word(input [${bits - 1}:0] address);`,
      '  (* rom_style = "logic" *) case (address)',
      ...contents.map((word, i) => {
        const label = i === contents.length - 1 ? "default" : `${bits}'d${i}`;
        return `    ${label}: ${name}__word = ${verilogLiteral(word, shape)};`;
      }),
      "  endcase",
      "endfunction",
    );
    return lines;
  }
  // Yosys takes "distributed" for memories that are written alone; for a table that is to be logic it has a name of its own.
  const logic = !written && style === "distributed";
  const attribute = logic ? "(* logic_block *)" : `(* ${written ? "ram" : "rom"}_style = "${style}" *)`;
  lines.push(`${attribute} reg ${verilogRange(shape)}${name} [0:${contents.length - 1}];`);
  const [first] = contents;
  if (first !== undefined && contents.every((word) => word === first)) {
    lines.push(
      `integer ${name}_index;`,
      "initial",
      `  for (${name}_index = 0; ${name}_index < ${contents.length}; ${name}_index = ${name}_index + 1)`,
      `    ${name}[${name}_index] = ${verilogLiteral(first, shape)};`,
    );
  } else {
    lines.push("initial begin");
    contents.forEach((word, i) => {
      lines.push(`  ${name}[${i}] = ${verilogLiteral(word, shape)};`);
    });
    lines.push("end");
  }
  return lines;
}

/** One function for each pair of operand shapes. */
function uniqueProducts(entity: EntityText): string[][] {
  const byName = new Map(entity.products.map(({ a, b }) => [productName(a, b), { a, b }]));
  return [...byName].sort(([p], [q]) => (p < q ? -1 : 1)).map(([name, { a, b }]) => printProduct(name, a, b));
}

function printProduct(name: string, a: Shape, b: Shape): string[] {
  const signed = a.kind === "signed" || b.kind === "signed";
  const result: Shape = { kind: signed ? "signed" : "unsigned", width: a.width + b.width };
  const rows = b.kind === "signed" ? b.width - 1 : b.width;
  // Gated by an AND, which shares the adder's look-up table; a choice after the adder would not.
  const gated = (bit: string): string => {
    const row = `row & {${result.width}{b[${bit}]}}`;
    return signed ? `$signed(${row})` : `(${row})`;
  };
  const lines = [
    "// A product as one addition for each bit of `b`: look-up tables, never a DSP slice.",
    `function ${verilogRange(result)}${name}(input ${verilogRange(a)}a, input ${verilogRange(b)}b);`,
    "  integer i;",
    `  reg ${verilogRange(result)}row;`,
    "  begin",
    "    row = a;",
    `    ${name} = ${verilogLiteral(0n, result)};`,
    `    for (i = 0; i < ${rows}; i = i + 1) begin`,
    `      ${name} = ${name} + ${gated("i")};`,
    "      row = row <<< 1;",
    "    end",
  ];
  if (b.kind === "signed") lines.push(`    ${name} = ${name} - ${gated(String(rows))};`);
  return [...lines, "  end", "endfunction"];
}

function printAssign({ target, source }: AssignText, entity: EntityText): string[] {
  const isPort = entity.graph.outputs.has(target.name);
  if (source.is === "select") return printSelect(target, source, isPort);
  const text = sourceText(source);
  if (target.index !== undefined) {
    const { width } = target.shape;
    const low = target.index * width;
    return [`assign ${target.name}[${low + width - 1}:${low}] = ${text};`];
  }
  return [`${isPort ? "assign " : `wire ${verilogRange(target.shape)}`}${verilogName(target)} = ${text};`];
}

/** A selection as a tree of its index's bits: synthesis makes shifters of indexed fields whose width is no power of two. */
function printSelect(target: NameExpr, source: Source & { is: "select" }, isPort: boolean): string[] {
  const { index, options, shape, word: at } = source;
  const declared = isPort ? "assign " : `wire ${verilogRange(shape)}`;
  const width = Math.max(1, Math.ceil(Math.log2(options.length)));
  return [
    `wire [${width - 1}:0] ${at} = ${verilog(index, "extends")};`,
    `${declared}${verilogName(target)} = ${selection(at, width - 1, options)};`,
  ];
}

function selection(at: string, bit: number, options: readonly Expr[], inside = false): string {
  const [only] = options;
  if (only === undefined) throw new Error("a selection without options");
  if (options.length === 1) return verilog(only, "extends", inside);
  const half = 2 ** bit;
  const low = selection(at, bit - 1, options.slice(0, half), true);
  if (options.length <= half) return low;
  const text = `${at}[${bit}] ? ${selection(at, bit - 1, options.slice(half), true)} : ${low}`;
  return inside ? `(${text})` : text;
}

/** The right of an assignment to a target of exactly the source's width. */
function sourceText(source: Source): string {
  if (source.is === "truth") return verilogCondition(source.condition);
  if (source.is === "select") throw new Error("a selection needs a wire of its options");
  if (source.is !== "choose") return verilog(source, "extends");
  const cases = source.cases.map((c) => `${verilogCondition(c.when, true)} ? ${verilog(c.value, "extends")}`);
  return [...cases, verilog(source.otherwise, "extends")].join(" : ");
}

function actualText(actual: Actual): string {
  switch (actual.is) {
    case "open":
      return "";
    case "expression":
      return verilog(actual.value, "alone");
    case "element":
      return `${actual.name}[i * ${actual.shape.width} +: ${actual.shape.width}]`;
    case "field": {
      const base = actual.base === 0 ? "" : ` + ${actual.base}`;
      return `${verilogName(actual.word)}[i * ${actual.step}${base} +: ${actual.shape.width}]`;
    }
  }
}

function printInstance(instance: InstanceText): string[] {
  const { label, module, count, ports } = instance;
  const rows = ports.map(({ port, actual }) => `.${port}(${actualText(actual)})`);
  if (module.resettable) rows.unshift(".reset(reset)");
  if (module.clocked) rows.unshift(".clock(clock)");
  const through = passedThrough(instance);
  if (through > 0) rows.unshift(rows.splice(0, through).join(", "));
  const unit = (name: string): string[] =>
    rows.length === 0
      ? [`${module.name} ${name} ();`]
      : [
          `${module.name} ${name} (`,
          ...indent(
            rows.map((row, i) => (i === rows.length - 1 ? row : `${row},`)),
            1,
          ),
          ");",
        ];
  if (count === undefined) return unit(label);
  return [
    `genvar ${label}_i;`,
    "generate",
    `  for (${label}_i = 0; ${label}_i < ${count}; ${label}_i = ${label}_i + 1) begin : ${label}`,
    ...indent(unit("lane"), 2).map((line) => line.replaceAll("[i * ", `[${label}_i * `)),
    "  end",
    "endgenerate",
  ];
}

function printAccess({ memory, write, reads }: MemoryAccess): string[] {
  const lines = ["always @(posedge clock) begin"];
  if (write !== undefined) {
    const target = `${memory.name}[${verilog(write.address, "alone")}]`;
    lines.push(`  if (${verilogCondition(write.enable)}) ${target} <= ${verilog(write.data, "extends")};`);
  }
  for (const read of reads) {
    const action = `${verilogName(read.to)} <= ${verilogRead(memory, read.address)};`;
    lines.push(read.enable === undefined ? `  ${action}` : `  if (${verilogCondition(read.enable)}) ${action}`);
  }
  return [...lines, "end"];
}

function printGroup({ enable, reset, registers }: RegisterGroup): string[] {
  const assign = (name: NameExpr, text: string): string => `${verilogName(name)} <= ${text};`;
  const next = registers.map((reg) => assign(reg.name, sourceText(reg.next)));
  const lines = ["always @(posedge clock) begin"];
  const open = enable === undefined ? undefined : `if (${verilogCondition(enable)}) begin`;
  if (!reset) {
    lines.push(...(open === undefined ? indent(next, 1) : [`  ${open}`, ...indent(next, 2), "  end"]));
  } else {
    const resets = registers.map((reg) => assign(reg.name, verilogLiteral(reg.reset, reg.name.shape)));
    lines.push(
      "  if (reset) begin",
      ...indent(resets, 2),
      `  end else ${open ?? "begin"}`,
      ...indent(next, 2),
      "  end",
    );
  }
  return [...lines, "end"];
}
