/** What a request comes to: a claim on each interface that it is about, or the reason why there is none. */
import {
  GUARDDUTY,
  type DemandFollowUp,
  type Requester,
  type WithdrawalFollowUp,
} from "../events/follow-ups.js";
import type { Observation, Source } from "../model.js";
import type { Policy } from "../sessions/policy.js";
import { select } from "../sessions/selection.js";
import type { ClaimKey } from "./ports.js";

export interface DemandRequest {
  readonly followUp: DemandFollowUp | WithdrawalFollowUp;
  /** When it was received, milliseconds since the epoch (core/demands/receipt.ts). */
  readonly time: number;
  /** Whether it came back: then nobody else goes on with it. */
  readonly again?: boolean;
}

export interface Asked {
  readonly key: ClaimKey;
  readonly request: DemandRequest;
  /** Why it is refused; undefined: it is taken in. */
  readonly refused?: string;
}

/** EC2 shows a new interface and its instance within seconds; what it never shows is refused. */
const EARLY_MS = 60_000;

/** `early`: the request, where EC2 may show what it names in a moment. */
export function askedBy(
  request: DemandRequest,
  observation: Observation,
  policy: Policy,
  now: number,
): { readonly asked: readonly Asked[]; readonly early?: DemandRequest } {
  const { about, by, kind } = request.followUp;
  const isYoung = kind === "demand" && now - request.time < EARLY_MS;
  const sources = observation.sources.filter((source) => isAbout(request, source));
  const unready = isYoung ? sources.filter((source) => isUnready(source, by)) : [];
  const seen = sources.flatMap((source): Asked[] => {
    const key = { requester: by.name, interfaceId: source.id };
    if (kind === "withdrawal") return [{ key, request }];
    if (unready.includes(source)) return [];
    if (by.instanceId !== undefined && source.instance?.id !== by.instanceId) {
      // Whose it is was never shown.
      const refused = source.attachment === "not-seen" ? "not-found" : "not-yours";
      return [{ key, request, refused }];
    }
    return by !== GUARDDUTY || isSelectedByFinding(policy, source) ? [{ key, request }] : [];
  });
  const isThere = (id: string) => sources.some((source) => source.id === id || source.instance?.id === id);
  const missing = [...about.instanceIds, ...about.interfaceIds].filter((id) => !isThere(id));
  const isEarly = (id: string) => isYoung && observation.unseen.includes(id);
  const unseen = missing.flatMap((id): Asked[] => {
    const key = { requester: by.name, interfaceId: id };
    // It can end its own claim alone, wherever the interface is now.
    if (kind === "withdrawal" && about.interfaceIds.includes(id)) return [{ key, request }];
    if (!observation.unseen.includes(id)) return [{ key, request, refused: "outside-vpcs" }];
    return isEarly(id) ? [] : [{ key, request, refused: "not-found" }];
  });
  const isEarlyRequest = unready.length > 0 || missing.some(isEarly);
  return { asked: [...seen, ...unseen], ...(isEarlyRequest && { early: request }) };
}

/**
 * Whether EC2 may show in a moment what decides: it lists a new interface before it shows it attached, and its instance
 * later still. Who may ask for anything is taken in without its instance, which the plan waits for.
 */
function isUnready({ attachment, requester, otherAccount }: Source, by: Requester): boolean {
  if (otherAccount === true || requester !== undefined) return false;
  if (attachment === "detached") return true;
  return attachment === "not-seen" && (by.instanceId !== undefined || by === GUARDDUTY);
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
