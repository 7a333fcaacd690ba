import type { Call } from "./types.js";

/** State kept per account and region, made when first asked for, forgotten by `reset`. */
export class Scoped<T> {
  readonly #all = new Map<string, T>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(where: Pick<Call, "account" | "region">): T {
    const key = `${where.account}/${where.region}`;
    const found = this.#all.get(key);
    if (found !== undefined) return found;
    const made = this.#make();
    this.#all.set(key, made);
    return made;
  }

  entries(): { account: string; region: string; value: T }[] {
    return [...this.#all].map(([key, value]) => {
      const [account = "", region = ""] = key.split("/");
      return { account, region, value };
    });
  }

  reset(): void {
    this.#all.clear();
  }
}
