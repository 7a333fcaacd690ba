/** What every EventBridge event looks like, and what a parser makes of one. Events are untrusted input. */
import * as z from "zod/mini";
import type { Look } from "../model.js";
import type { Expected } from "./behind.js";
import type { FollowUp } from "./follow-ups.js";
import { untrustedList } from "./items.js";

/** EventBridge event reference, "Events metadata". Unknown fields are passed over. */
const envelope = z.object({
  /** Of the event, by EventBridge: a copy of it has the same. */
  id: z._default(z.string().check(z.maxLength(128)), ""),
  source: z.string(),
  "detail-type": z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.minLength(1)),
  time: z.iso.datetime(),
  /** ARNs; only few kinds of events say anything here. */
  resources: untrustedList,
  detail: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof envelope>;

/** Where a function runs. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
}

/** Why an event is of no use. */
export const dropReasons = ["not-json", "not-an-event", "unknown-kind", "malformed", "foreign"] as const;
export type DropReason = (typeof dropReasons)[number];

/** A message's body as an event, or why it is none of ours: one of another account or region is foreign. */
export function readEnvelope(body: string, accountRegion: AccountRegion): Envelope | DropReason {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return "not-json";
  }
  const event = envelope.safeParse(json);
  if (!event.success) return "not-an-event";
  const { account, region } = event.data;
  return account === accountRegion.account && region === accountRegion.region ? event.data : "foreign";
}

export const instanceId = z.string().check(z.regex(/^i-[0-9a-f]{8,17}$/));
export const interfaceId = z.string().check(z.regex(/^eni-[0-9a-f]{8,17}$/));

/**
 * Where to look because of an event, and what must follow besides.
 * `early`: the event may be ahead of what EC2 shows, so something unseen is worth another try.
 * `expected`: likewise, an instance of the look that EC2 shows otherwise is worth another try.
 * `late`: such events come minutes after what they report, so their age says nothing about us.
 * `left`: ids that were too many for one event; the next sweep looks at them, as at everything.
 * `odd`: items of the event's lists that could not be read; the others count.
 * `sweep`: what has happened, where the event cannot say to which interface; a sweep is asked for, which looks at all.
 */
export interface ParsedEvent {
  readonly look: Look;
  readonly early: boolean;
  readonly expected?: Expected;
  readonly late: boolean;
  readonly left: number;
  readonly odd: number;
  readonly sweep?: SweepReason;
  readonly followUps: readonly FollowUp[];
}

export type SweepReason = "detached" | "tagged";

/** Why an event with a known source and detail-type is of no use all the same. */
export type Unusable = "unknown-kind" | "malformed" | "foreign";

/** One kind of event: one file, with its schema and real examples under test/fixtures/events. */
export interface EventKind {
  /** Whether events with this source and detail-type are of this kind. */
  readonly source: string | ((source: string) => boolean);
  readonly detailType: string;
  /**
   * "unknown-kind": one of the many things that come under this detail-type, and none that is read here.
   * "malformed": not of the form that AWS documents.
   * "foreign": about another account or region.
   */
  parse(event: Envelope): ParsedEvent | Unusable;
}

/** Ids of each sort that one event may bring into a look: as many as a describe takes in one filter. */
export const IDS_PER_EVENT = 200;

interface Ids {
  readonly instanceIds?: readonly string[];
  readonly interfaceIds?: readonly string[];
}

interface More {
  readonly early?: boolean;
  readonly expected?: Expected;
  readonly late?: boolean;
  readonly odd?: number;
  readonly sweep?: SweepReason;
  readonly followUps?: readonly FollowUp[];
}

/** The ids must have been validated. Naming one twice, or none, is no mistake. */
export function parsedEvent(
  ids: Ids,
  { early = false, expected, late = false, odd = 0, sweep, followUps = [] }: More = {},
): ParsedEvent {
  const instanceIds = [...new Set(ids.instanceIds)];
  const interfaceIds = [...new Set(ids.interfaceIds)];
  const over = (all: readonly string[]) => Math.max(0, all.length - IDS_PER_EVENT);
  return {
    look: {
      instanceIds: instanceIds.slice(0, IDS_PER_EVENT),
      interfaceIds: interfaceIds.slice(0, IDS_PER_EVENT),
    },
    early,
    ...(expected && { expected }),
    late,
    left: over(instanceIds) + over(interfaceIds),
    odd,
    ...(sweep !== undefined && { sweep }),
    followUps,
  };
}
