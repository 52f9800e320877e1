import { expect, test } from "vitest";
import { type Layout, type LayoutEdge, type LayoutNode, layOut } from "./layers.js";

const box = (id: string, band = 0, width = 100): LayoutNode => ({ id, band, width, height: 40 });
const edge = (text: string): LayoutEdge => {
  const [from = "", to = ""] = text.split(">");
  return { from, to };
};
const at = (layout: Layout, id: string) => {
  const found = layout.boxes.get(id);
  if (!found) throw new Error(id);
  return found;
};

test("a chain stands straight, each box below its source", () => {
  const layout = layOut([box("a"), box("b", 0, 160), box("c")], ["a>b", "b>c"].map(edge));
  expect(at(layout, "a").x).toBe(at(layout, "b").x);
  expect(at(layout, "b").x).toBe(at(layout, "c").x);
  expect(at(layout, "b").y).toBeGreaterThan(at(layout, "a").y + 40);
  expect(layout.width).toBe(200);
});

test("boxes of a later band lie below all boxes of the bands before, even without an edge", () => {
  const layout = layOut([box("a"), box("b"), box("other", 1)], [edge("a>b")]);
  expect(at(layout, "other").y).toBeGreaterThan(at(layout, "b").y + 40);
  expect(layout.bands.get(1)?.top).toBeGreaterThan(layout.bands.get(0)?.bottom ?? Number.POSITIVE_INFINITY);
});

test("no two boxes overlap, and no edge runs through a box it does not end at", () => {
  const names = ["in", "q", "k", "v", "att", "out", "norm", "f1", "f2", "norm2", "pool", "head", "skip", "last", "sum"];
  const band = (name: string) =>
    ["in", "k", "v"].includes(name) ? 0 : ["head", "skip", "last", "sum"].includes(name) ? 2 : 1;
  const edges =
    "in>q in>k in>v q>att k>att v>att att>out out>norm in>norm norm>f1 f1>f2 f2>norm2 norm>norm2 norm2>pool pool>head in>skip in>last head>sum skip>sum last>sum"
      .split(" ")
      .map(edge);
  const layout = layOut(
    names.map((name) => box(name, band(name))),
    edges,
  );
  const boxes = [...layout.boxes];
  for (const [name, a] of boxes) {
    expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
    expect(a.x + a.width / 2).toBeLessThanOrEqual(layout.width);
    for (const [other, b] of boxes) {
      if (name === other || a.level !== b.level) continue;
      expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual((a.width + b.width) / 2);
    }
  }
  layout.routes.forEach((route, index) => {
    const { from, to } = edge(`${edges[index]?.from}>${edges[index]?.to}`);
    for (const point of route.slice(1, -1)) {
      for (const [name, b] of boxes) {
        if (name === from || name === to || point.y < b.y || point.y > b.y + b.height) continue;
        expect(Math.abs(point.x - b.x), `${from} -> ${to} through ${name}`).toBeGreaterThan(b.width / 2);
      }
    }
    expect(route[0]?.x).toBe(at(layout, from).x);
    expect(route.at(-1)?.y).toBe(at(layout, to).y);
  });
});

test("the same input gives the same layout", () => {
  const nodes = ["a", "b", "c", "d"].map((name) => box(name));
  const edges = ["a>b", "a>c", "b>d", "c>d", "a>d"].map(edge);
  expect(layOut(nodes, edges)).toEqual(layOut(nodes, edges));
});

test("circles, edges upwards and unknown boxes are refused", () => {
  expect(() => layOut([box("a"), box("b")], ["a>b", "b>a"].map(edge))).toThrow(/circle/);
  expect(() => layOut([box("a", 1), box("b")], [edge("a>b")])).toThrow(/upwards/);
  expect(() => layOut([box("a")], [edge("a>ghost")])).toThrow(/ghost/);
});
