import { type Check, type ReportData, type Subject, subjects } from "../data.js";
import { count, list, plural } from "../format.js";
import { html, type Markup } from "../html.js";
import { checkOf, subjectNames } from "../judge.js";
import { type Section, table } from "./section.js";

/** The order of the chain, the model every check compares with at its place. */
const chain: readonly (Subject | "interpreter")[] = ["evaluation", "interpreter", "rtl", "vhdl", "verilog", "netlist"];

const notYet: Readonly<Record<Subject, string>> = {
  evaluation: "not done yet: gatecast evaluate",
  rtl: "not done yet: gatecast simulate",
  vhdl: "not done yet: gatecast simulate, with GHDL on the PATH",
  verilog: "not done yet: gatecast simulate, with Icarus Verilog on the PATH",
  netlist: "not done yet: gatecast synthesize",
};

/** What was compared with the integer-only model, by what, on how many windows; and what was not, and why. */
export function verificationSection(data: ReportData): Section {
  const checks = subjects.map((subject) => ({ subject, check: checkOf(data, subject), why: reason(data, subject) }));
  return {
    id: "verification",
    title: "What was verified",
    body: html`<p>Each of these is compared with the interpreter of the integer-only model on windows of the test set; a window counts as equal only if every bit of its forecast is.</p>
<ol class="chain">${chain.map((link) =>
      link === "interpreter"
        ? html`<li class="reference"><strong>Integer-only model</strong><span>the reference</span></li>`
        : chainLink(link, checkOf(data, link)),
    )}</ol>
${table(
  [
    { title: "Compared with the integer-only model" },
    { title: "By" },
    { title: "Windows", numeric: true },
    { title: "That differ", numeric: true },
    { title: "Verdict" },
  ],
  checks.map(({ subject, check, why }) => ({
    cells:
      check === undefined
        ? [subjectNames[subject], { content: why, tone: "quiet" as const }, "–", "–", verdictLabel(undefined)]
        : [
            subjectNames[subject],
            `${check.tool} ${check.version}`,
            count(check.windows),
            count(check.mismatches),
            verdictLabel(check),
          ],
  })),
)}${mutations(data)}`,
  };
}

function reason(data: ReportData, subject: Subject): string {
  const entry = data.verification?.checks.find((check) => check.subject === subject);
  return entry !== undefined && "unchecked" in entry ? entry.unchecked : notYet[subject];
}

function passes(check: Check): boolean {
  return check.mismatches === 0 && check.windows > 0;
}

function chainLink(subject: Subject, check: Check | undefined): Markup {
  if (check === undefined)
    return html`<li class="open"><strong>${subjectNames[subject]}</strong><span>not checked</span></li>`;
  const found = passes(check)
    ? `= on ${plural(check.windows, "window")}`
    : `≠ on ${count(check.mismatches)} of ${plural(check.windows, "window")}`;
  return html`<li class="${passes(check) ? "equal" : "differs"}"><strong>${subjectNames[subject]}</strong><span>${found}</span></li>`;
}

function verdictLabel(check: Check | undefined): Markup {
  if (check === undefined) return html`<span class="verdict open">not checked</span>`;
  return passes(check)
    ? html`<span class="verdict equal">✓ equal</span>`
    : html`<span class="verdict differs">✗ ${check.windows === 0 ? "no window" : "differs"}</span>`;
}

function mutations(data: ReportData): Markup {
  const tried = data.verification?.mutations;
  if (!tried) {
    return html`<p class="note">Seeded faults (a wrong zero point, rounding constant, table entry or clamp, which each must make the comparison fail) were not tried in this run.</p>`;
  }
  const all = tried.caught === tried.tried;
  return html`<p class="${all ? "note" : "undone"}">Seeded faults put in to try the comparison itself: ${tried.caught} of ${tried.tried} caught.${
    tried.survivors.length > 0 && ` Not caught: ${list(tried.survivors)}.`
  }</p>`;
}
