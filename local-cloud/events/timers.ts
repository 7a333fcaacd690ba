import type { Call } from "../types.js";
import type { Rule } from "./rules.js";
import { untilNext } from "./schedule.js";

type Where = Pick<Call, "account" | "region">;

interface Timed {
  readonly where: Where;
  readonly rule: Rule;
  timer?: NodeJS.Timeout;
}

/** Real timers for the schedule rules, which tests can pause, speed up and fire by hand. */
export class Timers {
  readonly #timed = new Map<string, Timed>();
  readonly #fire: (where: Where, rule: Rule) => Promise<void>;
  #paused = false;
  #scale = 1;

  constructor(fire: (where: Where, rule: Rule) => Promise<void>) {
    this.#fire = fire;
  }

  /** Takes the rules of an account's default bus as they are now. */
  set(where: Where, rules: readonly Rule[]): void {
    const prefix = `${where.account}/${where.region}/`;
    const wanted = new Map(
      rules
        .filter((rule) => rule.State.startsWith("ENABLED") && rule.ScheduleExpression)
        .map((rule) => [prefix + rule.Name, rule]),
    );
    for (const [key, timed] of this.#timed) {
      if (!key.startsWith(prefix)) continue;
      const rule = wanted.get(key);
      if (rule?.ScheduleExpression === timed.rule.ScheduleExpression) {
        this.#timed.set(key, { ...timed, rule: rule as Rule });
        this.#arm(key);
        wanted.delete(key);
      } else {
        clearTimeout(timed.timer);
        this.#timed.delete(key);
      }
    }
    for (const [key, rule] of wanted) {
      this.#timed.set(key, { where, rule });
      this.#arm(key);
    }
  }

  #arm(key: string): void {
    const timed = this.#timed.get(key);
    if (timed === undefined) return;
    clearTimeout(timed.timer);
    if (this.#paused) return;
    const wait = untilNext(timed.rule.ScheduleExpression ?? "", Date.now());
    if (wait === undefined) return;
    // a timer beyond 2^31 ms would fire at once
    timed.timer = setTimeout(
      () => {
        this.#arm(key);
        void this.#fire(timed.where, this.#timed.get(key)?.rule ?? timed.rule).catch(() => undefined);
      },
      Math.min(Math.max(wait * this.#scale, 50), 2_147_483_647),
    );
  }

  /** Fires a schedule now; false when there is none of this name. */
  async fire(name: string, account?: string): Promise<boolean> {
    const found = [...this.#timed.values()].filter(
      ({ rule, where }) => rule.Name === name && (account === undefined || where.account === account),
    );
    await Promise.all(found.map(({ where, rule }) => this.#fire(where, rule)));
    return found.length > 0;
  }

  configure(settings: { paused?: boolean; scale?: number }): { paused: boolean; scale: number } {
    this.#paused = settings.paused ?? this.#paused;
    this.#scale = settings.scale ?? this.#scale;
    for (const key of this.#timed.keys()) this.#arm(key);
    return { paused: this.#paused, scale: this.#scale };
  }

  list(): { account: string; region: string; name: string; expression: string }[] {
    return [...this.#timed.values()].map(({ where, rule }) => ({
      ...where,
      name: rule.Name,
      expression: rule.ScheduleExpression ?? "",
    }));
  }

  /** Ends every timer. Settings made by `configure` go back to what they were at the start. */
  reset(): void {
    for (const timed of this.#timed.values()) clearTimeout(timed.timer);
    this.#timed.clear();
    this.#paused = false;
    this.#scale = 1;
  }
}
