const light = `--surface:#ffffff;--page:#f6f7f9;--text:#1a2230;--muted:#5a6575;--line:#c3cad4;--grid:#e6e9ee;--soft:#f1f4f8;
--truth:#2b3442;--forecast:#1d63d8;--reference:#a7afbb;--second:#b45309;--quiet:#b9c1cc;--own:#7ea6ea;
--good:#0f7a4a;--good-soft:#e4f5ec;--bad:#b3261e;--bad-soft:#fcebe9;--warn:#8a5a00;--warn-soft:#fdf3dc;--accent-soft:#e7effc;`;

const dark = `--surface:#161b24;--page:#0e1219;--text:#e6eaf1;--muted:#9ba6b6;--line:#465163;--grid:#262e3b;--soft:#1d2430;
--truth:#d3dae6;--forecast:#6ea8ff;--reference:#66717f;--second:#f0a44b;--quiet:#4a5565;--own:#3f6cb0;
--good:#58d09a;--good-soft:#12301f;--bad:#ff8a80;--bad-soft:#3a1917;--warn:#f3c362;--warn-soft:#33270f;--accent-soft:#1b2a44;`;

/** The page's style sheet. Colours are variables, the charts' too; both themes keep text at a contrast of 4.5 or more. */
export const style = `
:root{color-scheme:light dark;--font:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Code",Consolas,"DejaVu Sans Mono",monospace;${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:0 24px 48px;max-width:1136px;background:var(--page);color:var(--text);font:15px/1.55 var(--font)}
code,pre{font-family:var(--mono);font-size:.9em}
code{overflow-wrap:anywhere}
table code{white-space:nowrap}
table .hash{white-space:normal}
h1{margin:0 0 10px;font-size:30px;line-height:1.2;letter-spacing:-.01em}
h1 code{font-size:.92em}
h2{margin:0 0 14px;font-size:20px;line-height:1.3}
h3{margin:22px 0 8px;font-size:15px}
p{margin:0 0 12px;max-width:80ch}
figure{margin:0 0 8px;min-width:0}
figcaption,.note{color:var(--muted);font-size:13.5px;max-width:100ch}
figcaption{margin-top:6px}
header{padding:36px 0 8px}
.brand{margin-bottom:6px;color:var(--muted);font-size:13px;letter-spacing:.02em}
.lead{font-size:17px;max-width:78ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(196px,1fr));gap:12px;margin:22px 0 0;padding:0;list-style:none}
.tiles li{display:flex;flex-direction:column;padding:14px 16px;border:1px solid var(--grid);border-top:3px solid var(--forecast);border-radius:8px;background:var(--surface);font-size:13px;color:var(--muted);line-height:1.45}
.tiles .label{font-size:12.5px}
.tiles strong{margin:2px 0 4px;font-size:21px;font-weight:650;line-height:1.25;color:var(--text);font-variant-numeric:tabular-nums}
.tiles .good{border-top-color:var(--good)}
.tiles .good strong{color:var(--good)}
.tiles .bad{border-top-color:var(--bad)}
.tiles .bad strong{color:var(--bad)}
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:22px 0 18px;font-size:13.5px}
nav a{color:var(--forecast);text-decoration:none}
nav a:hover{text-decoration:underline}
a:focus-visible,summary:focus-visible{outline:2px solid var(--forecast);outline-offset:3px;border-radius:3px}
section{margin:0 0 18px;padding:24px;border:1px solid var(--grid);border-radius:10px;background:var(--surface);scroll-margin-top:12px}
section>:last-child,details>:last-child{margin-bottom:0}
.chart svg{display:block;width:100%;height:auto;overflow:visible}
.chart.narrow{display:none}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px 28px;margin-top:14px}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin:0 0 6px;padding:0;list-style:none;font-size:13px;color:var(--muted)}
.legend li{display:flex;align-items:center;gap:7px}
.mark{width:20px;height:0;border-top:2.5px solid currentColor}
.mark.truth{color:var(--truth)}
.mark.forecast{color:var(--forecast)}
.mark.reference{color:var(--reference)}
.mark.second{color:var(--second)}
.mark.block{width:12px;height:12px;border:0;background:var(--forecast);opacity:.75;border-radius:2px}
.mark.ring{width:11px;height:11px;border:2.5px solid var(--forecast);border-radius:50%}
.mark.diamond{width:9px;height:9px;border:1.6px solid var(--truth);transform:rotate(45deg);margin:0 3px}
.mark.dot{width:9px;height:9px;border:2px solid var(--truth);border-radius:50%;margin:0 3px}
.mark.orange{border-color:var(--second)}
.mark.cross{width:auto;height:auto;border:0;color:var(--second);line-height:1;font-weight:700}
.mark.cross::before{content:"✕"}
.scroll{overflow-x:auto;margin:0 0 12px}
table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:baseline}
th{font-weight:400}
thead th{color:var(--muted);font-size:12.5px;border-bottom-color:var(--line);vertical-align:bottom}
.unit{white-space:nowrap;color:var(--muted)}
.unit::before{content:"["}
.unit::after{content:"]"}
.numeric{text-align:right;white-space:nowrap}
thead .numeric{white-space:normal}
tr.main th,tr.main td{font-weight:650;background:var(--accent-soft)}
.widths td{padding:4px 8px;border-bottom:2px solid var(--surface);border-right:2px solid var(--surface);font-size:12.5px}
.widths th{padding-top:4px;padding-bottom:4px;white-space:nowrap}
.widths thead .numeric{padding-right:8px}
.widths .bits{text-align:center;font-weight:650;background:color-mix(in srgb,var(--forecast) var(--share),var(--surface))}
.widths .cost{background:color-mix(in srgb,var(--second) var(--share),var(--surface))}
.widths .chosen{font-weight:650;box-shadow:inset 0 0 0 2px var(--truth);border-radius:3px}
td.quiet,td.open{color:var(--muted)}
.bar{display:block;width:100%;min-width:110px;height:9px;border-radius:2px;background:var(--soft);overflow:hidden}
.bar span{display:block;height:100%;background:var(--forecast)}
.quiet .bar span{background:var(--quiet)}
.own .bar span{background:var(--own)}
.bad .bar span{background:var(--bad)}
.basis,.verdict{display:inline-block;padding:0 7px;border-radius:9px;background:var(--soft);color:var(--muted);font-size:12px;line-height:18px;white-space:nowrap}
.basis.simulated,.basis.synthesised,.basis.placed-and-routed{background:var(--accent-soft);color:var(--text)}
.verdict.equal{background:var(--good-soft);color:var(--good)}
.verdict.differs{background:var(--bad-soft);color:var(--bad);font-weight:650}
.undone{padding:10px 14px;border-left:3px solid var(--warn);border-radius:4px;background:var(--warn-soft);max-width:none}
.missing{margin:18px 0 0;font-size:14px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:0 28px;margin:0 0 14px;font-size:13.5px}
.facts div{display:flex;gap:12px;padding:5px 0;border-bottom:1px solid var(--grid)}
.facts dt{flex:0 0 104px;color:var(--muted)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.split{display:flex;gap:3px;margin:0 0 12px;padding:0;list-style:none;font-size:13px}
.split li{flex:1 1 96px;padding:7px 10px;border-radius:4px;background:var(--soft)}
.split .train{background:var(--accent-soft)}
.split .test{background:var(--good-soft)}
.findings{margin:0;padding-left:20px}
.findings .finding-warning::marker{color:var(--warn);content:"⚠ "}
.chain{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:0 0 18px;padding:0;list-style:none;font-size:13px}
.chain li{display:flex;flex-direction:column;justify-content:space-between;gap:4px;padding:10px 12px;border:1px solid var(--line);border-radius:8px;line-height:1.35}
.chain span{color:var(--muted)}
.chain .reference{background:var(--accent-soft);border-color:var(--forecast)}
.chain .equal{background:var(--good-soft);border-color:var(--good)}
.chain .equal span{color:var(--good)}
.chain .differs{background:var(--bad-soft);border-color:var(--bad)}
.chain .differs span{color:var(--bad);font-weight:650}
.chain .open{border-style:dashed}
.diagram{overflow-x:auto}
.diagram svg{display:block;width:100%;min-width:600px;height:auto;margin:0 auto;font-family:var(--font)}
.diagram .band{fill:var(--soft)}
.diagram .box{fill:var(--surface);stroke:var(--line)}
.diagram .store{fill:var(--accent-soft)}
.diagram .port{fill:var(--forecast)}
.diagram .tab{fill:var(--page);stroke:var(--line)}
.diagram .wire{fill:none;stroke:var(--muted);stroke-width:1.3}
.diagram .head{fill:var(--muted)}
.diagram text{fill:var(--text);font-size:12px}
.diagram .name{font-size:13px;font-weight:650}
.diagram .line{fill:var(--muted);font-weight:400;font-size:12px}
.diagram .phase{font-size:13px;font-weight:650}
.diagram .wirelabel{fill:var(--muted);font-size:11px}
.diagram .portname{fill:var(--surface);font-size:13px;font-weight:650}
.diagram .phase,.diagram .phase .line{paint-order:stroke;stroke:var(--soft);stroke-width:5px;stroke-linejoin:round}
.timeline .own{fill:var(--forecast)}
.timeline .shared{fill:var(--own)}
.timeline .grid{stroke:var(--grid)}
.timeline text.label{font-size:11.5px}
.timeline text.tick{fill:var(--muted);font-size:11.5px}
.mark.own{width:12px;height:12px;border:0;background:var(--forecast);border-radius:2px}
.mark.shared{width:12px;height:12px;border:0;background:var(--own);border-radius:2px}
details{margin-top:14px}
summary{cursor:pointer;font-size:14px;font-weight:650}
details[open] summary{margin-bottom:10px}
pre{margin:0 0 14px;padding:12px 14px;border-radius:6px;background:var(--soft);overflow-x:auto;line-height:1.5}
.command{white-space:pre-wrap}
.hash{font-size:.82em}
footer{color:var(--muted);font-size:13px}
@media (max-width:720px){body{padding:0 12px 32px}section{padding:18px 14px}h1{font-size:24px}.lead{font-size:16px}
.pair{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
th[scope=row]{min-width:108px}.bar{min-width:56px}}
@media (max-width:720px){.chart.wide{display:none}.chart.narrow{display:block}}
@media print{@page{margin:14mm}body{padding:0;max-width:none;background:none;font-size:10.5pt}nav{display:none}
section{padding:0;border:0;break-inside:auto}h2,h3{break-after:avoid}figure,tr,.tiles li,.chain li{break-inside:avoid}
.chart.wide{display:block}.chart.narrow{display:none}.scroll,.diagram,pre{overflow:visible}.diagram svg{min-width:0}.diagram svg{max-height:240mm}
body{line-height:1.4}.lead{font-size:12.5pt}.pair{grid-template-columns:repeat(2,minmax(0,1fr))}.pair .chart.narrow{display:block}.pair .chart.wide{display:none}
section{margin-bottom:26px}table{font-size:8pt}thead th{font-size:7.5pt}th,td{padding-right:7px}table code{font-size:7pt}.bar{min-width:28px}th[scope=row]{min-width:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim();
