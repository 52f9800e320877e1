import { estimateOperator, estimateUnit } from "./estimate/index.js";
import { weightedSumType } from "./operators/attention/values.js";
import { attentionOutput, attentionSteps } from "./operators/attention.js";
import { accumulatorType, linearOutput, linearSteps } from "./operators/linear.js";
import {
  jobSteps,
  type MatrixUnitParameters,
  operandType,
  placeTasks,
  sumType,
  taskOutput,
} from "./operators/matrix-unit/parameters.js";
import { poolOutput } from "./operators/pool.js";
import { residualOutput, residualSumType, residualTurns } from "./operators/residual.js";
import { type OperatorParameters, outputBeat } from "./parameters.js";
import { spanOf } from "./parts/span.js";
import type { PlannedOperator } from "./plan.js";
import type { Technology } from "./technology.js";

/** Cycles that an operator is busy for a token. */
export function stepsOf(parameters: OperatorParameters): number {
  switch (parameters.kind) {
    case "linear":
      return Math.max(linearSteps(parameters), parameters.rows / parameters.plan.lanes);
    case "shared":
      return (parameters.task.rows / parameters.unit.lanesOut) * (parameters.task.columns / parameters.unit.lanesIn);
    case "attention":
      return attentionSteps(parameters);
    case "residual":
      return (parameters.features / parameters.plan.lanes) * residualTurns(parameters);
    case "pool":
      return parameters.features / parameters.input.lanes;
    case "last":
      return 1;
  }
}

export function reportOperator(parameters: OperatorParameters, technology: Technology): PlannedOperator {
  const common = {
    name: parameters.title,
    kind: parameters.kind,
    unit: parameters.kind === "shared" ? parameters.unit.name : null,
    cyclesPerToken: stepsOf(parameters),
    estimate: estimateOperator(parameters, technology),
  };
  switch (parameters.kind) {
    case "linear": {
      const { plan, input, weightType } = parameters;
      const bits = {
        input: input.type.width,
        weights: weightType.width,
        accumulator: accumulatorType(parameters).width,
        output: linearOutput(parameters).type.width,
      };
      return { ...common, lanes: plan.lanesIn * plan.lanesOut, layout: `${plan.lanesIn} x ${plan.lanesOut}`, bits };
    }
    case "shared": {
      const { unit, input, weightType, task } = parameters;
      const bits = {
        input: input.type.width,
        weights: weightType.width,
        accumulator: accumulatorType(task).width,
        output: outputBeat(parameters).type.width,
      };
      return { ...common, lanes: unit.lanesIn * unit.lanesOut, layout: `${unit.lanesIn} x ${unit.lanesOut}`, bits };
    }
    case "attention": {
      const { plan, query } = parameters;
      const bits = {
        input: query.type.width,
        weights: null,
        accumulator: weightedSumType(parameters).width,
        output: attentionOutput(parameters).type.width,
      };
      return {
        ...common,
        lanes: plan.lanesScore + plan.lanesValue,
        layout: `${plan.lanesScore} + ${plan.lanesValue}`,
        bits,
      };
    }
    case "residual": {
      const { plan, addends } = parameters;
      const bits = {
        input: Math.max(...addends.map((addend) => addend.type.width)),
        weights: Math.max(...parameters.coefficients.map((values) => spanOf(values).width)),
        accumulator: residualSumType(parameters).width,
        output: residualOutput(parameters).type.width,
      };
      return { ...common, lanes: plan.lanes * addends.length, layout: `${addends.length} x ${plan.lanes}`, bits };
    }
    case "pool": {
      const { input } = parameters;
      const width = poolOutput(parameters).type.width;
      const bits = { input: input.type.width, weights: null, accumulator: width, output: width };
      return { ...common, lanes: 0, layout: "-", bits };
    }
    case "last": {
      const { width } = parameters.input.type;
      return {
        ...common,
        lanes: 0,
        layout: "-",
        bits: { input: width, weights: null, accumulator: width, output: width },
      };
    }
  }
}

export function reportUnit(parameters: MatrixUnitParameters, technology: Technology): PlannedOperator {
  const { plan, jobs, weightType } = parameters;
  return {
    name: plan.name,
    kind: "matrix-unit",
    unit: null,
    lanes: plan.lanesIn * plan.lanesOut,
    layout: `${plan.lanesIn} x ${plan.lanesOut}`,
    cyclesPerToken: jobs.reduce((sum, job) => sum + jobSteps(job, plan), 0),
    bits: {
      input: operandType(parameters).width,
      weights: weightType.width,
      accumulator: sumType(parameters).width,
      output: Math.max(...placeTasks(parameters).map(({ task }) => taskOutput(task, plan).type.width)),
    },
    estimate: estimateUnit(parameters, technology),
  };
}
