import { type Builder, cat, type Num, pack, range } from "../../../rtl/index.js";
import { type Beat, splitWord, wordOf, wordType } from "../../parts/beat.js";
import { multiplesOf, multipleTypes } from "../../parts/digit-product.js";
import { packedProductModule } from "../../parts/packed-product.js";
import type { Pipe } from "../../parts/pipe.js";
import { table } from "../../parts/table.js";
import { counterTypes } from "./control.js";
import { type MatrixUnitParameters, operandType, unitPacking } from "./parameters.js";
import { rowSumModule } from "./rows.js";

/** Weights in the order of the steps (jobs, their beats of rows, their beats of columns): [step][row][column]. */
function weightSteps({ jobs, plan: { lanesIn, lanesOut } }: MatrixUnitParameters): (readonly number[])[][] {
  const steps: (readonly number[])[][] = [];
  for (const { columns, tasks } of jobs) {
    for (const { rows, weights } of tasks) {
      for (let row = 0; row < rows; row += lanesOut) {
        for (let column = 0; column < columns; column += lanesIn) {
          steps.push(
            Array.from({ length: lanesOut }, (_, lane) => {
              const from = (row + lane) * columns + column;
              return weights.slice(from, from + lanesIn);
            }),
          );
        }
      }
    }
  }
  return steps;
}

/**
 * Biases of all rows, job by job, less the offsets that the packed columns' products bring: modulo the accumulators, whose sums
 * are right again in the end.
 */
export function biasesOf(parameters: MatrixUnitParameters): number[] {
  const { jobs, plan } = parameters;
  const { offset } = unitPacking(parameters);
  return jobs.flatMap(({ columns, tasks }) => {
    const offsets = (columns / plan.lanesIn) * plan.packedColumns * Number(offset);
    return tasks.flatMap(({ bias }) => bias.map((one) => one - offsets));
  });
}

/** The sums of each row's products, from the codes of a beat of columns (before their register) and the number of the step. */
export function rowSums(
  m: Builder,
  pipe: Pipe,
  parameters: MatrixUnitParameters,
  codes: readonly Num[],
  step: Num,
): readonly Num[] {
  const { weightType, plan } = parameters;
  const { lanesIn, lanesOut, packedColumns: packed } = plan;
  const columns = lanesIn - packed;
  const operand = operandType(parameters);
  const packing = unitPacking(parameters);
  const steps = weightSteps(parameters);
  const weights = (
    name: string,
    of: (rows: readonly (readonly number[])[]) => number[],
    doc: string,
    lanes: number,
    late: Num,
  ): Num =>
    table(m, name, {
      beat: { type: weightType, lanes },
      outer: 1,
      inner: Number(counterTypes(parameters).step.hi) + 1,
      word: (_, index) => of(steps[index] ?? []),
      style: plan.weights,
      doc,
    }).read(range(0, 0).of(0), late, pipe.go);

  const given: Record<string, Num | readonly Num[]> = {};
  if (packed > 0) {
    const groups = lanesOut / packing.count;
    // [column][group of rows], the weights of a group side by side; a cycle before the codes, since they are packed first.
    const word = weights(
      "packed_weights",
      (rows) => Array.from({ length: packed }, (_, column) => rows.map((row) => row[column] ?? 0)).flat(),
      `weights of the columns in DSPs, job by job: ${packed} column(s) of ${lanesOut} row(s) in a word`,
      packed * lanesOut,
      step,
    );
    const lanes = packed * groups;
    const each: Beat = { type: weightType, lanes: packing.count };
    const held = codes.slice(0, packed).map((code, index) => pipe.reg(`packed_code_${index}`, code, operand));
    const { products } = m.repeat("packed", lanes, packedProductModule(operand, weightType, packing), {
      go: pipe.go,
      x: Array.from({ length: lanes }, (_, lane) => held[Math.floor(lane / groups)] ?? step),
      w: splitWord(word, each, lanes).map((one) => (packing.count === 1 ? pack([one]) : one)),
    });
    given.products = Array.from({ length: lanesOut }, (_, row) => {
      const at = row % packing.count;
      const fields = Array.from({ length: packed }, (_, column) => {
        const lane = column * groups + Math.floor(row / packing.count);
        return (products[lane] ?? step).slice((at + 1) * packing.field - 1, at * packing.field);
      });
      return fields.length === 1 ? (fields[0] ?? step) : cat(...[...fields].reverse());
    });
  }
  if (columns > 0) {
    const word = weights(
      "weights",
      (rows) => rows.flatMap((row) => row.slice(packed)),
      `weights, job by job: ${lanesOut} row(s) of ${columns} column(s) in a word`,
      columns * lanesOut,
      pipe.delay("step", step, 1),
    );
    given.w = splitWord(word, { type: weightType, lanes: columns }, lanesOut);
    const types = multipleTypes(operand);
    const multiples = codes.slice(packed).map(multiplesOf);
    for (const name of ["x", "triple", "minus"] as const) {
      const beat: Beat = { type: types[name], lanes: columns };
      given[name] = pipe.reg(
        name === "x" ? "codes" : name,
        wordOf(
          multiples.map((one) => one[name]),
          beat,
        ),
        wordType(beat),
      );
    }
  }
  const module = rowSumModule({ x: operand, w: weightType, columns, packed, packing });
  return m.repeat("row_lane", lanesOut, module, { go: pipe.go, ...given } as never).sum;
}
