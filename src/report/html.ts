/** Text that is HTML already. Only `html` and `raw` make it, so everything else is escaped on its way into a page. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | false | null | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for element content and quoted attributes; control characters, which XML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not come through
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
  return printable.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Template tag: HTML with every interpolated string escaped; arrays are joined, and false, null and undefined vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += contentText(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

/** Markup from text that is known to be HTML (a chart, a style sheet); never from what a user wrote. */
export function raw(text: string): Markup {
  return new Markup(text);
}

function contentText(value: Content): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(contentText).join("");
  if (value === false || value === null || value === undefined) return "";
  return escapeHtml(String(value));
}
