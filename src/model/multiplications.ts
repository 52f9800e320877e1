import { type Graph, type Operator, tensor } from "./graph.js";

/** Products that a network takes: of its matrices and of attention. (Coefficients of residuals and requantisers are not counted.) */
export interface Multiplications {
  /** For each token of the window. */
  readonly perToken: number;
  /** For a window: all of its tokens, and the head and the skip. */
  readonly perWindow: number;
}

/** How many multiplications a graph takes. */
export function countMultiplications(graph: Graph): Multiplications {
  const { window } = graph.architecture;
  let perToken = 0;
  let once = 0;
  for (const operator of graph.operators) {
    const count = productsOf(graph, operator);
    if (tensor(graph, operator.output).tokens === window) perToken += count;
    else once += count;
  }
  return { perToken, perWindow: window * perToken + once };
}

/** Of one output token. */
function productsOf(graph: Graph, operator: Operator): number {
  switch (operator.kind) {
    case "linear":
      return operator.weight.rows * operator.weight.columns;
    case "attention": {
      const { tokens, features } = tensor(graph, operator.value);
      return 2 * tokens * features;
    }
    default:
      return 0;
  }
}
