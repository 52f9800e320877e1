import type { PowerEstimate } from "../../accelerator/index.js";
import type { PowerReport, ReportData } from "../data.js";
import { latency, percent, significant } from "../format.js";
import { html, type Markup } from "../html.js";
import { adviceText, bandText, periodText, powerBasisText, strategyNames } from "../power-text.js";
import { basisLabel, notDone, type Section, table } from "./section.js";

/** Power while it infers, the energy of an inference by part and by operator, and what is best between two inferences. */
export function powerSection(data: ReportData): Section {
  const { power } = data;
  const title = "Power and energy";
  if (!power) return { id: "power", title, body: notDone("No hardware has been planned:", "gatecast generate") };
  const { estimate, latencySeconds, clockMHz } = power;
  return {
    id: "power",
    title,
    body: html`<p>One inference takes <strong>${bandText(estimate.energyPerInference)} µJ</strong> in ${latency(latencySeconds)} at ${significant(clockMHz)} MHz; while it infers the device takes ${bandText(estimate.total)} mW. In brackets: the band in which it lies. ${basisLabel("estimated")}</p>
${splitTable(estimate)}
<p class="note">${powerBasisText(estimate)} Flip-flops, block RAM and DSP: ${power.resourcesBasis}. What the figures are good for stands in docs/power.md; <code>gatecast calibrate-power</code> fits them to a measurement or to the report of a vendor's tool.</p>
${between(power)}${operators(estimate)}`,
  };
}

function splitTable({ energyParts, dynamicParts, static: fixed }: PowerEstimate): Markup {
  const whole = energyParts.reduce((sum, { microjoules }) => sum + microjoules, 0);
  const milliwatts = new Map<string, number>(dynamicParts.map((one) => [one.part, one.milliwatts]));
  const most = Math.max(...energyParts.map(({ microjoules }) => microjoules));
  const ordered = [...energyParts].sort((a, b) => b.microjoules - a.microjoules);
  return table(
    [
      { title: "Part" },
      { title: html`While it infers <span class="unit">mW</span>`, numeric: true },
      { title: html`An inference <span class="unit">µJ</span>`, numeric: true },
      { title: "Share", numeric: true },
      { title: "" },
    ],
    ordered.map(({ part, microjoules }) => ({
      cells: [
        part,
        significant(part === "static" ? fixed.milliwatts : (milliwatts.get(part) ?? 0)),
        significant(microjoules),
        percent(whole === 0 ? 0 : microjoules / whole),
        {
          content: "",
          bar: most === 0 ? 0 : microjoules / most,
          tone: part === "static" ? ("quiet" as const) : ("main" as const),
        },
      ],
    })),
  );
}

function between({ dutyCycle }: PowerReport): Markup {
  if (dutyCycle === null) {
    return html`<p class="note">With <code>--period</code> (seconds between two inferences) and <code>--battery</code> this report says how long a battery lasts, and whether the device had better wait or be switched off in between.</p>`;
  }
  const { strategies, best } = dutyCycle;
  return html`<h3>An inference every ${periodText(dutyCycle.periodSeconds).replace("us", "µs")}</h3>${table(
    [
      { title: "Between two inferences" },
      { title: html`On average <span class="unit">mW</span>`, numeric: true },
      { title: html`A period <span class="unit">mJ</span>`, numeric: true },
      { title: html`On the battery <span class="unit">days</span>`, numeric: true },
    ],
    strategies.map(({ strategy, average, millijoules, days }) => ({
      cells: [strategyNames[strategy], bandText(average), bandText(millijoules), days === null ? "–" : bandText(days)],
      main: strategies.length > 1 && strategy === best.strategy,
    })),
  )}<p>${adviceText(dutyCycle)}</p>`;
}

function operators({ operators: list }: PowerEstimate): Markup | null {
  const most = list[0]?.microjoules ?? 0;
  if (most === 0) return null;
  return html`<details><summary>Dynamic energy by operator</summary>${table(
    [
      { title: "Part of the network" },
      { title: html`An inference <span class="unit">µJ</span>`, numeric: true },
      { title: "" },
    ],
    list.map(({ name, microjoules }) => ({
      cells: [
        html`<code>${name}</code>`,
        significant(microjoules),
        { content: "", bar: microjoules / most, tone: "main" as const },
      ],
    })),
  )}<p class="note">From simulated toggles; what the clock itself takes is not in it. Names are those of the instances in the VHDL.</p></details>`;
}
