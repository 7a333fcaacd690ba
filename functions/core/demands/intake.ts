/**
 * Where demands are taken in and answered. `record` writes down what is requested before anything is made, so that a run
 * that dies leaves a trace that a sweep goes on with; `settle` writes down what became of it.
 */
import { GUARDDUTY, type DemandFollowUp, type WithdrawalFollowUp } from "../events/follow-ups.js";
import type { Observation, Source } from "../model.js";
import { whoseReason } from "../outcomes.js";
import type { Policy } from "../sessions/policy.js";
import type { Report } from "../sessions/report.js";
import { select } from "../sessions/selection.js";
import type { ClaimsByInterface } from "../sessions/selection.js";
import type { Mode } from "../sessions/settings.js";
import type { Verdict } from "../sessions/verdict.js";
import {
  addClaim,
  openClaims,
  isOpen,
  newDemand,
  settle,
  withdraw,
  type Demand,
  type DemandLimits,
  type DemandResult,
} from "./demand.js";
import type { DemandStore } from "./ports.js";
import { writeDemand } from "./update.js";

export interface DemandRequest {
  readonly followUp: DemandFollowUp | WithdrawalFollowUp;
  /** When it was sent, milliseconds since the epoch. */
  readonly time: number;
}

/** One interface of a request, or the whole of it, that is not taken in. */
export interface RefusedRequest {
  readonly request: DemandRequest;
  readonly id: string;
  readonly reason: "not-yours" | "not-found" | "outside-vpcs" | "too-many";
}

export interface Intake {
  record(requests: readonly DemandRequest[], observation: Observation): Promise<ClaimsByInterface>;
  settle(report: Report): Promise<void>;
  readonly opened: number;
  readonly refusedRequests: readonly RefusedRequest[];
  /** Requests that are worth another try: not seen yet, or not mirrored yet. */
  readonly unsettled: ReadonlySet<DemandRequest>;
}

/** EC2 shows a new interface within seconds; one that it never shows is refused. */
const EARLY_MS = 60_000;
/** Refused and ended demands may be as many again as open ones, so that nobody fills the store with refusals. */
const MAX_KEPT_PER_OPEN = 2;

export interface IntakeOptions {
  readonly store: DemandStore;
  readonly policy: Policy;
  readonly limits: DemandLimits;
  readonly mode: Mode;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function openIntake({ store, policy, limits, mode, now }: IntakeOptions): Intake {
  const recorded = new Map<string, DemandRequest[]>();
  const unsettled = new Set<DemandRequest>();
  const refusedRequests: RefusedRequest[] = [];
  let opened = 0;

  const accept = async (id: string, request: DemandRequest): Promise<void> => {
    const { followUp, time } = request;
    const full = (await store.count()).open >= limits.maxOpen;
    const { before, after } = await writeDemand(store, id, (seen) => {
      if (followUp.kind === "withdrawal") return seen && withdraw(seen, followUp.by.name, time, now());
      if (seen === undefined && full) return undefined;
      const next = addClaim(
        seen ?? newDemand(id, now()),
        { ...followUp, by: followUp.by.name, time },
        limits,
      );
      if (next.claims.length === 0 || (seen === undefined && !isOpen(next, now()))) return seen;
      return next.status === "ended" && isOpen(next, now()) ? { ...next, status: "requested" } : next;
    });
    if (before === undefined && after === undefined && followUp.kind === "demand" && full) {
      refusedRequests.push({ request, id, reason: "too-many" });
    }
    if (before === undefined && after !== undefined) opened += 1;
    if (after !== undefined) recorded.set(id, [...(recorded.get(id) ?? []), request]);
  };

  const refuse = async (
    id: string,
    request: DemandRequest,
    reason: RefusedRequest["reason"],
  ): Promise<void> => {
    refusedRequests.push({ request, id, reason });
    const { by, kind } = request.followUp;
    // Nobody waits for an answer to these.
    if (!id.startsWith("eni-") || by === GUARDDUTY || kind === "withdrawal") return;
    if ((await store.count()).kept >= MAX_KEPT_PER_OPEN * limits.maxOpen) return;
    // There is no claim in it, so a sweep takes it away after a while.
    const refused: Demand = { ...newDemand(id, now()), status: "refused", reason, refusedRequester: by.name };
    await writeDemand(store, id, (seen) => (seen && isOpen(seen, now()) ? seen : refused));
  };

  const recordOne = async (request: DemandRequest, observation: Observation): Promise<void> => {
    const { about, by } = request.followUp;
    const sources = observation.sources.filter((source) => isAbout(request, source));
    for (const source of sources) {
      if (by.instanceId !== undefined && source.instance?.id !== by.instanceId) {
        await refuse(source.id, request, "not-yours");
      } else if (by !== GUARDDUTY || isSelectedByFinding(policy, source)) await accept(source.id, request);
    }
    for (const id of [...about.instanceIds, ...about.interfaceIds]) {
      if (sources.some((source) => source.id === id || source.instance?.id === id)) continue;
      if (!observation.unseen.includes(id)) await refuse(id, request, "outside-vpcs");
      else if (request.followUp.kind === "demand" && now() - request.time < EARLY_MS) unsettled.add(request);
      else await refuse(id, request, "not-found");
    }
  };

  return {
    async record(requests, observation) {
      // In the order in which they were sent, whatever the order in which they came.
      for (const request of [...requests].sort((a, b) => a.time - b.time))
        await recordOne(request, observation);
      const stored = recorded.size === 0 ? [] : await store.of([...recorded.keys()]);
      return new Map(stored.map(({ demand }) => [demand.interfaceId, openClaims(demand, now())]));
    },
    async settle(report) {
      for (const [id, requests] of recorded) {
        const result = demandResultOf(report.verdicts.get(id), stateOf(report, id), mode);
        if (result === undefined) continue;
        await writeDemand(store, id, (seen) => seen && settle(seen, result, now()));
        if (result.is === "pending") for (const request of requests) unsettled.add(request);
      }
    },
    get opened() {
      return opened;
    },
    refusedRequests,
    unsettled,
  };
}

function isAbout({ followUp: { about } }: DemandRequest, { id, instance }: Source): boolean {
  return (
    about.interfaceIds.includes(id) || (instance !== undefined && about.instanceIds.includes(instance.id))
  );
}

/** A finding opens a claim only where a rule waits for findings and no other rule mirrors the interface anyway. */
function isSelectedByFinding(policy: Policy, source: Source): boolean {
  const selection = select(policy, source, { byFinding: true, byRequest: false });
  return selection.selected && selection.rule.on === "guardduty";
}

/** What a verdict is to a requester; undefined when the run did not look at the interface. */
export function demandResultOf(
  verdict: Verdict | undefined,
  instanceState: string | undefined,
  mode: Mode,
): DemandResult | undefined {
  if (verdict === undefined || verdict.is === "mirrored") return verdict;
  const { reason } = verdict;
  // A reason from outside is an answer too: a requester that waited for it would wait for as long as it lasts.
  if (verdict.is === "unselected" || whoseReason(verdict.reason, instanceState) !== "open")
    return { is: "refused", reason };
  // Observing alone mirrors nothing, so there is nothing to wait for.
  return mode === "enforce" ? { is: "pending", reason } : { is: "refused", reason: mode };
}

function stateOf({ sources }: Report, id: string): string | undefined {
  return sources.find((source) => source.id === id)?.instance?.state;
}
