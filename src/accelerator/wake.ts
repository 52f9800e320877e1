import { type Bit, bit, type Module, module, pick, range, type StreamType, stream } from "../rtl/index.js";
import { type Beat, type BeatStream, beatStream } from "./parts/beat.js";
import { allOf, counter } from "./parts/counter.js";

/** All operators, wired; `starts`: the next sample that is taken begins an inference. */
export type Network = Module<
  { readonly sample: BeatStream },
  { readonly forecast: BeatStream; readonly starts: ReturnType<typeof bit> }
>;

export interface WakeOptions {
  /** Name of the module. */
  readonly name: string;
  /** What the network does, for the manual. */
  readonly doc: string;
  readonly samples: Beat;
  readonly forecast: Beat;
  /** Forecast codes of one inference. */
  readonly outputs: number;
  readonly layers: number;
}

/** Inferences that may be begun and not ended: far more than the operators and queues of so many layers can hold. */
function mostInFlight(layers: number): number {
  let most = 7;
  while (most < 4 * layers + 3) most = 2 * most + 1;
  return most;
}

/**
 * The network behind its clock enable. It is on while `enable` is high and an inference is in flight or a sample is offered; else no register
 * and no memory of it changes. Which inferences are in flight is counted at its two ends, and so does not depend on what is inside:
 * an inference begins with the first sample of a window (in mode `sample`, with the one that completes it) and ends when the last
 * code of its forecast is taken; by then all that its operators took is used up.
 */
export function wakeModule(network: Network, options: WakeOptions) {
  const { name, doc, samples, forecast, outputs, layers } = options;
  const most = mostInFlight(layers);
  const forecastType: StreamType<{ data: Beat["type"] }> = stream(
    beatStream(forecast, "codes of the forecast, step by step, targets innermost").payload,
    { pausedBy: "enable" },
  );
  return module(
    name,
    {
      doc,
      in: {
        enable: bit().about("low: all stands still, mid-inference too; ready and valid are low"),
        sample: beatStream(samples, "codes of one time step, column 0 in the low bits"),
      },
      out: { idle: bit().about("no inference is in flight: nothing changes inside"), forecast: forecastType },
    },
    (p, m) => {
      const { enable } = p;
      const busy = m.reg("busy", bit(), { reset: false, enable });
      const inFlight = m.reg("in_flight", range(0, most), { reset: 0, enable });
      const awake = enable.and(busy.q.or(p.sample.valid));
      const admitted = m.stream("admitted", beatStream(samples).payload);
      const inner = m.use("network", network, { sample: admitted.stream }, { clockEnable: awake });
      m.name({ awake, starts: inner.starts });

      const room = inFlight.q.ne(most).or(inner.starts.not());
      admitted.drive({ valid: p.sample.valid.and(room), data: { data: p.sample.data.data } });
      p.sample.accept(allOf(enable, room, admitted.ready));
      inner.forecast.accept(p.forecast.ready);

      const begins = allOf(p.sample.valid, room, admitted.ready, inner.starts);
      const code = counter(m, "code", outputs, allOf(enable, inner.forecast.valid, p.forecast.ready));
      const ends = allOf(inner.forecast.valid, p.forecast.ready, code.last);
      m.name({ room, begins, ends });
      const more = inFlight.q.add(1).fit(range(0, most), { when: begins.and(ends.not()) });
      const fewer = inFlight.q.sub(1).fit(range(0, most), { when: ends.and(begins.not()) });
      inFlight.next(pick(begins.xor(ends), pick(begins, more, fewer), inFlight.q));
      const lastEnds: Bit = ends.and(inFlight.q.eq(1));
      busy.next(begins.or(busy.q.and(lastEnds.not())));
      return {
        idle: busy.q.not(),
        forecast: { valid: inner.forecast.valid.and(enable), data: inner.forecast.data },
      };
    },
  );
}
