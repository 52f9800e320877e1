import { forecasters, type ReportData, resourceKinds, type Subject, subjects } from "./data.js";
import { count, percent, significant } from "./format.js";
import {
  byBasis,
  checkOf,
  figureWithDistance,
  forecasterNames,
  relative,
  resourceNames,
  subjectNames,
} from "./judge.js";
import { dutyCycleText, powerBasisText, powerTable } from "./power-text.js";
import { renderTable } from "./table.js";
import { headline } from "./verdict.js";

/** What a run has come to, for a terminal: the headline, the errors, the comparisons, the resources; only what was done. */
export function renderTerminalReport(data: ReportData): string {
  return [headline(data), ...errorTables(data), equalityTable(data), resourceTable(data), powerText(data)]
    .filter((part) => part !== null)
    .join("\n\n");
}

function errorTables(data: ReportData): string[] {
  return data.targets.flatMap((target, index) => {
    const errors = data.evaluation?.targets[index]?.errors;
    if (!errors) return [];
    const unit = target.unit === null ? {} : { unit: target.unit };
    const rows = forecasters.flatMap((name) => {
      const figures = errors[name];
      if (figures === undefined) return [];
      const ratio = relative(figures, errors.linear);
      return [
        [
          forecasterNames[name],
          significant(figures.rmse, 4),
          significant(figures.mae, 4),
          ratio === null ? null : (1 + ratio).toFixed(3),
        ],
      ];
    });
    const title = `${target.column}, test set (${count(data.evaluation?.windows ?? 0)} windows)`;
    return [renderTable([title, { title: "RMSE", ...unit }, { title: "MAE", ...unit }, "RMSE / linear"], rows)];
  });
}

function powerText({ power }: ReportData): string | null {
  if (!power) return null;
  const { estimate, dutyCycle } = power;
  return [powerTable(estimate), powerBasisText(estimate), ...(dutyCycle ? ["", dutyCycleText(dutyCycle)] : [])].join(
    "\n",
  );
}

function equalityTable(data: ReportData): string | null {
  const row = (subject: Subject) => {
    const check = checkOf(data, subject);
    if (check) {
      return [[subjectNames[subject], `${check.tool} ${check.version}`, count(check.windows), count(check.mismatches)]];
    }
    const entry = data.verification?.checks.find((other) => other.subject === subject);
    return entry && "unchecked" in entry
      ? [[subjectNames[subject], `not checked: ${entry.unchecked}`, null, null]]
      : [];
  };
  const rows = subjects.flatMap(row);
  return rows.length === 0 ? null : renderTable(["Equal to the integer model", "by", "windows", "that differ"], rows);
}

/** Estimate, synthesis, place and route side by side, each with its distance from the next. */
function resourceTable(data: ReportData): string | null {
  if (!data.resources) return null;
  const { device, budget } = data.resources;
  const totals = byBasis(data.resources, data.implementation);
  const rows = resourceKinds.flatMap((kind) => {
    const used = [...totals].reverse().flatMap((total) => total.used[kind] ?? [])[0];
    const most = budget[kind];
    if (used === undefined) return [];
    return [
      [
        resourceNames[kind],
        ...totals.map((total) => figureWithDistance(totals, total, kind)),
        most === undefined ? null : count(most),
        most === undefined || most === 0 ? null : percent(used / most),
      ],
    ];
  });
  const sources = totals.map(({ basis, source }) => `${basis}: ${source}`);
  return [
    renderTable([device, ...totals.map(({ basis }) => basis), "available", "share"], rows),
    sources.join("; "),
  ].join("\n");
}
