/**
 * Look-up tables as bit-parallel expressions: a table of 2^k bits over k operands becomes a few AND, OR, XOR and NOT on
 * 32-bit integers, each bit of which is one lane of the simulation.
 */

/** A compiled table: statements that define temporaries, and the expression of the result. */
export interface LutCode {
  statements: string[];
  result: string;
}

/**
 * @param table 2^k characters "0" or "1"; character i is the output where operand j has the value of bit j of i
 * @param operands k expressions; "0" and "-1" are the constants
 */
export function lutCode(table: string, operands: readonly string[]): LutCode {
  const statements: string[] = [];
  const known = new Map<string, string>();

  const emit = (bits: string, variables: readonly string[]): string => {
    if (!bits.includes("1")) return "0";
    if (!bits.includes("0")) return "-1";
    const key = `${bits}:${variables.join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;

    const index = chooseVariable(bits, variables);
    const variable = variables[index] ?? "";
    const rest = variables.filter((_, other) => other !== index);
    const [low, high] = cofactors(bits, index);
    let result: string;
    if (low === high || variable === "0") result = emit(low, rest);
    else if (variable === "-1") result = emit(high, rest);
    else if (high === complement(low)) result = combine("^", variable, emit(low, rest));
    else {
      const [f0, f1] = [emit(low, rest), emit(high, rest)];
      if (f0 === "0") result = combine("&", variable, f1);
      else if (f1 === "-1") result = combine("|", variable, f0);
      else if (f1 === "0") result = `~${variable}&${f0}`;
      else if (f0 === "-1") result = `~${variable}|${f1}`;
      else result = `${f0}^(${variable}&(${f0}^${f1}))`;
    }
    if (!/^[\w[\]-]+$/.test(result)) {
      const temporary = `t${statements.length}`;
      statements.push(`const ${temporary}=${result};`);
      result = temporary;
    }
    known.set(key, result);
    return result;
  };

  return { result: emit(table, operands), statements };
}

function combine(operator: "&" | "|" | "^", variable: string, other: string): string {
  if (operator === "&" && other === "-1") return variable;
  if (operator === "|" && other === "0") return variable;
  if (operator === "^" && other === "0") return variable;
  if (operator === "^" && other === "-1") return `~${variable}`;
  return `${variable}${operator}${other}`;
}

/** The table with variable `index` at 0, and at 1. */
function cofactors(bits: string, index: number): [low: string, high: string] {
  const stride = 1 << index;
  let low = "";
  let high = "";
  for (let start = 0; start < bits.length; start += 2 * stride) {
    low += bits.slice(start, start + stride);
    high += bits.slice(start + stride, start + 2 * stride);
  }
  return [low, high];
}

function complement(bits: string): string {
  let result = "";
  for (const bit of bits) result += bit === "0" ? "1" : "0";
  return result;
}

/** The variable to split on first: a constant, one that makes a single gate, else the one that leaves the least to do. */
function chooseVariable(bits: string, variables: readonly string[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, variable] of variables.entries()) {
    const [low, high] = cofactors(bits, index);
    if (variable === "0" || variable === "-1" || low === high) return index;
    let work: number;
    if (isConstant(low)) work = support(high);
    else if (isConstant(high) || high === complement(low)) work = support(low);
    else work = support(low) + support(high) + 3;
    if (work < least) [best, least] = [index, work];
  }
  return best;
}

function isConstant(bits: string): boolean {
  return !bits.includes("1") || !bits.includes("0");
}

/** On how many variables a table depends. */
function support(bits: string): number {
  let count = 0;
  for (let index = 0; 1 << index < bits.length; index++) {
    const [low, high] = cofactors(bits, index);
    if (low !== high) count++;
  }
  return count;
}
