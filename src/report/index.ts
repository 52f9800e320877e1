export * from "./data.js";
export { renderReport } from "./render.js";
export { type Cell, type Column, renderTable } from "./table.js";
export { headline, type Verdict, verdicts } from "./verdict.js";
