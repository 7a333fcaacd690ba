/**
 * Where requests become claims, and claims get their answers. `record` writes down what is requested before anything is
 * made, so that a run that dies leaves a trace that a sweep goes on with; `settle` writes down what became of it.
 */
import { GUARDDUTY, type DemandFollowUp } from "../events/follow-ups.js";
import type { Observation } from "../model.js";
import type { Policy } from "../sessions/policy.js";
import type { Report } from "../sessions/report.js";
import type { ClaimsByInterface } from "../sessions/selection.js";
import type { Mode } from "../sessions/settings.js";
import { askedBy, type Asked, type DemandRequest } from "./asked.js";
import {
  isOpen,
  openClaims,
  refusal,
  request as requestClaim,
  settle,
  withdraw,
  type ClaimLimits,
} from "./claim.js";
import type { ClaimKey, ClaimStore, Pause } from "./ports.js";
import { isLimited } from "./quota.js";
import { demandResultOf } from "./result.js";
import { openUpdates } from "./update.js";

/** One interface of a request, or the whole of it, that is not taken in. */
export interface RefusedRequest {
  readonly request: DemandRequest;
  readonly id: string;
  readonly reason: string;
}

export interface Intake {
  record(requests: readonly DemandRequest[], observation: Observation): Promise<ClaimsByInterface>;
  settle(report: Report): Promise<void>;
  /** Tells requesters, where they named an interface, that these are refused without a look. */
  refuse(requests: readonly DemandRequest[], reason: string): Promise<void>;
  readonly opened: number;
  readonly refusedRequests: readonly RefusedRequest[];
  /**
   * To be tried again: not seen or not written yet; of those not mirrored yet, the one that opened the claim, or that found no
   * mirror where there was one. Sweeps try too.
   */
  readonly unsettled: ReadonlySet<DemandRequest>;
  /** Why single claims could not be written; the other claims were. */
  readonly failures: readonly unknown[];
}

/** An item of the store holds 400 KB; so many parties ask for one interface only by mistake. */
const MAX_REQUESTERS = 200;

export interface IntakeOptions {
  readonly store: ClaimStore;
  readonly policy: Policy;
  readonly limits: ClaimLimits;
  readonly mode: Mode;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly pause?: Pause;
}

export function openIntake({ store, policy, limits, mode, now, pause }: IntakeOptions): Intake {
  const recorded = new Map<string, { readonly key: ClaimKey; readonly requests: DemandRequest[] }>();
  const openers = new Set<DemandRequest>();
  const unsettled = new Set<DemandRequest>();
  const failures: unknown[] = [];
  const refusedRequests: RefusedRequest[] = [];
  const updates = openUpdates(store, now, pause);
  let opened = 0;

  const accept = async ({ key, request }: Asked): Promise<void> => {
    const { followUp, time: received } = request;
    const others = updates.copiesOn(key.interfaceId).filter(({ requester }) => requester !== key.requester);
    // Others cannot shut out a finding, the trusted requester or the interface's own instance, which are few.
    const isStranger = isLimited(key.requester) && followUp.by.instanceId === undefined;
    if (followUp.kind === "demand" && isStranger && others.length >= MAX_REQUESTERS) {
      await refuse({ key, request }, "too-many-requesters");
      return;
    }
    const { before, after, over } = await updates.change(key, (claim) =>
      followUp.kind === "withdrawal"
        ? withdraw(claim, { ...key, received }, now())
        : requestClaim(claim, { ...key, received, ...wordsOf(followUp) }, limits, now()),
    );
    if (over !== undefined) {
      await refuse({ key, request }, over);
      return;
    }
    if (followUp.kind === "demand") {
      // It has had its time, or was withdrawn before it came.
      if (after === undefined) await refuse({ key, request }, "expired");
      if (after === undefined || !isOpen(after, now())) return;
      if (before === undefined || !isOpen(before, now())) {
        opened += 1;
        openers.add(request);
      }
    }
    // Of nothing: it is kept for a request that comes after it, and is about nothing that may be mirrored.
    if (before === undefined && followUp.kind === "withdrawal") return;
    const seen = recorded.get(idOf(key)) ?? { key, requests: [] };
    seen.requests.push(request);
    recorded.set(idOf(key), seen);
  };

  const refuse = async ({ key, request }: Asked, reason: string): Promise<void> => {
    const { interfaceId: id, requester } = key;
    refusedRequests.push({ request, id, reason });
    // Nobody waits for an answer to these.
    if (requester === GUARDDUTY.name || request.followUp.kind === "withdrawal") return;
    // What is open stays open, whatever else was asked.
    await updates.change(key, (claim) =>
      claim !== undefined && isOpen(claim, now())
        ? claim
        : refusal(claim, { ...key, received: request.time }, reason, now()),
    );
  };

  const oneByOne = async (asked: readonly Asked[]): Promise<void> => {
    for (const each of asked) {
      await alone([each.request], () =>
        each.refused === undefined ? accept(each) : refuse(each, each.refused),
      );
    }
  };

  /**
   * What one party asks for one interface keeps its order. Claims that have a copy change no quota's count, so that their
   * writes do not stand in each other's way; those that open wait for each other.
   */
  const inOrder = async (asked: readonly Asked[]): Promise<void> => {
    await updates.read(asked.map(({ key }) => key));
    const counted = asked.filter(({ key }) => hasCopy(key));
    const keys = new Set(counted.map(({ key }) => idOf(key)));
    await Promise.all([...keys].map((id) => oneByOne(counted.filter(({ key }) => idOf(key) === id))));
    await oneByOne(asked.filter(({ key }) => !keys.has(idOf(key))));
  };
  const hasCopy = ({ requester: name, interfaceId }: ClaimKey) =>
    updates.copiesOn(interfaceId).some(({ requester }) => requester === name);

  /** A claim that cannot be written, or that others write all the time, holds up nobody else's. */
  const alone = async (requests: readonly DemandRequest[], write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      failures.push(error);
      for (const request of requests) unsettled.add(request);
    }
  };

  return {
    async record(requests, observation) {
      // In the order in which they were received, whatever the order in which they came.
      const asked = [...requests]
        .sort((a, b) => a.time - b.time)
        .map((request) => askedBy(request, observation, policy, now()));
      for (const { early } of asked) if (early !== undefined) unsettled.add(early);
      await inOrder(asked.flatMap(({ asked: each }) => each));
      const openOn = (id: string) => openClaims(updates.copiesOn(id), now(), updates.unread.has(id));
      return new Map([...recorded.values()].map(({ key: { interfaceId: id } }) => [id, openOn(id)]));
    },
    async settle(report) {
      for (const { key, requests } of recorded.values()) {
        const result = demandResultOf(
          report.verdicts.get(key.interfaceId),
          stateOf(report, key.interfaceId),
          mode,
        );
        if (result === undefined) continue;
        const isPending = result.is === "pending";
        await alone(requests, async () => {
          const { before } = await updates.change(key, (claim) => claim && settle(claim, result, now()));
          // A session that lists do not show yet is not gone: who has made an answer worse sees to it that it is put right.
          if (isPending && before?.status === "mirrored") requests.forEach((each) => unsettled.add(each));
        });
        if (!isPending) continue;
        for (const request of requests) {
          if (openers.has(request) || request.again === true) unsettled.add(request);
        }
      }
    },
    async refuse(requests, reason) {
      await inOrder(
        requests.flatMap((request) =>
          request.followUp.about.interfaceIds.map((interfaceId) => ({
            key: { requester: request.followUp.by.name, interfaceId },
            request,
            refused: reason,
          })),
        ),
      );
    },
    get opened() {
      return opened;
    },
    refusedRequests,
    unsettled,
    failures,
  };
}

function wordsOf({ minutes, note }: DemandFollowUp) {
  return { ...(minutes !== undefined && { minutes }), ...(note !== undefined && { note }) };
}

function idOf({ requester, interfaceId }: ClaimKey): string {
  return `${interfaceId} ${requester}`;
}

function stateOf({ sources }: Report, id: string): string | undefined {
  return sources.find((source) => source.id === id)?.instance?.state;
}
