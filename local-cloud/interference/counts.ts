/** How often each action was called, by account, and how it ended. */
import type { Call } from "../types.js";

export interface Count {
  calls: number;
  /** Answered with a throttling error by a bucket. */
  throttled: number;
  /** Answered with an injected error, or broken off. */
  faulted: number;
  /** Answered with any status of 400 and above, the two above included. */
  failed: number;
}

export type Outcome = "ok" | "failed" | "throttled" | "fault-before" | "fault-after" | "dropped";

export interface Recorded {
  /** Milliseconds since the epoch, on the local cloud's clock, when the call came. */
  readonly at: number;
  /** Milliseconds until it was answered. */
  ms: number;
  readonly service: string;
  readonly action: string;
  readonly account: string;
  readonly region: string;
  outcome: Outcome | "open";
  status: number;
  readonly params: Readonly<Record<string, string>>;
}

export interface CountsReport {
  readonly total: Count;
  /** Calls that create, with those that a bucket refused apart. */
  readonly creates: { readonly calls: number; readonly throttled: number };
  /** `service:Action` → count, over all accounts. */
  readonly actions: Readonly<Record<string, Count>>;
  /** Account → `service:Action` → count. */
  readonly accounts: Readonly<Record<string, Readonly<Record<string, Count>>>>;
  /** Only where the configuration asks for it. */
  readonly calls?: readonly Recorded[];
}

/** The list of calls ends here; counting goes on. */
const LONGEST_RECORD = 200_000;

const none = (): Count => ({ calls: 0, throttled: 0, faulted: 0, failed: 0 });

function add(to: Count, outcome: Outcome, status: number): void {
  to.calls++;
  if (outcome === "throttled") to.throttled++;
  if (outcome === "fault-before" || outcome === "fault-after" || outcome === "dropped") to.faulted++;
  if (status >= 400 || outcome === "dropped") to.failed++;
}

export class Counts {
  readonly #accounts = new Map<string, Map<string, Count>>();
  #calls: Recorded[] = [];

  reset(): void {
    this.#accounts.clear();
    this.#calls = [];
  }

  open(call: Call, at: number, record: boolean): Recorded {
    const { service, action, account, region } = call;
    // A copy only of what is kept: a body of user data in each entry would be much.
    const params = record ? withoutBulk(call.params) : {};
    const entry: Recorded = {
      at,
      ms: 0,
      service,
      action,
      account,
      region,
      outcome: "open",
      status: 0,
      params,
    };
    if (record && this.#calls.length < LONGEST_RECORD) this.#calls.push(entry);
    return entry;
  }

  close(entry: Recorded, outcome: Outcome, status: number, at: number): void {
    entry.outcome = outcome;
    entry.status = status;
    entry.ms = at - entry.at;
    const actions = this.#accounts.get(entry.account) ?? new Map<string, Count>();
    this.#accounts.set(entry.account, actions);
    const name = `${entry.service}:${entry.action}`;
    const count = actions.get(name) ?? none();
    actions.set(name, count);
    add(count, outcome, status);
  }

  report(record: boolean): CountsReport {
    const total = none();
    const actions: Record<string, Count> = {};
    const accounts: Record<string, Record<string, Count>> = {};
    let [calls, throttled] = [0, 0];
    for (const [account, counted] of this.#accounts) {
      accounts[account] = Object.fromEntries([...counted].map(([name, count]) => [name, { ...count }]));
      for (const [name, count] of counted) {
        sum((actions[name] ??= none()), count);
        sum(total, count);
        if (!/:(Create|Run|Allocate)/.test(name)) continue;
        calls += count.calls;
        throttled += count.throttled;
      }
    }
    const report = { total, creates: { calls, throttled }, actions, accounts };
    return record ? { ...report, calls: this.#calls.map((c) => ({ ...c })) } : report;
  }
}

function sum(to: Count, from: Count): void {
  to.calls += from.calls;
  to.throttled += from.throttled;
  to.faulted += from.faulted;
  to.failed += from.failed;
}

function withoutBulk(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value.length <= 256));
}
