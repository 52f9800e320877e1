import { html, type Markup, raw } from "./html.js";
import type { Section } from "./sections/section.js";
import { style } from "./style.js";

/** A page of its own: one file that needs nothing else. */
export interface Page {
  readonly title: string;
  readonly header: Markup;
  readonly parts: readonly Section[];
  readonly footer: Markup;
}

/** Without script or network (its own content policy forbids both), light or dark as the reader's system is, and fit for paper. */
export function renderPage({ title, header, parts, footer }: Page): string {
  const page = html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="Gatecast">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
${header}
</header>
<nav aria-label="Parts of this report">${parts.map((part) => html`<a href="#${part.id}">${part.title}</a> `)}</nav>
<main>${parts.map(
    (part) => html`
<section id="${part.id}">
<h2>${part.title}</h2>
${part.body}
</section>`,
  )}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`;
  return page.text;
}
