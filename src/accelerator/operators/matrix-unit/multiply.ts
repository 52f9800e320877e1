import { bit, module, type Num, pack, pick, range, stream, uint } from "../../../rtl/index.js";
import { type Beat, beatStream, elementsOf, wordOf, wordType } from "../../parts/beat.js";
import { itemBuffer } from "../../parts/item-buffer.js";
import { Pipe } from "../../parts/pipe.js";
import { spanOf } from "../../parts/span.js";
import { table } from "../../parts/table.js";
import { controlModule, counterTypes } from "./control.js";
import { biasesOf, rowSums } from "./lanes.js";
import { type MatrixUnitParameters, multiplyLatency, operandType, sumType } from "./parameters.js";

/** Port of a job's tokens. */
export function inputPort(job: { readonly name: string }): string {
  return `${job.name}_x`;
}

/** Stream of sums: a beat of all rows side by side, and which rows they are. */
export function sumStream(parameters: MatrixUnitParameters) {
  const sums: Beat = { type: sumType(parameters), lanes: parameters.plan.lanesOut };
  return stream({ data: wordType(sums), beat: counterTypes(parameters).beat });
}

/** y = W x + bias of the jobs in turn: token buffers, weights, multipliers, accumulators. */
export function multiplyModule(parameters: MatrixUnitParameters) {
  const { name, title, jobs, plan } = parameters;
  const { lanesIn, lanesOut } = plan;
  const types = counterTypes(parameters);
  const operand = operandType(parameters);
  const sums: Beat = { type: sumType(parameters), lanes: lanesOut };
  const depth = multiplyLatency(lanesIn);
  return module(
    `${name}_multiply`,
    {
      doc: `${title}, lanes: ${lanesIn} columns of ${lanesOut} row(s) in a cycle. Sums leave ${depth} cycles after their last columns were read, and cannot overflow: their width is proven from the weights. (On the way there they may: two's complement of that width still ends at the right sum.)`,
      in: Object.fromEntries(
        jobs.map((job) => [inputPort(job), beatStream({ type: job.input.type, lanes: lanesIn }, "codes")]),
      ),
      out: { y: sumStream(parameters) },
    },
    (p, m) => {
      const go = m.wire("go", bit());
      const pipe = new Pipe(m, go.value);
      const stored = m.wire("stored", uint(jobs.length));
      const another = m.wire("another", uint(jobs.length));
      const turn = m.use("control", controlModule(parameters), {
        go: go.value,
        stored: stored.value,
        another: another.value,
      });

      const buffers = jobs.map((job, number) => {
        const input = p[inputPort(job)];
        if (!input) throw new Error(`no input of "${job.name}"`);
        const beats = job.columns / lanesIn;
        const buffer = itemBuffer(m, job.name, input, {
          beat: { type: job.input.type, lanes: lanesIn },
          outer: 1,
          inner: beats,
          slots: job.slots,
          style: plan.tokens,
        });
        buffer.release(turn.done.bit(number));
        // What is read for another job's columns is not used.
        const mine = Number(types.column.hi) + 1 === beats;
        const column = mine ? turn.column : pick(turn.job.eq(number), turn.column, 0).fit(range(0, beats - 1));
        return { ...buffer, word: buffer.read(range(0, 0).of(0), column, go.value) };
      });
      stored.drive(pack(buffers.map((buffer) => buffer.stored.ne(0))));
      another.drive(
        pack(buffers.map((buffer) => (buffer.stored.type.hi < 2n ? bit().of(false) : buffer.stored.gt(1)))),
      );

      const words = buffers.map(({ word }, number) => {
        const beat = { type: jobs[number]?.input.type ?? operand, lanes: lanesIn };
        return wordOf(elementsOf(word, beat), { type: operand, lanes: lanesIn });
      });
      const selected = jobs.length === 1 ? words[0] : pick(pipe.delay("job", turn.job, 1), words);
      if (selected === undefined) throw new Error("a unit without jobs");
      const codes = elementsOf(selected, { type: operand, lanes: lanesIn });
      const rows = rowSums(m, pipe, parameters, codes, turn.step);

      // The bias is read so that it meets the sum of the rows' first columns.
      const biases = biasesOf(parameters);
      const biasBeat: Beat = { type: spanOf(biases), lanes: lanesOut };
      const beats = Array.from({ length: depth + 1 }, (_, at) => at).reduce<Num[]>((late, at) => {
        const before = late[at - 1];
        late.push(before ? pipe.delay(`beat_${at}`, before, 1) : turn.beat);
        return late;
      }, []);
      const biasWord = table(m, "bias", {
        beat: biasBeat,
        outer: 1,
        inner: Number(types.beat.hi) + 1,
        word: (_, beat) => biases.slice(beat * lanesOut, (beat + 1) * lanesOut),
        style: plan.bias,
        doc: "bias of each row, with the input's zero point folded in",
      }).read(range(0, 0).of(0), beats[depth - 2] ?? turn.beat, go.value);
      const single = types.column.hi === 0n;
      const first = single ? undefined : pipe.delayFlag("first", turn.column.eq(0), depth - 1);
      const valid = pipe.delayValid("valid", turn.issue.and(turn.last), depth);
      const results = elementsOf(biasWord, biasBeat).map((start, lane) => {
        const register = m.reg(lanesOut === 1 ? "accumulator" : `accumulator_${lane}`, sums.type, {
          init: 0,
          enable: go.value,
        });
        const base = first === undefined ? start : pick(first, start, register.q);
        register.next(base.add(rows[lane] ?? 0).wrap(sums.type));
        return register.q;
      });
      go.drive(valid.not().or(p.y.ready));
      return { y: { valid, data: { data: wordOf(results, sums), beat: beats[depth] ?? turn.beat } } };
    },
  );
}
