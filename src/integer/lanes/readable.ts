import type { Graph, Operator } from "../../model/index.js";
import { tensor } from "../../model/index.js";
import type { FeatureIntervals } from "../intervals.js";
import type { IntegerOperator } from "../model.js";
import { planOperator } from "../plan-operator.js";
import { allocate, type TensorData } from "../tensor.js";
import { elementIndices, LANES, laneStep, type Place } from "./place.js";

/** A tensor of four windows: in the kernels' memory, or beside it where it holds numbers beyond 32 bits, [window][tokens][features]. */
export type LaneTensor = Place | Float64Array;

/** Typed views of the kernels' memory, once it has stopped growing. */
export interface MemoryViews {
  readonly shorts: Int16Array;
  readonly words: Int32Array;
}

/**
 * An operator whose numbers do not fit the kernels: its readable form, one window after the other, on copies.
 *
 * @param intervals what each feature of each tensor can take
 */
export function planReadable(
  graph: Graph,
  operator: Operator,
  data: IntegerOperator,
  intervals: (name: string) => FeatureIntervals,
  tensors: ReadonlyMap<string, LaneTensor>,
  views: MemoryViews,
): () => void {
  const copies = new Map<string, TensorData>();
  const copyOf = (name: string): TensorData => {
    const { tokens, features } = tensor(graph, name);
    const copy = copies.get(name) ?? allocate(tokens * features, intervals(name));
    copies.set(name, copy);
    return copy;
  };
  const run = planOperator(graph, operator, data, copyOf);
  const moves = [...copies].map(([name, copy]) => {
    const place = tensors.get(name);
    if (!place) throw new Error(`no place for tensor "${name}"`);
    return { output: name === operator.output, move: planMove(place, copy, views) };
  });
  return () => {
    for (let lane = 0; lane < LANES; lane++) {
      for (const { output, move } of moves) if (!output) move.read(lane);
      run();
      for (const { output, move } of moves) if (output) move.write(lane);
    }
  };
}

/** The ways between a tensor of one window and the lanes. */
function planMove(from: LaneTensor, copy: TensorData, views: MemoryViews) {
  if (from instanceof Float64Array) {
    const length = copy.length;
    return {
      read(lane: number): void {
        for (let index = 0; index < length; index++) copy[index] = from[lane * length + index] as number;
      },
      write(lane: number): void {
        for (let index = 0; index < length; index++) from[lane * length + index] = copy[index] as number;
      },
    };
  }
  const view = from.layout === "accumulators" ? views.words : views.shorts;
  const indices = elementIndices(from);
  const step = laneStep(from);
  return {
    read(lane: number): void {
      for (let index = 0; index < indices.length; index++) {
        copy[index] = view[(indices[index] as number) + lane * step] as number;
      }
    },
    write(lane: number): void {
      for (let index = 0; index < indices.length; index++) {
        view[(indices[index] as number) + lane * step] = copy[index] as number;
      }
    },
  };
}
