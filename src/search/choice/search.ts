import type { Programme } from "../space/compile.js";
import type { SpaceStructure } from "../space/design-space.js";
import { type Ascent, ascend } from "./ascent.js";
import { type Box, cut, wholeBox } from "./box.js";
import { branch } from "./branch.js";
import { weighed } from "./goal.js";
import { Heap } from "./heap.js";
import type { Minimum } from "./minimiser.js";
import { type Found, OpenedStructure, type Question } from "./opened.js";
import type { SearchProgress } from "./options.js";
import { measure, type Point } from "./point.js";
import { promising } from "./promising.js";
import { excessOf, improve } from "./round.js";

export interface Outcome {
  readonly found: Found | null;
  /** Nothing is less, as far as the tables are right; infinity where nothing was found and nothing can be. */
  readonly bound: number;
  readonly nodes: number;
  readonly examined: number;
  /** Whether the search came to its end. */
  readonly ended: boolean;
}

export interface Effort {
  /** Nodes at most. */
  readonly nodes: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** What may be better by no more than this share is not looked for. */
export const TOLERANCE = 1e-3;

const FIRST_ITERATIONS = 80;
const ROOT_ITERATIONS = 25;
const NODE_ITERATIONS = 12;
/** Of a search's time, the part that the first look at all structures takes, about. */
const FIRST_LOOKS = 0.3;
/** Boxes of which one is rounded, and nodes between two looks at the signal. */
const ROUNDED_EVERY = 3;
const PAUSE_EVERY = 32;

interface Node {
  readonly opened: OpenedStructure;
  readonly box: Box;
  /** Prices that its bound comes from. */
  readonly prices: Float64Array;
  /** null: the prices are those of another box. */
  readonly ascent: Ascent | null;
}

/**
 * Branch and bound over all structures at once: of all boxes the one with the least bound is looked at or divided next, until none is
 * left that is better than what was found.
 */
export async function search(question: Question, { nodes: most, signal, onProgress }: Effort): Promise<Outcome> {
  const heap = new Heap<Node>();
  let found: Found | null = null;
  let nodes = 0;
  let examined = 0;
  let looks = 0;
  let cutBound = Number.POSITIVE_INFINITY;
  const target = () => (found === null ? Number.POSITIVE_INFINITY : found.value - TOLERANCE * Math.abs(found.value));
  /** What a box of a structure must be below to be worth a look. */
  const enough = (opened: OpenedStructure) => Math.min(target(), opened.most);

  const offer = (opened: OpenedStructure, point: Point): void => {
    const { minimiser } = opened;
    const metrics = measure(minimiser.programme, minimiser.added, point);
    if (opened.tooSlow || excessOf(opened.problem, metrics) > 0) return;
    if (weighed(opened.problem.goal, metrics) >= target()) return;
    const checked = opened.check(point);
    if (checked && checked.value < target()) found = checked;
  };

  /** Puts a box among those to be looked at, unless nothing in it is better; returns its bound. */
  const wait = (opened: OpenedStructure, box: Box, prices: Float64Array): number => {
    const bound = opened.minimiser.bound(opened.problem, box, prices) ?? Number.POSITIVE_INFINITY;
    if (bound < enough(opened)) heap.push(bound, { opened, box, prices, ascent: null });
    return bound;
  };

  /** Raises the bound of a box, and looks for points near it. */
  const look = ({ opened, box, prices }: Node, bound: number, iterations: number): Ascent | null => {
    const { minimiser } = opened;
    const hoped =
      found === null
        ? bound + Math.max(0.2 * Math.abs(bound), 0.1 * (opened.most - bound))
        : target() + Math.max(0.03 * Math.abs(target()), 1e-3);
    const ascent = ascend(minimiser, box, opened.problem, prices, { iterations, target: enough(opened), hoped });
    if (ascent === null) return null;
    for (const { point } of ascent.minima) offer(opened, point);
    if (!opened.tooSlow && ascent.bound < enough(opened) && looks++ % ROUNDED_EVERY === 0) round(opened, ascent);
    if (!opened.tooSlow && ascent.bound < enough(opened)) {
      heap.push(Math.max(bound, ascent.bound), { opened, box, prices: ascent.prices, ascent });
    }
    return ascent;
  };

  const round = (opened: OpenedStructure, { minima }: Ascent): void => {
    const { minimiser } = opened;
    const excess = ({ point }: Minimum) => {
      return excessOf(opened.problem, measure(minimiser.programme, minimiser.added, point));
    };
    const [nearest] = minima
      .map((minimum) => ({ minimum, excess: excess(minimum) }))
      .sort((a, b) => a.excess - b.excess);
    if (!nearest) return;
    // A check that fails corrects the tables: then once more.
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = opened.problem;
      offer(opened, improve(minimiser, opened.problem, nearest.minimum.point, question.allowed));
      if (opened.problem === before || opened.tooSlow) return;
    }
  };

  const tell = (fraction: number) => onProgress?.({ fraction, value: found?.value ?? null });
  let prices: Float64Array | null = null;
  const structures = promising(question);
  for (const [index, structure] of structures.entries()) {
    signal?.throwIfAborted();
    tell((FIRST_LOOKS * index) / structures.length);
    if (isSlower(question, structure, found)) continue;
    const opened = new OpenedStructure(question, structure);
    examined++;
    const start: Float64Array = prices ?? new Float64Array(opened.problem.rows.length);
    const whole = wholeBox(structure.programme(), question.space.tensors.length);
    const possible = opened.minimiser.bound(opened.problem, whole, start);
    if (possible === null || possible >= enough(opened) || !opened.settle()) continue;
    if (isImpossible(opened, whole)) continue;
    let first: Node | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const box of atCeilings(structure.programme(), whole)) {
      if (found === null && isImpossible(opened, box)) continue;
      const bound = wait(opened, box, start);
      if (bound >= least) continue;
      least = bound;
      first = { opened, box, prices: start, ascent: null };
    }
    if (first) prices = look(first, least, prices === null ? FIRST_ITERATIONS : ROOT_ITERATIONS)?.prices ?? prices;
    await pause();
  }

  while (heap.size > 0 && heap.least < target()) {
    if (nodes >= most) {
      cutBound = heap.least;
      break;
    }
    const bound = heap.least;
    const node = heap.pop();
    if (!node) break;
    if (node.opened.tooSlow) continue;
    nodes++;
    if (nodes % PAUSE_EVERY === 0) {
      signal?.throwIfAborted();
      tell(FIRST_LOOKS + ((1 - FIRST_LOOKS) * nodes) / most);
      await pause();
    }
    if (node.ascent === null) look(node, bound, NODE_ITERATIONS);
    else for (const half of branch(node.opened.minimiser, node.box, node.ascent)) wait(node.opened, half, node.prices);
  }
  const ended = !Number.isFinite(cutBound);
  const best = found as Found | null;
  const bound = ended
    ? best === null
      ? Number.POSITIVE_INFINITY
      : target()
    : Math.min(cutBound, best?.value ?? cutBound);
  return { found: best, bound, nodes, examined, ended };
}

/** Whether even the least use of some limit in a box is above it. */
function isImpossible({ minimiser, problem }: OpenedStructure, box: Box): boolean {
  return problem.rows.some(({ weights, limit }) => {
    const least = minimiser.minimise(weights, box);
    return least === null || least.value > limit;
  });
}

/** The box, divided by the ceilings of the inputs and weights of its first unit; as it is where there is none. */
function atCeilings({ ceilings }: Programme, box: Box): Box[] {
  let boxes = [box];
  for (const [index, { lo, hi }] of ceilings.slice(0, 2).entries()) {
    const levels = Array.from({ length: hi - lo + 1 }, (_, level) => lo + level);
    boxes = boxes.flatMap((one) => levels.map((level) => cut(one, "ceilings", index, level, level)));
  }
  return boxes;
}

/** Whether a structure is too slow to be better, where cycles are what counts. */
function isSlower({ objective }: Question, { structure }: SpaceStructure, found: Found | null): boolean {
  return objective === "latency" && found !== null && LEAST * structure.roughCycles > found.opened.timing.cycles;
}

/** Exact cycles are no less than this share of rough ones. */
const LEAST = 0.8;

/** Lets others have their turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
