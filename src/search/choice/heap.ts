/** Items, the least one first; of equals the one that came first. */
export class Heap<Item> {
  readonly #items: { readonly key: number; readonly order: number; readonly item: Item }[] = [];
  #count = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The least key; infinity where there is none. */
  get least(): number {
    return this.#items[0]?.key ?? Number.POSITIVE_INFINITY;
  }

  push(key: number, item: Item): void {
    const items = this.#items;
    let at = items.push({ key, order: this.#count++, item }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): Item | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (!first || !last) return undefined;
    if (items.length === 0) return first.item;
    items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < items.length && this.#before(below, least)) least = below;
      }
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (!one || !other) return false;
    return one.key < other.key || (one.key === other.key && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (!one || !other) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
