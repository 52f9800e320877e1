export * from "./data.js";
export * from "./formats-data.js";
export { renderFormatsPage } from "./formats-page.js";
export { formatsText } from "./formats-text.js";
export { renderReport } from "./render.js";
export { buildSummary, parseSummary, type Summary, summarySchema } from "./summary.js";
export { type Cell, type Column, renderTable } from "./table.js";
export { renderTerminalReport } from "./terminal.js";
export { headline, type Verdict, verdicts } from "./verdict.js";
