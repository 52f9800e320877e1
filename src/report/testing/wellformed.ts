const voidElements = new Set(["meta", "br", "hr", "img", "input", "link"]);

/**
 * What is wrong with the nesting, quoting or escaping of an XML fragment or of an HTML page written like one (every element
 * closed but the void ones); an empty list where nothing is.
 */
export function malformations(text: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const body = text.replace(/^<!doctype html>/i, "").replace(/<style>[^<]*<\/style>/g, "");
  const tag = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
  let at = 0;
  while (at < body.length) {
    const next = body.indexOf("<", at);
    const words = body.slice(at, next < 0 ? body.length : next);
    if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(words) || words.includes(">")) faults.push(`text "${words.slice(0, 60)}"`);
    if (next < 0) break;
    tag.lastIndex = next;
    const found = tag.exec(body);
    if (!found) return [...faults, `tag "${body.slice(next, next + 60)}"`];
    const [, closing, name = "", attributes = "", empty] = found;
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map((match) => match[1]);
    if (new Set(names).size < names.length) faults.push(`an attribute twice in ${found[0].slice(0, 80)}`);
    if (closing === "/") {
      const opened = open.pop();
      if (opened !== name) faults.push(`</${name}> closes <${opened}>`);
    } else if (empty !== "/" && !voidElements.has(name)) open.push(name);
    at = tag.lastIndex;
  }
  return open.length > 0 ? [...faults, `never closed: ${open.join(", ")}`] : faults;
}
