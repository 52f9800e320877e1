import { module, range } from "../../rtl/index.js";
import { beatStream } from "../parts/beat.js";
import { type DividerParameters, dividerModule, dividerSteps, quotientType } from "../parts/divider.js";
import { queued, withLanes } from "../parts/flow.js";
import { requantiseLatency, requantiseModule } from "../parts/requantise.js";
import type { CycleModel, Link } from "../timing/cycle-model.js";
import { divider, fifo, gearbox, pipeline } from "../timing/stages.js";
import { contextBeat, contextModule, contextTiming } from "./attention/context.js";
import { exponentialSumType, exponentialsModule, exponentialsTiming } from "./attention/exponentials.js";
import { type AttentionParameters, headFeatures } from "./attention/parameters.js";
import { scoreSumType, scoresModule, scoresTiming } from "./attention/scores.js";
import { valuesModule, valuesTiming, weightedSumType } from "./attention/values.js";

export { contextBeat as attentionOutput } from "./attention/context.js";
export type { AttentionParameters, AttentionPlan } from "./attention/parameters.js";

/** Rows whose sums, and rows whose reciprocals, may wait. */
const ROWS_AHEAD = 2;

/** Cycles that the slowest part takes for one query. */
export function attentionSteps(parameters: AttentionParameters): number {
  const { tokens, heads, plan } = parameters;
  const features = headFeatures(parameters);
  const reciprocal = reciprocalOf(parameters);
  const keyBeats = tokens / plan.keysAtOnce;
  return Math.max(
    heads * keyBeats * (features / plan.lanesScore),
    heads * keyBeats * (features / plan.lanesValue),
    heads * (dividerSteps(reciprocal) + 2),
  );
}

/** The divider of the rows' sums. */
function reciprocalOf({ name, numerator, tokens, table, plan }: AttentionParameters): DividerParameters {
  const divisor = exponentialSumType({ tokens, table });
  return { name: `${name}_reciprocal`, numerator, divisor, digits: plan.reciprocalDigits };
}

/** Softmax attention: scores, exponentials, weighted sums and their normalisation, overlapped between rows. */
export function attentionModule(parameters: AttentionParameters) {
  const { name, title, tokens, features, heads, plan, score } = parameters;
  const reciprocal = reciprocalOf(parameters);
  const sums = { type: weightedSumType(parameters), lanes: plan.lanesValue };
  return module(
    name,
    {
      doc: `${title}: softmax attention of ${tokens} tokens of ${features} features, ${heads} head(s). Scores with ${plan.lanesScore} lane(s), weighted sum with ${plan.lanesValue}, for ${plan.keysAtOnce} key(s) at once; probabilities are never stored. ${attentionSteps(parameters)} cycles for a query.`,
      in: {
        query: beatStream(parameters.query),
        key: beatStream(parameters.key),
        value: beatStream(parameters.value),
      },
      out: { context: beatStream(contextBeat(parameters)) },
    },
    (p, m) => {
      const query = withLanes(m, "load_query", p.query, parameters.query, plan.lanesScore);
      const key = withLanes(m, "load_key", p.key, parameters.key, plan.lanesScore);
      const value = withLanes(m, "load_value", p.value, parameters.value, plan.lanesValue);
      const scores = m.use("scores", scoresModule(parameters), { query, key });
      const requantise = requantiseModule({
        name: `${name}_requantise`,
        input: { type: scoreSumType(parameters), lanes: plan.keysAtOnce },
        multipliers: [score.multiplier],
        shift: score.shift,
        zero: 0,
        lo: score.lo,
        hi: score.hi,
        rows: 1,
        multiplier: plan.requantiser,
      });
      const codes = m.use("requantise", requantise, { x: scores.score });
      const rows = m.use("exponentials", exponentialsModule(parameters), { score: codes.y });
      // Sums and reciprocals wait for their rows' weighted sums here, so that the next rows need not.
      const divisors = { type: range(0, reciprocal.divisor.hi), lanes: 1 };
      // Devices without memory in look-up tables have rows elsewhere, too.
      const few = plan.rows === "distributed" ? "distributed" : "registers";
      const waiting = queued(m, "row_sums", rows.sum, divisors, ROWS_AHEAD, few);
      const divided = m.use("reciprocal", dividerModule(reciprocal), { x: waiting }).y;
      const quotients = { type: quotientType(reciprocal), lanes: 1 };
      const quotient = queued(m, "reciprocals", divided, quotients, ROWS_AHEAD, few);
      const weighted = m.use("values", valuesModule(parameters), { exponential: rows.exponential, value });
      const sum = withLanes(m, "serialise", weighted.sum, sums, plan.lanes);
      const normalise = contextModule(parameters, quotientType(reciprocal));
      return { context: m.use("normalise", normalise, { sum, reciprocal: quotient }).context };
    },
  );
}

/** The control of the operator. */
export function attentionTiming(
  model: CycleModel,
  inputs: { readonly query: Link; readonly key: Link; readonly value: Link },
  parameters: AttentionParameters,
): Link {
  const { plan, score } = parameters;
  const query = gearbox(model, inputs.query, parameters.query.lanes, plan.lanesScore);
  const key = gearbox(model, inputs.key, parameters.key.lanes, plan.lanesScore);
  const value = gearbox(model, inputs.value, parameters.value.lanes, plan.lanesValue);
  const scaling = { multipliers: [score.multiplier], shift: score.shift };
  const codes = pipeline(model, scoresTiming(model, query, key, parameters), requantiseLatency(scaling));
  const rows = exponentialsTiming(model, codes, parameters);
  const steps = dividerSteps(reciprocalOf(parameters));
  const quotient = fifo(model, divider(model, fifo(model, rows.sum, ROWS_AHEAD), steps), ROWS_AHEAD);
  const weighted = valuesTiming(model, rows.exponential, value, parameters);
  const sum = gearbox(model, weighted, plan.lanesValue, plan.lanes);
  return contextTiming(model, sum, quotient, parameters);
}
