import { describe, expect, test } from "vitest";
import type { ReportData } from "./data.js";
import { html } from "./html.js";
import { renderReport } from "./render.js";
import { exampleAfterTraining, exampleReport } from "./testing/example.js";
import { malformations } from "./testing/wellformed.js";

const full = renderReport(exampleReport());
const charts = [...full.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => svg);

/** The page's words without its markup. */
const words = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, " ");

const placed = {
  state: "done",
  source: "vivado 2023.2",
  of: "the accelerator alone",
  used: { lut: 5200, lutram: 330, ff: 3874, dsp: 9, ramb18: 2 },
  clock: { fmaxMHz: 112.5, targetMHz: 100 },
  power: { source: "vivado 2023.2", total: 0.071, dynamic: 0.04, static: 0.031 },
  bitstream: { file: "forecaster.bit", bytes: 3, board: "Board", clockMHz: 12 },
} as const;

describe("a complete report", () => {
  test("has every section, and the navigation leads to each", () => {
    const sections = [...full.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
    expect(sections).toEqual([
      "forecast",
      "errors",
      "verification",
      "resources",
      "power",
      "accelerator",
      "learning",
      "recording",
      "quantisation",
      "reproducibility",
    ]);
    for (const id of sections) expect(full).toContain(`<a href="#${id}">`);
    expect(words(full)).not.toContain("Not done yet");
  });

  test("is well-formed, page and charts", () => {
    expect(malformations(full)).toEqual([]);
    expect(charts).toHaveLength(11); // five charts in two widths, and the block diagram
    for (const svg of charts) expect(malformations(svg)).toEqual([]);
  });

  test("gives every SVG a label, and every id only once", () => {
    for (const svg of charts) expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+"/);
    const ids = [...full.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id = ""] of full.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  test("needs nothing from outside: no address but SVG's name space, no script", () => {
    expect(full.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|\/\/|@import|<script|<link| src=/,
    );
  });

  test("leaves all colours to the style sheet, so that dark and light both work", () => {
    for (const svg of charts) expect(svg.match(/(fill|stroke)="(#|rgb)[^"]*"/)).toBeNull();
  });

  test("is the same text every time, whatever was drawn before", () => {
    expect(renderReport(exampleReport())).toBe(full);
  });

  test("says each forecaster's error and its ratio to linear", () => {
    const text = words(full);
    expect(text).toContain("Integer-only Transformer 9.613 7.168 0.927");
    expect(text).toContain("Persistence (last value) 12.03 8.874 1.160");
    expect(text).toContain("the same 3,984 windows");
    expect(text).toContain("branch zeroed the RMSE rises by 12.8 %");
  });

  test("says what was not checked, and why", () => {
    expect(words(full)).toContain("Generated Verilog Icarus Verilog (iverilog) is not on the PATH – – not checked");
  });

  test("labels each figure of hardware with its basis", () => {
    const text = words(full);
    expect(text).toContain("3,096 31.0 µs estimated");
    expect(text).toContain("3,120 31.2 µs simulated");
    expect(text).toMatch(/estimated cost walk synthesised Yosys 0\.55 .*LUT 5,480 \(\+3\.2 %\) 5,312 8,000 66\.4 %/);
    expect(text).toContain("which this run has not done.");
  });

  test("puts place and route beside synthesis and estimate, with what it says of the clock", () => {
    const text = words(renderReport({ ...exampleReport(), implementation: placed }));
    expect(text).toMatch(
      /placed and routed vivado 2023\.2 .*LUT 5,480 \(\+3\.2 %\) 5,312 \(\+2\.2 %\) 5,200 8,000 65\.0 %/,
    );
    expect(text).toContain("place and route (vivado 2023.2) finds 112.5 MHz");
    expect(text).toContain("71 mW, 31 mW of it static");
    expect(text).toContain("Bitstream for the Board: forecaster.bit");
    const slow = words(
      renderReport({ ...exampleReport(), implementation: { ...placed, clock: { fmaxMHz: 80, targetMHz: 100 } } }),
    );
    expect(slow).toContain("the design does not reach it: place and route (vivado 2023.2) finds 80 MHz");
    expect(slow).toContain("which place and route does NOT reach: 80 MHz");
    const undone = { ...exampleReport(), implementation: { state: "not done", reason: "no tool was chosen" } as const };
    expect(words(renderReport(undone))).toContain("which this run has not done (no tool was chosen).");
  });

  test("draws every operator and memory of the plan, and the streams' widths", () => {
    const diagram = charts.find((svg) => svg.includes("Block diagram")) ?? "";
    const text = words(diagram);
    for (const name of ["embed", "self_attn.q_proj", "self_attn", "linear2", "pool", "forecast", "skip"]) {
      expect(diagram).toContain(`>${name}</text>`);
    }
    expect(text).toContain("▤ keys: 24 × 64 b, distributed");
    expect(text).toContain("16 lanes (4 × 4) in LUT");
    expect(text).toContain("4 × 13 b");
    expect(text).toContain("Pass 1 every token");
    expect(diagram.match(/class="wire"/g)).toHaveLength(exampleReport().accelerator?.streams.length ?? 0);
  });
});

describe("a report of a run that is not finished", () => {
  const partial = renderReport(exampleAfterTraining());

  test("is well-formed and says what has not been done, and how to do it", () => {
    expect(malformations(partial)).toEqual([]);
    expect(words(partial)).toContain(
      "Not done yet: evaluation on the test set ( gatecast evaluate ), the hardware's plan and sources ( gatecast generate )",
    );
    for (const section of ["forecast", "errors", "resources", "accelerator", "quantisation"]) {
      const [body = ""] = new RegExp(`<section id="${section}">[\\s\\S]*?</section>`).exec(partial) ?? [];
      expect(body).toContain("Not done yet.");
    }
  });

  test("shows what there is, and no figure of what there is not", () => {
    const text = words(partial);
    expect(text).toContain("float: 40 epochs, number 34 kept");
    expect(text).not.toMatch(/undefined|NaN|null|LUT\b/);
  });

  test.each(
    Object.keys(exampleReport(0)).filter(
      (key) => !["run", "targets", "model", "data", "reproducibility"].includes(key),
    ),
  )("can lack %s", (key) => {
    const { [key as keyof ReportData]: _, ...rest } = exampleReport(50);
    const page = renderReport(rest as ReportData);
    expect(malformations(page)).toEqual([]);
    expect(words(page)).not.toMatch(/undefined|NaN/);
  });
});

describe("what a user wrote", () => {
  const hostile = `<script>alert("x")</script>&'{b}\u0007`;

  test("is shown as it is and never becomes markup, wherever it stands", () => {
    const data = exampleReport(50);
    const spoiled = JSON.parse(
      JSON.stringify(data, (key, value: unknown) =>
        typeof value === "string" && !["basis", "subject", "mode", "severity", "role"].includes(key)
          ? value === ""
            ? value
            : `${value}${hostile}`
          : value,
      ),
    ) as ReportData;
    const page = renderReport({ ...spoiled, ...(data.evaluation && { evaluation: data.evaluation }) });
    expect(malformations(page)).toEqual([]);
    expect(page).not.toContain("<script");
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(100);
    expect(page).toContain("flow_veh_5min&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;{b}\ufffd");
  });

  test("markup nests without being escaped twice", () => {
    expect(html`<p>${html`<b>${"<"}</b>`}${[1, null, false, "&"]}</p>`.text).toBe("<p><b>&lt;</b>1&amp;</p>");
  });
});

describe("other shapes of run", () => {
  test("no timestamps, no unit, one epoch, one candidate stretch", () => {
    const data = exampleReport(50);
    const { period: _period, stepSeconds: _step, ...recording } = data.data;
    const [first] = data.evaluation?.targets ?? [];
    if (!first?.trace) throw new Error("the example has a trace");
    const few = (values: ArrayLike<number>) => Array.from(values).slice(0, 50);
    const trace = {
      truth: few(first.trace.truth),
      forecast: few(first.trace.forecast),
      persistence: few(first.trace.persistence),
    };
    const page = renderReport({
      ...data,
      targets: [{ column: "a", unit: null }],
      data: { ...recording, findings: [] },
      learning: { loss: "loss", phases: [{ name: "float", train: [0.5], validation: [0.4], best: 0 }] },
      evaluation: { windows: 50, targets: [{ errors: first.errors, trace }] },
    });
    expect(malformations(page)).toEqual([]);
    expect(words(page)).not.toMatch(/undefined|NaN|null/);
    expect(words(page)).toContain("All there is: 50 windows.");
    expect(page).not.toContain("by hour of the day");
  });

  test("several layers keep their prefixes in the diagram, two targets have a chart each", () => {
    const data = exampleReport(50);
    const [first] = data.evaluation?.targets ?? [];
    if (!first || !data.accelerator) throw new Error("the example is complete");
    const operators = data.accelerator.operators.map((operator) =>
      operator.name === "layers.0.linear2" ? { ...operator, name: "layers.1.linear2" } : operator,
    );
    const streams = data.accelerator.streams.map(({ from, to, ...rest }) => ({
      from: from === "layers.0.linear2" ? "layers.1.linear2" : from,
      to: to === "layers.0.linear2" ? "layers.1.linear2" : to,
      ...rest,
    }));
    const page = renderReport({
      ...data,
      targets: [...data.targets, { column: "speed", unit: "km/h" }],
      evaluation: { windows: 3984, targets: [first, first] },
      accelerator: { ...data.accelerator, operators, streams },
    });
    expect(malformations(page)).toEqual([]);
    expect(page).toContain(">layers.1.linear2</text>");
    expect(page).toContain("persistence of speed over a stretch");
  });
});
