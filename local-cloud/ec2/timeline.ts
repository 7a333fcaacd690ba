/**
 * A map that can be read as it was a little while ago. EC2's describes may lag behind its writes ("Eventual
 * consistency" in the EC2 developer guide); with a journal of what each write replaced, any past state can be
 * had back. Values are replaced, never changed in place.
 */
interface Sequenced {
  readonly id: string;
  /** Order of creation: pages are cut by it, so that a deletion between two pages skips nothing. */
  readonly seq: number;
}

/** How long a write can be undone, in milliseconds: the longest lag that may be asked for. */
export const LONGEST_LAG = 120_000;

export class Timeline<T extends Sequenced> {
  readonly #current = new Map<string, T>();
  readonly #now: () => number;
  #journal: { at: number; id: string; before: T | undefined }[] = [];
  #list: readonly T[] | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#current.size;
  }

  get(id: string): T | undefined {
    return this.#current.get(id);
  }

  /** In order of creation. */
  values(): readonly T[] {
    // A map keeps the order of insertion, and nothing is ever inserted again under an old id.
    this.#list ??= [...this.#current.values()];
    return this.#list;
  }

  some(test: (value: T) => boolean): boolean {
    for (const value of this.#current.values()) if (test(value)) return true;
    return false;
  }

  set(value: T): void {
    this.#write(value.id);
    this.#current.set(value.id, value);
  }

  delete(id: string): boolean {
    if (!this.#current.has(id)) return false;
    this.#write(id);
    return this.#current.delete(id);
  }

  clear(): void {
    this.#current.clear();
    this.#journal = [];
    this.#list = undefined;
  }

  /** The values as they stood at a time; the time now or later gives the current ones. */
  asOf(time: number): readonly T[] {
    if (!this.#changedSince(time)) return this.values();
    return [...this.#mapAsOf(time).values()].sort((a, b) => a.seq - b.seq);
  }

  getAsOf(id: string, time: number): T | undefined {
    if (!this.#changedSince(time)) return this.get(id);
    // The oldest write after the time replaced what stood then.
    for (const entry of this.#journal) {
      if (entry.at > time && entry.id === id) return entry.before;
    }
    return this.get(id);
  }

  #changedSince(time: number): boolean {
    const last = this.#journal[this.#journal.length - 1];
    return last !== undefined && last.at > time;
  }

  #mapAsOf(time: number): Map<string, T> {
    const map = new Map(this.#current);
    for (let i = this.#journal.length - 1; i >= 0; i--) {
      const entry = this.#journal[i];
      if (entry === undefined || entry.at <= time) break;
      if (entry.before) map.set(entry.id, entry.before);
      else map.delete(entry.id);
    }
    return map;
  }

  #write(id: string): void {
    const at = this.#now();
    this.#journal.push({ at, id, before: this.#current.get(id) });
    this.#list = undefined;
    const oldest = this.#journal[0];
    if (oldest && at - oldest.at > 2 * LONGEST_LAG) {
      this.#journal = this.#journal.filter((entry) => at - entry.at <= LONGEST_LAG);
    }
  }
}
