import { log } from "../numeric/elementary.js";
import { type TensorSensitivity, widths } from "../search/types.js";
import { percent } from "./format.js";
import { html, type Markup } from "./html.js";
import { type PrecisionReport, rmseLossOf } from "./precision-data.js";

/** Losses of RMSE that have the faintest and the strongest colour. */
const faint = 1e-4;
const strong = 0.3;

/**
 * Every tensor with its bits, and beside them what each width it could have would add to the RMSE; the width it has is framed. A table, so that
 * it can be read without the colours.
 */
export function widthMap({ sensitivity, widths: chosen, fixed }: PrecisionReport): Markup {
  return html`<div class="scroll"><table class="widths"><thead><tr><th scope="col">Tensor</th><th scope="col">Bits</th>${widths.map(
    (bits) => html`<th scope="col" class="numeric">at ${bits}</th>`,
  )}</tr></thead><tbody>${sensitivity.tensors.map((tensor) => row(tensor, chosen[tensor.name], fixed))}</tbody></table></div>
<p class="note">Blue: the bits of a tensor. Orange: what that width, of this tensor alone, is predicted to add to the RMSE (${method(sensitivity.method)}, ${sensitivity.measurements} measurements on validation windows); framed: the width it has.</p>`;
}

const methods = {
  "post-training": "quantised without training, tensor by tensor",
  masked: "all tensors at random widths, the effect of each taken apart",
  hessian: "from the curvature of the loss",
} as const satisfies Record<PrecisionReport["sensitivity"]["method"], string>;

function method(name: PrecisionReport["sensitivity"]["method"]): string {
  return `${name}: ${methods[name]}`;
}

function row({ name, kind, added }: TensorSensitivity, bits: number | undefined, fixed: readonly string[]): Markup {
  return html`<tr><th scope="row"><code>${name}</code>${kind === "weight" && html` <span class="basis">weight</span>`}${
    fixed.includes(name) && html` <span class="basis">fixed</span>`
  }</th><td class="bits" style="--share:${share(bits ?? 0)}%">${bits ?? "–"}</td>${widths.map((width, index) => {
    const loss = rmseLossOf(added[index] ?? 0);
    return html`<td class="numeric cost${width === bits && " chosen"}" style="--share:${heat(loss)}%">${shown(loss)}</td>`;
  })}</tr>`;
}

function share(bits: number): number {
  return Math.round((45 * bits) / 8);
}

/** 0..45: how strong the colour of a loss is. */
function heat(loss: number): number {
  if (loss <= faint) return 0;
  const place = log(loss / faint) / log(strong / faint);
  return Math.round(45 * Math.min(1, place));
}

function shown(loss: number): string {
  if (loss < 5e-5) return "0";
  return percent(loss, loss < 0.0995 ? 2 : loss < 0.995 ? 1 : 0);
}
