import type { Engine } from "../engine/engine.js";
import type { WindowSource } from "../source.js";

/** Values looked at per tensor. */
const SAMPLE = 8192;
/** Windows a calibration runs over at most, unless it is told otherwise. */
const WINDOWS = 1024;

/** A sample of what every code tensor and every score holds, from float passes over (at most `most`) windows, spread evenly. */
export function seenValues(engine: Engine, source: WindowSource, most = WINDOWS): Map<string, Float32Array> {
  const { graph, batch } = engine;
  const program = engine.program({ quantised: false, norm: "running", backward: false, mute: [] });
  program.prepare();
  const windows = Math.min(source.count, most);
  const indices = new Uint32Array(batch);
  const { window: n, inputs: m, horizon, targets } = graph.architecture;
  const x = new Float32Array(batch * n * m);
  const y = new Float32Array(batch * horizon * targets);
  const passes = Math.ceil(windows / batch);
  const parts = new Map<string, Float32Array[]>(engine.quantisers.map(({ name }) => [name, []]));
  for (let pass = 0; pass < passes; pass++) {
    for (let index = 0; index < batch; index++) {
      indices[index] = Math.floor((((pass * batch + index) % windows) * source.count) / windows);
    }
    source.gather(indices, x, y);
    engine.setWindows(x);
    program.run();
    for (const [name, list] of parts) {
      const operator = graph.operators.find((candidate) => candidate.name === name && candidate.kind === "attention");
      const seen = operator?.kind === "attention" ? scores(engine, operator) : engine.read(name, batch);
      // Forecast and window keep their extremes, the targets' too.
      if (name === graph.input) list.push(seen);
      else if (name === graph.output) list.push(seen, y.slice());
      else list.push(thin(seen, Math.ceil(SAMPLE / passes)));
    }
  }
  return new Map([...parts].map(([name, list]) => [name, join(list)]));
}

function scores(
  engine: Engine,
  operator: { readonly query: string; readonly key: string; readonly heads: number },
): Float32Array {
  const windows = Math.min(engine.batch, 8);
  const q = engine.read(operator.query, windows);
  const k = engine.read(operator.key, windows);
  const n = engine.graph.architecture.window;
  const d = q.length / (windows * n);
  const dh = d / operator.heads;
  const result = new Float32Array(windows * operator.heads * n * n);
  let at = 0;
  for (let w = 0; w < windows; w++) {
    for (let h = 0; h < operator.heads; h++) {
      for (let t = 0; t < n; t++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let c = 0; c < dh; c++) {
            sum += (q[(w * n + t) * d + h * dh + c] ?? 0) * (k[(w * n + j) * d + h * dh + c] ?? 0);
          }
          result[at++] = sum / Math.sqrt(dh);
        }
      }
    }
  }
  return result;
}

/**
 * A prime step from value to value, around and around: an even one would meet the same few features again and again, whose number divides
 * the tensor's length.
 */
const STRIDE = 7919;

/** At most `count` values, spread evenly over all windows, tokens and features. */
export function thin(values: Float32Array, count: number): Float32Array {
  if (values.length <= count) return values;
  return Float32Array.from({ length: count }, (_, index) => values[(index * STRIDE) % values.length] ?? 0);
}

function join(list: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(list.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of list) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
