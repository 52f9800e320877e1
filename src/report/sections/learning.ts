import { learningChart } from "../charts/learning.js";
import type { LearningPhase, ReportData } from "../data.js";
import { significant } from "../format.js";
import { html, type Markup } from "../html.js";
import { notDone, type Section } from "./section.js";

/** The learning curves of all phases. */
export function learningSection(data: ReportData): Section {
  const { learning } = data;
  const title = "Learning curves";
  if (!learning) return { id: "learning", title, body: notDone("The model has not been trained:", "gatecast train") };
  if (learning.phases.length === 0) {
    const body = html`<p>Nothing was trained here: the float model came from elsewhere, and was quantised without training.</p>`;
    return { id: "learning", title, body };
  }
  return {
    id: "learning",
    title,
    body: html`<figure>${learningChart("learning", learning)}<figcaption>${learning.loss}. ${learning.phases.map(keptEpoch)}</figcaption></figure>`,
  };
}

function keptEpoch(phase: LearningPhase): Markup {
  const loss = phase.kept ?? phase.validation[phase.best];
  const reached = loss === undefined ? "" : ` (validation ${significant(loss)})`;
  return html`${phase.name}: ${phase.train.length} epochs, ${phase.best < 0 ? "the state before them" : `number ${phase.best + 1}`} kept${reached}${phase.criterion !== undefined && `, ${phase.criterion}`}. `;
}
