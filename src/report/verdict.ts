import type { Check, ReportData, Subject } from "./data.js";
import { count, latency, list, percent, plain, plural, significant } from "./format.js";
import { byBasis, checkOf, exceeded, relative, resourceNames, strongest, unitOf, widthName } from "./judge.js";

export type Tone = "good" | "bad" | "plain";

/** One finding of the headline. */
export interface Verdict {
  readonly label: string;
  /** The figure to remember. */
  readonly figure: string;
  /** What it means, as a sentence under the figure. */
  readonly sentence: string;
  /** The same as a clause of the one-sentence headline. */
  readonly clause: string;
  readonly tone: Tone;
}

/** What kind of network this is: "4-bit integer-only Transformer (d_model 16, window 24)". */
export function describeModel(data: ReportData): string {
  const { dModel, window, heads, layers, folds } = data.model.architecture;
  const shape = [
    layers > 1 ? [`${layers} layers`] : [],
    heads > 1 ? [`${heads} heads`] : [],
    [`d_model ${dModel}`, `window ${window}`],
    folds.length > 0 ? [`folded ${folds.join(", ")}`] : [],
    data.model.precision.scales === "power-of-two" ? ["power-of-two scales"] : [],
  ].flat();
  return `${widthName(data)} integer-only Transformer (${shape.join(", ")})`;
}

/** The findings of a run, the most important first; only of what has been done, and bad ones said as plainly as good ones. */
export function verdicts(data: ReportData): Verdict[] {
  return [accuracy(data), benefit(data), equality(data), speed(data), size(data)].flatMap((verdict) => verdict ?? []);
}

/** The whole headline in one sentence, for terminals and the first paragraph of a report. */
export function headline(data: ReportData): string {
  const text = [describeModel(data), ...verdicts(data).map((verdict) => verdict.clause)].join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function accuracy(data: ReportData): Verdict | null {
  const errors = data.evaluation?.targets[0]?.errors;
  const [target] = data.targets;
  if (!data.evaluation || !errors?.integer || !target) return null;
  const toFloat = relative(errors.integer, errors.float);
  const beside = toFloat === null ? "" : `; ${significant(1 + toFloat)} × the float model's`;
  const figure = `${significant(errors.integer.rmse)}${unitOf(target)}`;
  return {
    label: "Integer-only RMSE",
    figure,
    sentence: `${target.column}, on ${plural(data.evaluation.windows, "test window")}${beside}.`,
    clause: `RMSE ${figure}`,
    tone: "plain",
  };
}

function benefit(data: ReportData): Verdict | null {
  const errors = data.evaluation?.targets[0]?.errors;
  const rivals = (["linear", "persistence", "seasonalNaive"] as const).flatMap((rival) => {
    const distance = relative(errors?.integer, errors?.[rival]);
    return distance === null ? [] : [{ name: rival === "seasonalNaive" ? "seasonal naive" : rival, distance }];
  });
  // The rival that decides: one that is not beaten goes before linear, the strongest of them first.
  const unbeaten = rivals.filter((rival) => rival.distance >= 0).sort((a, b) => b.distance - a.distance);
  const deciding = unbeaten[0] ?? rivals[0];
  if (!deciding) return null;
  const others = rivals.filter((rival) => rival !== deciding);
  const phrase = ({ name, distance }: { name: string; distance: number }) =>
    `${percent(Math.abs(distance))} ${distance < 0 ? "below" : "above"} ${name}`;
  const sentences = [
    ...(unbeaten.length > 0 ? [`It does not beat ${list(unbeaten.map((rival) => rival.name))}.`] : []),
    others.length > 0
      ? `${unbeaten.length > 0 ? "It is" : "Also"} ${list(others.map(phrase))}.`
      : "On the same windows.",
  ];
  return {
    label: `RMSE against ${deciding.name}`,
    figure: `${deciding.distance < 0 ? "−" : "+"}${percent(Math.abs(deciding.distance))}`,
    sentence: sentences.join(" "),
    clause: phrase(deciding),
    tone: unbeaten.length > 0 ? "bad" : "good",
  };
}

const shortNames: Readonly<Record<Subject, string>> = {
  evaluation: "training's evaluation mode",
  rtl: "cycle-accurate simulation",
  vhdl: "VHDL",
  verilog: "Verilog",
  netlist: "netlist",
};

function equality(data: ReportData): Verdict | null {
  const hardware = (["vhdl", "rtl", "verilog", "netlist"] as const).flatMap((subject) => checkOf(data, subject) ?? []);
  const every = [...hardware, ...["evaluation" as const].flatMap((subject) => checkOf(data, subject) ?? [])];
  const [first] = hardware;
  if (!first) return null;
  const wrong = every.filter((check) => check.mismatches > 0 || check.windows === 0);
  const [fault] = wrong;
  if (fault) {
    const where = (check: Check) =>
      `${count(check.mismatches)} of ${plural(check.windows, "window")} (${shortNames[check.subject]}, ${check.tool})`;
    return {
      label: "Equality",
      figure: fault.windows === 0 ? "not shown" : "broken",
      sentence:
        fault.windows === 0
          ? `No window was compared with the ${shortNames[fault.subject]}.`
          : `Differs from the integer model on ${list(wrong.map(where))}.`,
      clause:
        fault.windows === 0
          ? `compared with its ${shortNames[fault.subject]} on no window`
          : `DIFFERS from its ${shortNames[fault.subject]} on ${count(fault.mismatches)} of ${count(fault.windows)} windows`,
      tone: "bad",
    };
  }
  const most = hardware.reduce((best, check) => (check.windows > best.windows ? check : best), first);
  const where = (check: Check) => `${shortNames[check.subject]} (${count(check.windows)})`;
  return {
    label: "Windows equal to the bit",
    figure: `${count(most.windows)} of ${count(most.windows)}`,
    sentence: `Integer model against ${list(hardware.map(where))}.`,
    clause: `equals its ${shortNames[first.subject]} on ${count(first.windows)} of ${count(first.windows)} windows`,
    tone: "good",
  };
}

function speed(data: ReportData): Verdict | null {
  const cycles = data.timing && strongest(data.timing.cycles);
  if (!data.timing || !cycles) return null;
  const figure = latency(cycles.value / (data.timing.clockMHz * 1e6));
  const clock = `${plain(data.timing.clockMHz)} MHz`;
  return {
    label: "Latency",
    figure,
    sentence: `${count(cycles.value)} cycles (${cycles.basis}) at ${clock}${clockClause(data)}.`,
    clause: `${count(cycles.value)} cycles = ${figure} at ${clock}`,
    tone: "plain",
  };
}

/** What is known of the clock: aimed at, reached, or missed. */
function clockClause({ implementation }: ReportData): string {
  if (implementation?.state !== "done") return ", the clock aimed at";
  const { fmaxMHz, targetMHz } = implementation.clock;
  return fmaxMHz >= targetMHz
    ? `; place and route finds ${plain(fmaxMHz)} MHz`
    : `, which place and route does NOT reach: ${plain(fmaxMHz)} MHz`;
}

function size(data: ReportData): Verdict | null {
  const figures = data.resources && byBasis(data.resources, data.implementation).at(-1);
  if (!data.resources || !figures) return null;
  const { budget, device } = data.resources;
  const over = exceeded(budget, figures).map((kind) => resourceNames[kind]);
  const parts = (["lut", "dsp", "ramb18", "ebr"] as const).flatMap((kind) => {
    const used = figures.used[kind];
    const most = budget[kind];
    return used === undefined || most === undefined
      ? []
      : [{ name: resourceNames[kind], used: count(used), most: count(most) }];
  });
  const [first, ...others] = parts;
  if (first === undefined) return null;
  const beside = others.map(({ name, used, most }) => `; ${used} of ${most} ${name}`);
  return {
    label: over.length > 0 ? `Does not fit ${device}` : `Fits ${device}`,
    figure: `${first.used} ${first.name}`,
    sentence: `of ${first.most}${beside.join("")}. ${over.length > 0 ? `Too many: ${list(over)}. ` : ""}Figures ${figures.basis} (${figures.source}).`,
    clause: `${first.used} of ${first.most} ${first.name}${over.length > 0 ? ` (does not fit ${device})` : ""}`,
    tone: over.length > 0 ? "bad" : "good",
  };
}
