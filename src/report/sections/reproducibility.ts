import type { ReportData } from "../data.js";
import { duration } from "../format.js";
import { html } from "../html.js";
import { facts, type Section, table } from "./section.js";

/** What it takes to make this run again. */
export function reproducibilitySection(data: ReportData): Section {
  const { command, seed, versions, steps, configuration, inputs } = data.reproducibility;
  const total = steps.reduce((sum, step) => sum + step.seconds, 0);
  const longest = Math.max(0.001, ...steps.map((step) => step.seconds));
  return {
    id: "reproducibility",
    title: "Making it again",
    body: html`<pre class="command"><code>${command}</code></pre>
${facts([["Seed", String(seed)], ...Object.entries(versions).map(([name, version]) => [name, version] as const)])}
${
  steps.length > 0 &&
  table(
    [{ title: "Step" }, { title: "Took", numeric: true }, { title: "" }],
    [
      ...steps.map((step) => ({
        cells: [
          html`<code>${step.name}</code>`,
          duration(step.seconds),
          { content: "", bar: step.seconds / longest, tone: "quiet" as const },
        ],
      })),
      { cells: ["together", duration(total), ""], main: true },
    ],
  )
}${
  inputs !== undefined &&
  inputs.length > 0 &&
  html`<h3>What went in</h3>${table(
    [{ title: "File" }, { title: "SHA-256" }],
    inputs.map((input) => ({ cells: [input.name, html`<code class="hash">${input.sha256}</code>`] })),
  )}`
}<details><summary>Configuration</summary><pre><code>${JSON.stringify(configuration, null, 2) ?? "null"}</code></pre></details>`,
  };
}
