import { type IntegerOperator, standInOperator } from "../../integer/index.js";
import {
  type Architecture,
  buildGraph,
  codeRange,
  type Graph,
  type Operator,
  type Precision,
} from "../../model/index.js";
import { type NumType, range } from "../../rtl/index.js";
import { inputsOf } from "../network.js";
import { accumulatorType } from "../operators/linear.js";
import { poolOutput } from "../operators/pool.js";
import { type OperatorParameters, parametersOf } from "../parameters.js";
import type { Beat } from "../parts/beat.js";
import type { OperatorPlan } from "../plan.js";

/** An operator in a graph with the widths that it depends on. */
interface LocalOperator {
  readonly graph: Graph;
  readonly operator: Operator;
  readonly data: IntegerOperator;
}

/** Widths in bits by the name of their weight or tensor; of others the width does not matter. */
export type Widths = Readonly<Record<string, number>>;

/**
 * Operators of stand-in models at any widths of the few tensors that each depends on, without the models: what is asked for again is kept.
 */
export class LocalOperators {
  readonly graph: Graph;
  readonly #architecture: Architecture;
  readonly #precision: Precision;
  readonly #operators: ReadonlyMap<string, Operator>;
  readonly #makers: ReadonlyMap<string, Operator>;
  readonly #data = new Map<string, LocalOperator>();
  readonly #sums = new Map<string, NumType>();

  constructor(architecture: Architecture, precision: Precision) {
    this.#architecture = architecture;
    this.#precision = { ...precision, overrides: {} };
    this.graph = buildGraph(architecture, this.#precision);
    this.#operators = new Map(this.graph.operators.map((operator) => [operator.name, operator]));
    this.#makers = new Map(this.graph.operators.map((operator) => [operator.output, operator]));
  }

  operator(name: string): Operator {
    const found = this.#operators.get(name);
    if (!found) throw new Error(`the graph has no operator "${name}"`);
    return found;
  }

  /** Names of the tensors that an operator reads. */
  inputsOf(name: string): readonly string[] {
    return inputsOf(this.operator(name));
  }

  /** Names of the widths that the type of a tensor's elements depends on: none for samples and forecast. */
  scopeOf(name: string): readonly string[] {
    const { kind } = this.#tensor(name);
    if (name === this.graph.input || name === this.graph.output) return [];
    if (kind === "code") return [name];
    const maker = this.#makers.get(name);
    if (maker?.kind === "linear") return [...this.scopeOf(maker.input), maker.weight.name];
    return maker?.kind === "pool" || maker?.kind === "last" ? this.scopeOf(maker.input) : [];
  }

  /** Names of the widths that an operator depends on. */
  operatorScope(name: string): readonly string[] {
    const operator = this.operator(name);
    const own = operator.kind === "linear" ? [operator.weight.name] : [];
    return [...new Set([...inputsOf(operator), operator.output].flatMap((one) => this.scopeOf(one)).concat(own))];
  }

  /** Type of a tensor's elements. */
  typeOf(name: string, widths: Widths): NumType {
    const { kind, bits, symmetric } = this.#tensor(name);
    if (kind === "code") {
      const { lo, hi } = codeRange(this.scopeOf(name).length === 0 ? (bits ?? 1) : width(widths, name), symmetric);
      return range(lo, hi);
    }
    const maker = this.#makers.get(name);
    if (maker?.kind === "linear") return this.sumsOf(maker.name, widths);
    if (maker?.kind === "last") return this.typeOf(maker.input, widths);
    if (maker?.kind !== "pool") throw new Error(`nothing makes the sums "${name}"`);
    const input = { type: this.typeOf(maker.input, widths), lanes: 1 };
    return poolOutput({ input, tokens: this.#tensor(maker.input).tokens }).type;
  }

  /** Type of a linear operator's accumulators. */
  sumsOf(name: string, widths: Widths): NumType {
    const operator = this.operator(name);
    if (operator.kind !== "linear") throw new Error(`"${name}" has no accumulators`);
    const scope = [...this.scopeOf(operator.input), operator.weight.name];
    const key = keyOf(name, scope, widths);
    const before = this.#sums.get(key);
    if (before) return before;
    // Any width of its codes does.
    const { data } = this.#at(operator, { [operator.output]: 8, ...widths });
    if (data.kind !== "linear") throw new Error(`"${name}" is a ${data.kind}`);
    const [accumulator = { lo: 0, hi: 0 }] = data.accumulators;
    const type = accumulatorType({ accumulator });
    this.#sums.set(key, type);
    return type;
  }

  /**
   * Parameters of an operator with lanes of its own.
   *
   * @param lanes of the beats of each tensor that it reads
   */
  parameters(name: string, widths: Widths, plan: OperatorPlan, lanes: ReadonlyMap<string, Beat>): OperatorParameters {
    const { graph, operator, data } = this.#at(this.operator(name), widths);
    const beats = new Map(
      inputsOf(operator).map((input) => [
        input,
        { type: this.typeOf(input, widths), lanes: lanes.get(input)?.lanes ?? this.#architecture.inputs },
      ]),
    );
    return parametersOf(graph, operator, data, plan, undefined, beats, "part");
  }

  #at({ name }: Operator, widths: Widths): LocalOperator {
    const scope = this.operatorScope(name);
    const key = keyOf(name, scope, widths);
    const before = this.#data.get(key);
    if (before) return before;
    const overrides = Object.fromEntries(scope.map((one) => [one, width(widths, one)]));
    const graph = buildGraph(this.#architecture, { ...this.#precision, overrides });
    const operator = graph.operators.find((one) => one.name === name) ?? this.operator(name);
    const data = standInOperator(graph, name);
    const made = { graph, operator, data: outline(data) };
    this.#data.set(key, made);
    return made;
  }

  #tensor(name: string) {
    const found = this.graph.tensors.get(name);
    if (!found) throw new Error(`the graph has no tensor "${name}"`);
    return found;
  }
}

/**
 * What is counted depends on no single weight or coefficient, but on the least and the greatest: all of them, at many widths, would fill
 * the memory.
 */
function outline(data: IntegerOperator): IntegerOperator {
  if (data.kind === "residual") {
    return { ...data, coefficients: data.coefficients.map(ends), constants: ends(data.constants) };
  }
  if (data.kind !== "linear") return data;
  const { accumulators, requantiser } = data;
  const lo = Math.min(...accumulators.map((one) => one.lo));
  const hi = Math.max(...accumulators.map((one) => one.hi));
  return {
    ...data,
    weights: [],
    accumulators: [{ lo, hi }],
    requantiser: requantiser && { ...requantiser, multipliers: ends(requantiser.multipliers) },
  };
}

/** The least and the greatest; a single one stays alone. */
function ends(values: readonly number[]): readonly number[] {
  return values.length <= 1 ? values : [Math.min(...values), Math.max(...values)];
}

function width(widths: Widths, name: string): number {
  const found = widths[name];
  if (found === undefined) throw new Error(`no width of "${name}" is given`);
  return found;
}

function keyOf(name: string, scope: readonly string[], widths: Widths): string {
  return `${name} ${scope.map((one) => width(widths, one)).join(" ")}`;
}
