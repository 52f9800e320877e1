import { type Graph, type Operator, type QuantisedParameters, tensor } from "../../model/index.js";
import { codeIntervals, type FeatureIntervals, outputIntervals } from "../intervals.js";
import type { IntegerModel, IntegerOperator, SignalConversion } from "../model.js";
import { checkConversions } from "../signal.js";
import { convertAttention } from "./attention.js";
import { convertLinear } from "./linear.js";
import { convertResidual } from "./residual.js";
import {
  type ConversionContext,
  codeMeaning,
  type Meaning,
  meaningOf,
  requireQuantiser,
  sharedScale,
} from "./scales.js";

/**
 * Makes the integer-only model of trained parameters and quantisers, as docs/arithmetic.md says, and proves that no
 * accumulator or product of it can leave what doubles hold exactly.
 *
 * @throws GatecastError "model" where a parameter or quantiser is missing, has a wrong shape, a scale that is not positive
 *   and finite, or a zero point outside of its tensor's range; or where scales are so far apart that no multiplier fits
 */
export function toIntegerModel(
  graph: Graph,
  quantised: QuantisedParameters,
  conversions: { readonly samples: readonly SignalConversion[]; readonly forecast: readonly SignalConversion[] },
): IntegerModel {
  checkConversions(graph.architecture, conversions);
  const converter = createConverter(graph, quantised);
  for (const operator of graph.operators) converter.convert(operator);
  const codes = [...graph.tensors.values()].filter(({ kind }) => kind === "code");
  return {
    architecture: graph.architecture,
    precision: graph.precision,
    operators: converter.operators,
    samples: conversions.samples,
    forecast: conversions.forecast,
    quantisers: new Map(codes.map(({ name }) => [name, requireQuantiser(graph, quantised, name)])),
  };
}

/** Conversion operator by operator, in graph order: what `toIntegerModel` does, for those who calibrate between operators. */
export interface Converter {
  /** What was converted so far. */
  readonly operators: Map<string, IntegerOperator>;
  /** What the tensors made so far mean. */
  readonly meanings: Map<string, Meaning>;
  /** What they can take. */
  readonly intervals: Map<string, FeatureIntervals>;
  convert(operator: Operator): IntegerOperator;
}

/** `quantised` is read at each call of `convert`, so it may be completed on the way. */
export function createConverter(graph: Graph, quantised: QuantisedParameters): Converter {
  const context: ConversionContext = { graph, quantised, meanings: new Map() };
  const { meanings } = context;
  const operators = new Map<string, IntegerOperator>();
  const intervals = new Map<string, FeatureIntervals>([[graph.input, codeIntervals(graph, graph.input)]]);
  const intervalsOf = (name: string): FeatureIntervals => {
    const found = intervals.get(name);
    if (!found) throw new Error(`the tensor "${name}" is read before it is made`);
    return found;
  };

  const convertOne = (operator: Operator): { readonly data: IntegerOperator; readonly meaning: Meaning } => {
    switch (operator.kind) {
      case "linear":
        return convertLinear(context, operator, intervalsOf(operator.input));
      case "attention":
        return convertAttention(context, operator);
      case "residual":
        return convertResidual(context, operator, operator.addends.map(intervalsOf));
      case "pool": {
        const input = meaningOf(context, operator.input);
        const { tokens } = tensor(graph, operator.input);
        const scales = input.scales.map((scale) => scale / tokens);
        return { data: { kind: "pool" }, meaning: { scales, zero: tokens * input.zero } };
      }
      case "last": {
        const input = meaningOf(context, operator.input);
        const scales = operator.columns.map(() => sharedScale(input));
        return { data: { kind: "last" }, meaning: { scales, zero: input.zero } };
      }
    }
  };

  return {
    operators,
    meanings,
    intervals,
    convert(operator) {
      if (!meanings.has(graph.input)) meanings.set(graph.input, codeMeaning(context, graph.input));
      const { data, meaning } = convertOne(operator);
      operators.set(operator.name, data);
      meanings.set(operator.output, meaning);
      intervals.set(operator.output, outputIntervals(graph, operator.output, operators, intervals));
      return data;
    },
  };
}
