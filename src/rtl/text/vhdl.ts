import type { Module } from "../core/ports.js";
import { alignColumns, manualOf, wrapText } from "./header.js";
import { inCompileOrder, type SourceFile } from "./hierarchy.js";
import { CLOCK_ENABLE, lower, passedThrough } from "./lower.js";
import {
  type Actual,
  type AssignText,
  type EntityText,
  type InstanceText,
  type MemoryAccess,
  type MemoryText,
  type RegisterGroup,
  type Shape,
  type Source,
  shapeOf,
  styleAttribute,
} from "./tree.js";
import {
  bitString,
  isIntegerTable,
  vhdl,
  vhdlCondition,
  vhdlLiteral,
  vhdlName,
  vhdlRead,
  vhdlType,
} from "./vhdl-expression.js";

const LINE = 120;

/**
 * VHDL-2008 of a module and all modules in it: one entity a file, in compile order, numeric_std only.
 * @throws GatecastError of kind hardware if two different modules have one name.
 */
export function emitVhdl(module: Pick<Module, "graph">): SourceFile[] {
  return inCompileOrder(module.graph, "vhd", (graph, gated) => printEntity(lower(graph, gated)));
}

function printEntity(entity: EntityText): string {
  const { graph } = entity;
  const lines = [
    ...manualOf(graph, entity.gated).map((line) => (line === "" ? "--" : `-- ${line}`)),
    "",
    "library ieee;",
    "use ieee.std_logic_1164.all;",
    "use ieee.numeric_std.all;",
    "",
    `entity ${graph.name} is`,
    ...indent(portClause(entity), 1),
    "end entity;",
    "",
    `architecture rtl of ${graph.name} is`,
  ];
  const declarations = [
    printConstants(entity),
    ...entity.memories.map((memory, i) => printMemory(memory, isFirstOfStyle(memory, entity.memories.slice(0, i)))),
    printArrays(entity),
    printSignals(entity),
    ...printProducts(entity),
  ].filter((block) => block.length > 0);
  declarations.forEach((block, i) => {
    if (i > 0) lines.push("");
    lines.push(...indent(block, 1));
  });
  lines.push("begin");
  const body: string[][] = [];
  if (entity.assigns.length > 0) body.push(entity.assigns.flatMap(printAssign));
  for (const instance of entity.instances) body.push(printInstance(instance));
  for (const access of entity.accesses) body.push(printAccess(access));
  for (const group of entity.groups) body.push(printGroup(group));
  body.forEach((block, i) => {
    if (i > 0) lines.push("");
    lines.push(...indent(block, 1));
  });
  lines.push("end architecture;", "");
  return lines.join("\n");
}

const indent = (lines: readonly string[], depth: number): string[] =>
  lines.map((line) => (line === "" ? "" : "  ".repeat(depth) + line));

function portClause({ graph, gated }: EntityText): string[] {
  const rows = graph.ports.map(({ name, direction, type }) => [
    name,
    ` : ${direction === "in" ? "in " : "out"} `,
    vhdlType(shapeOf(type)),
  ]);
  if (gated) rows.unshift([CLOCK_ENABLE, " : in ", "std_logic"]);
  if (graph.resettable) rows.unshift(["reset", " : in ", "std_logic"]);
  if (graph.clocked) rows.unshift(["clock", " : in ", "std_logic"]);
  if (rows.length === 0) return [];
  const aligned = alignColumns(rows);
  return [
    "port (",
    ...indent(
      aligned.map((row, i) => (i === aligned.length - 1 ? row : `${row};`)),
      1,
    ),
    ");",
  ];
}

function printConstants(entity: EntityText): string[] {
  return alignColumns(
    entity.constants.map(({ name, shape, value }) => [
      `constant ${name}`,
      ` : ${vhdlType(shape)}`,
      ` := ${vhdlLiteral(value, shape)};`,
    ]),
  );
}

/** Whether no memory before it has the attribute of its style. */
function isFirstOfStyle(memory: MemoryText, before: readonly MemoryText[]): boolean {
  return !before.some((other) => styleAttribute(other) !== null && other.written === memory.written);
}

/** `declares`: whether the attribute of its style is declared with it, as the first of the entity that has one. */
function printMemory(memory: MemoryText, declares: boolean): string[] {
  const { name, shape, contents, note, written, type } = memory;
  const integers = isIntegerTable(memory);
  const element = integers ? `integer range ${type.lo} to ${type.hi}` : vhdlType(shape);
  const last = contents.length - 1;
  const lines = note === undefined ? [] : wrapText(note, LINE - 6).map((line) => `-- ${line}`);
  lines.push(`type ${name}_array is array (0 to ${last}) of ${element};`);
  const values = contents.map((word) =>
    integers
      ? String(word)
      : shape.kind === "bit"
        ? `'${word}'`
        : word === 0n
          ? "(others => '0')"
          : wordText(word, shape),
  );
  const kind = written ? "signal" : "constant";
  const [first] = values;
  if (values.every((value) => value === first)) {
    lines.push(`${kind} ${name} : ${name}_array := (others => ${first ?? "'0'"});`);
  } else {
    const hex = integers
      ? values
      : contents.map((word) => (shape.kind === "bit" ? `'${word}'` : wordText(word, shape)));
    lines.push(`${kind} ${name} : ${name}_array := (`, ...indent(tableRows(hex), 1), ");");
  }
  const style = styleAttribute(memory);
  if (style !== null) {
    if (declares) lines.push(`attribute ${written ? "ram" : "rom"}_style : string;`);
    lines.push(`attribute ${written ? "ram" : "rom"}_style of ${name} : ${kind} is "${style}";`);
  }
  return lines;
}

function wordText(word: bigint, shape: Shape): string {
  return shape.width % 4 === 0 && shape.width <= 64
    ? `x"${bitString(word, shape.width).replace(/^.*x"/, "")}`
    : bitString(word, shape.width);
}

/** Table entries in rows of a power of two, aligned. */
export function tableRows(values: readonly string[], separator = ", "): string[] {
  const width = Math.max(...values.map((value) => value.length));
  let perRow = 16;
  while (perRow > 1 && perRow * (width + 2) > LINE - 10) perRow /= 2;
  const rows: string[] = [];
  for (let at = 0; at < values.length; at += perRow) {
    const row = values.slice(at, at + perRow).map((value) => value.padStart(width));
    rows.push(`${row.join(separator)}${at + perRow < values.length ? separator.trimEnd() : ""}`);
  }
  return rows;
}

/** Array types of the signals of repeated instances. */
function printArrays(entity: EntityText): string[] {
  return entity.signals.flatMap(({ name, shape, count }) =>
    count === undefined ? [] : [`type ${name}_array is array (0 to ${count - 1}) of ${vhdlType(shape)};`],
  );
}

function printSignals(entity: EntityText): string[] {
  const rows = entity.signals.map(({ name, shape, init, count }) => {
    const type = count === undefined ? vhdlType(shape) : `${name}_array`;
    const start = init === undefined ? "" : ` := ${initialText(init, shape)}`;
    return [`signal ${name}`, ` : ${type}${start};`];
  });
  return alignColumns(rows);
}

function initialText(value: bigint, shape: Shape): string {
  return value === 0n && shape.kind !== "bit" ? "(others => '0')" : vhdlLiteral(value, shape);
}

/** The functions that multiply in look-up tables, for the signs that occur. */
function printProducts(entity: EntityText): string[][] {
  const kinds = new Set(entity.products.map(({ a, b }) => `${a.kind} ${b.kind}`));
  return [...kinds].sort().map((kind) => {
    const [a = "", b = ""] = kind.split(" ");
    const result = a === "signed" || b === "signed" ? "signed" : "unsigned";
    const rows = b === "signed" ? "digits'high - 1" : "digits'high";
    // A row is gated by an AND of vectors: GHDL 2.0 does not synthesise that of a vector and a bit.
    const lines = [
      "-- A product as one addition for each bit of factor_b: look-up tables, never a DSP slice.",
      `function multiply(factor_a : ${a}; factor_b : ${b}) return ${result} is`,
      "  constant width  : natural := factor_a'length + factor_b'length;",
      `  variable digits : ${b}(factor_b'length - 1 downto 0) := factor_b;`,
      "  variable digit  : std_logic;",
      `  variable shifted, gated, total : ${result}(width - 1 downto 0) := (others => '0');`,
      "begin",
      "  shifted := resize(factor_a, width);",
      `  for i in 0 to ${rows} loop`,
      "    digit := digits(i);",
      "    gated := (others => digit);",
      "    total := total + (shifted and gated);",
      "    shifted := shifted(width - 2 downto 0) & '0';",
      "  end loop;",
    ];
    if (b === "signed")
      lines.push(
        "  digit := digits(digits'high);",
        "  gated := (others => digit);",
        "  total := total - (shifted and gated);",
      );
    return [...lines, "  return total;", "end function;"];
  });
}

function printAssign({ target, source }: AssignText): string[] {
  return assignment(vhdlName(target), source);
}

/** A concurrent assignment: in one line where it is short. */
function assignment(target: string, source: Source): string[] {
  if (source.is === "truth") return assignment(target, truthChoice(source));
  if (source.is === "select") return assignment(target, selectChoice(source));
  if (source.is !== "choose") return [`${target} <= ${value(source)};`];
  const cases = source.cases.map((c) => `${value(c.value)} when ${vhdlCondition(c.when)}`);
  const whole = `${target} <= ${cases.join(" else ")} else ${value(source.otherwise)};`;
  if (whole.length <= LINE - 20 && cases.length <= 2) return [whole];
  const lines = [...cases.map((c) => `${c} else`), `${value(source.otherwise)};`];
  const [first = "", ...rest] = lines;
  return [`${target} <= ${first}`, ...rest.map((line) => " ".repeat(target.length + 4) + line)];
}

function truthChoice(source: Source & { is: "truth" }): Source & { is: "choose" } {
  const one = { is: "literal", value: 1n, shape: source.shape } as const;
  return {
    is: "choose",
    cases: [{ when: source.condition, value: one }],
    otherwise: { ...one, value: 0n },
    shape: source.shape,
  };
}

function selectChoice({ index, options, shape }: Source & { is: "select" }): Source & { is: "choose" } {
  const values = [...options];
  const otherwise = values.pop();
  if (otherwise === undefined) throw new Error("a selection without options");
  const cases = values.map((option, i) => {
    const number = { is: "literal", value: BigInt(i), shape: index.shape } as const;
    return { when: { is: "compare", op: "=", a: index, b: number } as const, value: option };
  });
  return { is: "choose", cases, otherwise, shape };
}

/** A value on the right of an assignment, where the target gives the type. */
function value(source: Exclude<Source, { is: "truth" | "choose" | "select" }>): string {
  if (source.is === "literal" && source.shape.kind !== "bit" && source.value === 0n) return "(others => '0')";
  return vhdl(source);
}

function actualText(actual: Actual): string {
  switch (actual.is) {
    case "open":
      return "open";
    case "expression":
      return vhdl(actual.value);
    case "element":
      return `${actual.name}(i)`;
    case "field":
      return fieldText(actual);
  }
}

/** The field of a word that belongs to copy `i`. */
function fieldText({ word, base, step, shape }: Actual & { is: "field" }): string {
  const at = (offset: number): string => {
    const index = step === 1 ? "i" : `${step} * i`;
    return base + offset === 0 ? index : `${index} + ${base + offset}`;
  };
  if (shape.kind === "bit") return `${vhdlName(word)}(${at(0)})`;
  const part = `${vhdlName(word)}(${at(shape.width - 1)} downto ${at(0)})`;
  return shape.kind === word.shape.kind ? part : `${shape.kind}(${part})`;
}

function printInstance(instance: InstanceText): string[] {
  const { label, module, count, ports } = instance;
  const rows = ports.map(({ port, actual }) => [port, ` => ${actualText(actual)}`]);
  if (module.resettable) rows.unshift(["reset", " => reset"]);
  if (module.clocked) rows.unshift(["clock", " => clock"]);
  const through = passedThrough(instance);
  const joined = rows.slice(0, through).map((row) => row.join(""));
  const aligned = [...(joined.length > 0 ? [joined.join(", ")] : []), ...alignColumns(rows.slice(through))];
  const map =
    aligned.length === 0
      ? []
      : [
          "port map (",
          ...indent(
            aligned.map((row, i) => (i === aligned.length - 1 ? row : `${row},`)),
            1,
          ),
          ")",
        ];
  const unit = (name: string): string[] => {
    const lines = [`${name} : entity work.${module.name}`, ...indent(map, 1)];
    return [...lines.slice(0, -1), `${lines.at(-1) ?? ""};`];
  };
  if (count === undefined) return unit(label);
  return [`${label} : for i in 0 to ${count - 1} generate`, ...indent(unit("lane"), 1), "end generate;"];
}

const clocked = (label: string, body: readonly string[]): string[] => [
  `${label} : process (clock)`,
  "begin",
  "  if rising_edge(clock) then",
  ...indent(body, 2),
  "  end if;",
  "end process;",
];

function printAccess({ label, memory, write, reads }: MemoryAccess): string[] {
  const body: string[] = [];
  if (write !== undefined) {
    const index = write.address.is === "literal" ? String(write.address.value) : `to_integer(${vhdl(write.address)})`;
    const action = `${memory.name}(${index}) <= ${value(write.data)};`;
    body.push(...guarded(write.enable, [action]));
  }
  for (const read of reads) {
    const action = `${vhdlName(read.to)} <= ${vhdlRead(memory, read.address)};`;
    body.push(...(read.enable === undefined ? [action] : guarded(read.enable, [action])));
  }
  return clocked(label, body);
}

function guarded(condition: Parameters<typeof vhdlCondition>[0], body: readonly string[]): string[] {
  return [`if ${vhdlCondition(condition)} then`, ...indent(body, 1), "end if;"];
}

function printGroup(group: RegisterGroup): string[] {
  const next = group.registers.flatMap((reg) => sequential(vhdlName(reg.name), reg.next));
  if (!group.reset) return clocked(group.label, group.enable === undefined ? next : guarded(group.enable, next));
  const resets = group.registers.map((reg) => `${vhdlName(reg.name)} <= ${initialText(reg.reset, reg.name.shape)};`);
  const otherwise = group.enable === undefined ? "else" : `elsif ${vhdlCondition(group.enable)} then`;
  return clocked(group.label, ["if reset = '1' then", ...indent(resets, 1), otherwise, ...indent(next, 1), "end if;"]);
}

/** An assignment within a process: choices become if and elsif. */
function sequential(target: string, source: Source): string[] {
  if (source.is === "truth") return sequential(target, truthChoice(source));
  if (source.is === "select") return sequential(target, selectChoice(source));
  if (source.is !== "choose") return [`${target} <= ${value(source)};`];
  const lines: string[] = [];
  source.cases.forEach((c, i) => {
    lines.push(`${i === 0 ? "if" : "elsif"} ${vhdlCondition(c.when)} then`, `  ${target} <= ${value(c.value)};`);
  });
  // A register that keeps its value needs no branch for it.
  const keeps = source.otherwise.is === "name" && vhdlName(source.otherwise) === target;
  return [...lines, ...(keeps ? [] : ["else", `  ${target} <= ${value(source.otherwise)};`]), "end if;"];
}
