/** What is to be laid out: boxes in bands that follow each other downwards, and arrows between them. */
export interface LayoutNode {
  readonly id: string;
  /** Band the box belongs to; every box of a band lies below all boxes of the bands before it. */
  readonly band: number;
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
}

/** A box, or the place where a long edge crosses a level. */
export interface Slot {
  readonly width: number;
  readonly height: number;
  readonly level: number;
  readonly box: string | null;
  readonly above: Slot[];
  readonly below: Slot[];
  x: number;
}

/** Boxes on their levels, and the slots that long edges take on the levels they cross. */
export function makeSlots(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
): { levels: Slot[][]; chains: Slot[][] } {
  const levelOf = assignLevels(nodes, edges);
  const levels: Slot[][] = [];
  const slots = new Map<string, Slot>();
  const add = (box: string | null, at: number, width: number, height: number): Slot => {
    while (levels.length <= at) levels.push([]);
    const slot: Slot = { width, height, level: at, box, above: [], below: [], x: 0 };
    levels[at]?.push(slot);
    return slot;
  };
  for (const node of nodes) slots.set(node.id, add(node.id, level(levelOf, node.id), node.width, node.height));
  const chains = edges.map((edge) => {
    const last = slots.get(edge.to);
    let before = slots.get(edge.from);
    if (!before || !last) throw new Error(`edge ${edge.from} -> ${edge.to} names a box that does not exist`);
    const chain = [before];
    for (let at = before.level + 1; at <= last.level; at++) {
      const next = at === last.level ? last : add(null, at, 12, 0);
      before.below.push(next);
      next.above.push(before);
      chain.push(next);
      before = next;
    }
    return chain;
  });
  return { levels, chains };
}

function level(levels: ReadonlyMap<string, number>, id: string): number {
  const found = levels.get(id);
  if (found === undefined) throw new Error(`an edge names the box "${id}", which does not exist`);
  return found;
}

function assignLevels(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Map<string, number> {
  const levels = new Map<string, number>();
  const bands = [...new Set(nodes.map((node) => node.band))].sort((a, b) => a - b);
  let base = 0;
  for (const band of bands) {
    const members = nodes.filter((node) => node.band === band);
    const inside = new Set(members.map((node) => node.id));
    for (const id of inside) levels.set(id, base);
    // A longest path has at most as many steps as there are boxes; one that still grows is a circle.
    for (let round = 0, moved = true; moved; round++) {
      if (round > members.length) throw new Error("the edges lead in a circle");
      moved = false;
      for (const edge of edges) {
        const to = levels.get(edge.to);
        const from = levels.get(edge.from);
        if (from === undefined || to === undefined || to > from || !inside.has(edge.to)) continue;
        levels.set(edge.to, from + 1);
        moved = true;
      }
    }
    base = 1 + Math.max(...members.map((node) => level(levels, node.id)));
  }
  for (const edge of edges) {
    if (level(levels, edge.to) <= level(levels, edge.from)) throw new Error(`${edge.from} -> ${edge.to} leads upwards`);
  }
  return levels;
}
