/** Told of every change, in order, so that it can be kept beyond this process. */
export interface ChangeListener {
  changed(collection: string, id: string, value: unknown): void;
}

interface Identified {
  readonly id: string;
}

/** Objects of one kind by id, in the order of their creation. What it hands out is never changed, only replaced. */
export class Collection<Item extends Identified> {
  readonly name: string;
  readonly #items = new Map<string, Item>();
  readonly #listener: ChangeListener;

  constructor(name: string, listener: ChangeListener) {
    this.name = name;
    this.#listener = listener;
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  put(item: Item): Item {
    this.#items.set(item.id, item);
    this.#listener.changed(this.name, item.id, item);
    return item;
  }

  remove(id: string): void {
    if (this.#items.delete(id)) this.#listener.changed(this.name, id, null);
  }

  /** Restores what was kept, without telling the listener. */
  restore(id: string, item: Item | null): void {
    if (item === null) this.#items.delete(id);
    else this.#items.set(id, item);
  }

  newestFirst(): readonly Item[] {
    return [...this.#items.values()].reverse();
  }

  oldestFirst(): readonly Item[] {
    return [...this.#items.values()];
  }
}
