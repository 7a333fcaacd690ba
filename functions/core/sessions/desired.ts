/** What a session of ours is to be, and what differs of the one that is there. */
import type { Session, Source, Tags } from "../model.js";
import { sessionTags } from "../tags.js";
import type { DesiredSession, SessionChanges } from "./decisions.js";
import { controllerOf, describeSession } from "./ownership.js";
import type { Rule } from "./policy.js";
import type { Selection } from "./selection.js";

const LARGEST_PACKET = 8500;

/** `others`: the sessions on the interface whose numbers cannot be had. `kept`: ours, where there is one. */
export function desiredSession(
  { controller, ownTags }: { readonly controller: string; readonly ownTags: Tags },
  source: Source,
  { rule, vpc }: Pick<Selection & { readonly selected: true }, "rule" | "vpc">,
  targetId: string,
  others: readonly Session[],
  kept?: Session,
): DesiredSession {
  return {
    interfaceId: source.id,
    targetId,
    filterId: rule.filter_id ?? vpc.filter_id,
    number: numberOf(rule, others, kept),
    ...optional("vni", rule.virtual_network_id ?? vpc.vni),
    ...optional("packetLength", wholeAsNull(rule.packet_length)),
    description: describeSession(controller, source.id, rule.name),
    tags: sessionTags(controller, rule.name, ownTags),
  };
}

export function changesOf(kept: Session, desired: DesiredSession): SessionChanges {
  const length = wholeAsNull(desired.packetLength);
  return {
    ...(kept.targetId !== desired.targetId && { targetId: desired.targetId }),
    ...(kept.filterId !== desired.filterId && { filterId: desired.filterId }),
    ...(kept.number !== desired.number && { number: desired.number }),
    ...(desired.vni !== undefined && kept.vni !== desired.vni && { vni: desired.vni }),
    ...(wholeAsNull(kept.packetLength) !== length && { packetLength: length }),
    ...(kept.description !== desired.description && { description: desired.description }),
  };
}

/**
 * Each packet goes to the lowest session whose filter takes it (Traffic Mirroring guide, "Sessions"). A session of ours
 * that moved below somebody else's would take that one's packets without a word, so it stays where it is, unless the rule
 * says `outrank` or a number, and below another controller of this product only for a number. It moves once: to the lowest number
 * that is free, below which it has nowhere to go.
 */
function numberOf(
  rule: Pick<Rule, "session_number" | "outrank">,
  others: readonly Session[],
  kept: Session | undefined,
): number {
  const lowest = firstFree(rule.session_number ?? 1, new Set(others.map(({ number }) => number)));
  if (
    kept === undefined ||
    rule.session_number !== null ||
    others.some(({ number }) => number === kept.number)
  )
    return lowest;
  const passed = others.filter(({ number }) => lowest < number && number < kept.number);
  const mayPass = (session: Session) => rule.outrank && controllerOf(session) === undefined;
  return passed.every(mayPass) ? lowest : kept.number;
}

/** The lowest number at or above `preferred` that no other session of the interface holds. */
export function firstFree(preferred: number, taken: ReadonlySet<number>): number {
  let number = preferred;
  while (taken.has(number)) number = number === 32_766 ? 1 : number + 1;
  return number;
}

/** 8500 is what AWS calls a whole packet where it fills the field itself (API reference, PacketLength). */
function wholeAsNull(length: number | null | undefined): number | null {
  return length === null || length === undefined || length >= LARGEST_PACKET ? null : length;
}

function optional<K extends string>(key: K, value: number | null): Partial<Record<K, number>> {
  return value === null ? {} : ({ [key]: value } as Record<K, number>);
}
