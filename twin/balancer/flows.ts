/**
 * Which target gets a flow. It stays there for as long as it sends and the target is healthy; with `rebalance`, as this
 * product sets it, it then goes to another (Elastic Load Balancing, "Target groups for your Gateway Load Balancers").
 */
export interface Target {
  readonly address: string;
  readonly healthy: boolean;
}

export interface Placed {
  readonly target: string;
  readonly cookie: number;
}

/** How long a flow that is not TCP is remembered without a packet ("Gateway Load Balancers", idle timeout). */
const IDLE_MS = 120_000;

/** FNV-1a. */
const hash = (text: string): number => {
  let value = 2166136261;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
};

interface Entry extends Placed {
  last: number;
}

export class Flows {
  readonly #entries = new Map<string, Entry>();
  #targets: readonly Target[] = [];
  /** Where new flows go: to all where none is healthy. */
  #open: readonly string[] = [];
  #cookie = 1;

  set targets(targets: readonly Target[]) {
    this.#targets = targets;
    const healthy = targets.filter((target) => target.healthy);
    this.#open = (healthy.length > 0 ? healthy : targets).map(({ address }) => address);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Where the packet of a flow goes, at a time in milliseconds; undefined: there is no target. */
  place(key: string, now: number): Placed | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined && this.#stays(known.target)) {
      known.last = now;
      return known;
    }
    const target = this.#open[hash(key) % this.#open.length];
    if (target === undefined) return undefined;
    const entry = { target, cookie: known?.cookie ?? this.#cookie++, last: now };
    this.#entries.set(key, entry);
    return entry;
  }

  forgetIdle(now: number): void {
    for (const [key, { last }] of this.#entries) if (now - last > IDLE_MS) this.#entries.delete(key);
  }

  #stays(address: string): boolean {
    return this.#open.includes(address) && this.#targets.some((target) => target.address === address);
  }
}
