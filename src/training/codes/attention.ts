import type { IntegerAttention } from "../../integer/index.js";
import { type AttentionOperator, type Graph, tensor } from "../../model/index.js";
import { type Codes, limit, requantiseValue } from "./requantise.js";

/** Attention on codes, for all windows: q, k, v are [count][n][d]. */
export function attentionCodes(
  graph: Graph,
  operator: AttentionOperator,
  data: IntegerAttention,
  q: Codes,
  k: Codes,
  v: Codes,
): Codes {
  const { tokens: n, features: d } = tensor(graph, operator.query);
  const dh = d / operator.heads;
  const context = new Float64Array(q.length);
  const power = 2 ** data.shift;
  for (let row = 0; row < q.length / d; row++) {
    const window = Math.floor(row / n) * n; // first row of the query's window
    for (let first = 0; first < d; first += dh) {
      const scores = Array.from({ length: n }, (_, j) => {
        let acc = 0;
        for (let c = first; c < first + dh; c++) acc += (q[row * d + c] ?? 0) * (k[(window + j) * d + c] ?? 0);
        return requantiseValue(acc, 0, data.score);
      });
      const top = Math.max(...scores);
      const weights = scores.map((score) => data.table[top - score] ?? Number.NaN);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const reciprocal = floorQuotient(data.numerator, sum);
      for (let c = first; c < first + dh; c++) {
        let acc = 0;
        for (const [j, weight] of weights.entries()) acc += weight * (v[(window + j) * d + c] ?? 0);
        const code = data.zero + Math.floor((acc * reciprocal + power / 2) / power);
        context[row * d + c] = limit(code, data.lo, data.hi);
      }
    }
  }
  return context;
}

/** floor(a / b) of whole numbers: the rounded quotient may have reached the next whole number. */
function floorQuotient(a: number, b: number): number {
  const quotient = Math.floor(a / b);
  return quotient * b > a ? quotient - 1 : quotient;
}
