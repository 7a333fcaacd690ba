/**
 * Where demands are taken in and answered. `note` writes down what is asked before anything is made, so that a run
 * that dies leaves a trace that a sweep goes on with; `answer` writes down what became of it.
 */
import {
  ask,
  askedBy,
  isOpen,
  newDemand,
  settle,
  takeBack,
  type Demand,
  type DemandLimits,
  type Finding,
} from "./demand.js";
import { GUARDDUTY, type DemandDuty, type WithdrawalDuty } from "../events/follow-ups.js";
import type { Observation, Source } from "../model.js";
import { select } from "../sessions/selection.js";
import type { Policy } from "../sessions/policy.js";
import { writeDemand } from "./update.js";
import type { Demanded } from "../sessions/reconcile.js";
import type { Report, Verdict } from "../sessions/report.js";
import type { Mode } from "../sessions/settings.js";
import type { DemandStore } from "./ports.js";

export interface Order {
  readonly duty: DemandDuty | WithdrawalDuty;
  /** When it was asked, milliseconds since the epoch. */
  readonly time: number;
}

/** One interface of an order, or the whole of it, that is not taken in. */
export interface TurnedDown {
  readonly order: Order;
  readonly id: string;
  readonly reason: "not-yours" | "not-found" | "outside-vpcs" | "too-many";
}

export interface Desk {
  note(orders: readonly Order[], observation: Observation): Promise<Demanded>;
  answer(report: Report): Promise<void>;
  readonly opened: number;
  readonly turnedDown: readonly TurnedDown[];
  /** Orders that are worth another try: not seen yet, or not mirrored yet. */
  readonly unsettled: ReadonlySet<Order>;
}

/** EC2 shows a new interface within seconds; one that it never shows is turned down. */
const EARLY_MS = 60_000;
/** Refused and ended demands may be as many again as open ones, so that nobody fills the store with refusals. */
const MOST_KEPT = 2;

export function openDesk(
  store: DemandStore,
  policy: Policy,
  limits: DemandLimits,
  mode: Mode,
  now: () => number,
): Desk {
  const noted = new Map<string, Order[]>();
  const unsettled = new Set<Order>();
  const turnedDown: TurnedDown[] = [];
  let opened = 0;

  const take = async (id: string, order: Order): Promise<void> => {
    const { duty, time } = order;
    const full = (await store.count()).open >= limits.most;
    const { before, after } = await writeDemand(store, id, (seen) => {
      if (duty.kind === "withdrawal") return seen && takeBack(seen, duty.by.name, time, now());
      if (seen === undefined && full) return undefined;
      const next = ask(seen ?? newDemand(id, now()), { ...duty, by: duty.by.name, time }, limits);
      if (next.claims.length === 0 || (seen === undefined && !isOpen(next, now()))) return seen;
      return next.status === "ended" && isOpen(next, now()) ? { ...next, status: "requested" } : next;
    });
    if (before === undefined && after === undefined && duty.kind === "demand" && full) {
      turnedDown.push({ order, id, reason: "too-many" });
    }
    if (before === undefined && after !== undefined) opened += 1;
    if (after !== undefined) noted.set(id, [...(noted.get(id) ?? []), order]);
  };

  const refuse = async (id: string, order: Order, reason: TurnedDown["reason"]): Promise<void> => {
    turnedDown.push({ order, id, reason });
    const { by, kind } = order.duty;
    // Nobody waits for an answer to these.
    if (!id.startsWith("eni-") || by === GUARDDUTY || kind === "withdrawal") return;
    if ((await store.count()).kept >= MOST_KEPT * limits.most) return;
    // There is no claim in it, so a sweep takes it away after a while.
    const refused: Demand = { ...newDemand(id, now()), status: "refused", reason, turnedDown: by.name };
    await writeDemand(store, id, (seen) => (seen && isOpen(seen, now()) ? seen : refused));
  };

  const sort = async (order: Order, observation: Observation): Promise<void> => {
    const { about, by } = order.duty;
    const sources = observation.sources.filter((source) => isAbout(order, source));
    for (const source of sources) {
      if (by.instanceId !== undefined && source.instance?.id !== by.instanceId) {
        await refuse(source.id, order, "not-yours");
      } else if (by !== GUARDDUTY || isWantedByFinding(policy, source)) await take(source.id, order);
    }
    for (const id of [...about.instanceIds, ...about.interfaceIds]) {
      if (sources.some((source) => source.id === id || source.instance?.id === id)) continue;
      if (!observation.unseen.includes(id)) await refuse(id, order, "outside-vpcs");
      else if (order.duty.kind === "demand" && now() - order.time < EARLY_MS) unsettled.add(order);
      else await refuse(id, order, "not-found");
    }
  };

  return {
    async note(orders, observation) {
      // In the order in which they were asked, whatever the order in which they came.
      for (const order of [...orders].sort((a, b) => a.time - b.time)) await sort(order, observation);
      const stored = noted.size === 0 ? [] : await store.of([...noted.keys()]);
      return new Map(stored.map(({ demand }) => [demand.interfaceId, askedBy(demand, now())]));
    },
    async answer(report) {
      for (const [id, orders] of noted) {
        const finding = findingOf(report.verdicts.get(id), stateOf(report, id), mode);
        if (finding === undefined) continue;
        await writeDemand(store, id, (seen) => seen && settle(seen, finding, now()));
        if (finding.is === "pending") for (const order of orders) unsettled.add(order);
      }
    },
    get opened() {
      return opened;
    },
    turnedDown,
    unsettled,
  };
}

function isAbout({ duty: { about } }: Order, { id, instance }: Source): boolean {
  return (
    about.interfaceIds.includes(id) || (instance !== undefined && about.instanceIds.includes(instance.id))
  );
}

/** A finding asks only where an entry waits for findings and no other mirrors the interface anyway. */
function isWantedByFinding(policy: Policy, source: Source): boolean {
  const selection = select(policy, source, { byFinding: true, byRequest: false });
  return selection.selected && selection.entry.on === "guardduty";
}

/** What a verdict is to somebody who asked; undefined when the run did not look at the interface. */
export function findingOf(
  verdict: Verdict | undefined,
  instanceState: string | undefined,
  mode: Mode,
): Finding | undefined {
  if (verdict === undefined || verdict.is === "mirrored") return verdict;
  const { reason } = verdict;
  // What AWS refuses of an instance that is still pending it may take a moment later.
  const early = reason === "aws-refused" && instanceState === "pending";
  if (reason !== "pending" && !early) return { is: "refused", reason };
  // Observing alone mirrors nothing, so there is nothing to wait for.
  return mode === "enforce" ? { is: "pending", reason } : { is: "refused", reason: mode };
}

function stateOf({ sources }: Report, id: string): string | undefined {
  return sources.find((source) => source.id === id)?.instance?.state;
}
