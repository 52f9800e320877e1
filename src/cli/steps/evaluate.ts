import { GatecastError } from "../../errors.js";
import {
  createInterpreter,
  decodeForecast,
  type IntegerModel,
  measureCoverage,
  sleepingTensors,
  withoutBranch,
} from "../../integer/index.js";
import { readParameters, readQuantisedParameters, unfoldedGraph } from "../../model/index.js";
import type { ErrorFigures, Forecaster, QuantisedTensor, TargetEvaluation } from "../../report/data.js";
import { plural, significant } from "../../report/format.js";
import {
  fitLinear,
  forecastErrors,
  persistence,
  predictLinear,
  seasonalNaive,
  type WindowSet,
} from "../../series/index.js";
import { evaluateCodes, forward } from "../../training/index.js";
import { type EvaluationResult, resultFiles } from "../results.js";
import type { PreparedData } from "../run-folder/prepared-data.js";
import { convert } from "./convert.js";
import { loadIntegerModel, readsIntegerModel } from "./integer.js";
import { architectureKeys } from "./network.js";
import { breathe, inPieces } from "./patient.js";
import { loadGraph, readsPrecision } from "./precision-file.js";
import { loadPrepared, readsPrepared } from "./prepare.js";
import { defineStep } from "./step.js";
import { encodeWindows } from "./test-windows.js";
import { trainedFiles } from "./train.js";

/** Test windows over which the use of codes is counted. */
const coverageWindows = 256;

type Forecasts = Partial<Record<Forecaster, Float64Array>>;

/** All models and baselines on identical test windows, in the signal's unit. */
export const evaluate = defineStep({
  name: "evaluate",
  title: "measuring every model on the test windows",
  settings: architectureKeys,
  reads: {
    ...readsPrepared,
    ...readsIntegerModel,
    train: [trainedFiles.float, trainedFiles.quantised, ...readsPrecision],
  },
  async run(context) {
    const { signal } = context;
    const data = await loadPrepared(context);
    const { test } = data;
    const graph = await loadGraph(context, data.shape);
    const model = await loadIntegerModel(context);
    const unfolded = unfoldedGraph(graph);
    const float = readParameters(await context.read("train", trainedFiles.float), unfolded, trainedFiles.float);
    const quantised = readQuantisedParameters(
      await context.read("train", trainedFiles.quantised),
      graph,
      trainedFiles.quantised,
    );
    const codes = encodeWindows(model, test);
    const run = (of: IntegerModel) => {
      const interpreter = createInterpreter(of);
      return inPieces(codes, test.inputSize, (part) => interpreter.run(part), signal);
    };

    const forecastCodes = await run(model);
    // From training's own parameters, on codes, by other code than the interpreter's: both must agree on every bit.
    const trained = convert(graph, quantised, data);
    const evaluated = await inPieces(codes, test.inputSize, (part) => evaluateCodes(trained, part), signal);
    const mismatches = differingWindows(evaluated, forecastCodes, test.outputSize);
    const forecasts: Forecasts = { float: test.unscale(forward(unfolded, float, test)) };
    await breathe(signal);
    forecasts.fakeQuantised = decodeForecast(trained, evaluated);
    forecasts.integer = decodeForecast(model, forecastCodes);
    forecasts.integerWithoutBranch = decodeForecast(model, await run(withoutBranch(model)));
    const unavailable = baselines(data, forecasts);

    const errors = Object.entries(forecasts).map(([name, values]) => [name, forecastErrors(test, values)] as const);
    const overall = Object.fromEntries(errors.map(([name, { rmse, mae }]) => [name, { rmse, mae }]));
    const coverage = measureCoverage(model, encodeWindows(model, test.spread(coverageWindows)));
    const result: EvaluationResult = {
      evaluation: {
        windows: test.count,
        targets: data.shape.targets.map((_, target) => targetEvaluation(test, forecasts, target)),
      },
      equality: { windows: test.count, mismatches },
      overall,
      unavailable,
      quantisation: quantisedTensors(model, coverage),
      sleeping: sleepingTensors(coverage),
    };
    if (mismatches > 0) {
      throw new GatecastError(
        "verification",
        `Training's evaluation mode and the integer model differ on ${mismatches} of ${plural(test.count, "test window")}.`,
        { remedy: "This is a defect of Gatecast: please report it with the run folder." },
      );
    }
    await context.write(resultFiles.evaluation, `${JSON.stringify(result)}\n`);
    return `integer-only RMSE ${significant(overall.integer?.rmse ?? Number.NaN, 4)} on ${plural(test.count, "test window")}`;
  },
});

/** Adds the baselines' forecasts and says of those that are not defined on this recording why. */
function baselines(data: PreparedData, forecasts: Forecasts): EvaluationResult["unavailable"] {
  const { test } = data;
  forecasts.persistence = persistence(test);
  forecasts.linear = predictLinear(fitLinear(data.train, data.validation), test);
  const seasonal = seasonalNaive(test);
  if (!seasonal.available) return { seasonalNaive: seasonal.reason };
  forecasts.seasonalNaive = seasonal.predictions;
  return {};
}

/** Windows in which at least one value differs. */
export function differingWindows(left: ArrayLike<number>, right: ArrayLike<number>, size: number): number {
  if (left.length !== right.length) throw new Error(`${left.length} values against ${right.length}`);
  let differing = 0;
  for (let start = 0; start < left.length; start += size) {
    for (let at = start; at < start + size; at++) {
      if (left[at] === right[at]) continue;
      differing += 1;
      break;
    }
  }
  return differing;
}

/** Errors over all steps of one target, and the trace of its first step. */
function targetEvaluation(test: WindowSet, forecasts: Forecasts, target: number): TargetEvaluation {
  const name = test.targets[target] ?? "";
  const errors: Partial<Record<Forecaster, ErrorFigures>> = {};
  for (const [forecaster, values] of Object.entries(forecasts) as [Forecaster, Float64Array][]) {
    const steps = forecastErrors(test, values).perOutput.filter((output) => output.target === name);
    const mean = (of: (step: ErrorFigures) => number) => steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
    errors[forecaster] = { rmse: Math.sqrt(mean(({ rmse }) => rmse * rmse)), mae: mean(({ mae }) => mae) };
  }
  const first = (values: Float64Array | undefined) =>
    Array.from({ length: test.count }, (_, index) => values?.[index * test.outputSize + target] ?? Number.NaN);
  const times = Array.from({ length: test.count }, (_, index) => test.forecastTime(index));
  return {
    errors,
    trace: {
      truth: first(test.rawTargets()),
      forecast: first(forecasts.integer),
      persistence: first(forecasts.persistence),
      ...(times.every((time) => time !== undefined) ? { times } : {}),
    },
  };
}

/** The model's code tensors whose every single code was counted (up to 8 bits). */
function quantisedTensors(model: IntegerModel, coverage: ReturnType<typeof measureCoverage>): QuantisedTensor[] {
  return [...coverage].flatMap(([name, { taken, groups }]): QuantisedTensor[] => {
    const quantiser = model.quantisers.get(name);
    const tensor = createInterpreter(model).graph.tensors.get(name);
    if (quantiser === undefined || tensor?.bits === null || tensor === undefined || tensor.bits > 8) return [];
    return [
      {
        name,
        role: "activation",
        bits: tensor.bits,
        scale: quantiser.scale,
        zeroPoint: tensor.symmetric ? null : quantiser.zeroPoint,
        codes: { used: taken, of: groups },
      },
    ];
  });
}
