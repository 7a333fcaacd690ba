/**
 * The events that make the function `endpoints` look: subnets and their tags, endpoints and targets, and instances that
 * may be the first of their zone. As in the events of sessions, an event says where to look and never what to do;
 * what is malformed, unknown or foreign is dropped at once with the reason.
 */
import * as z from "zod/mini";
import { instanceId, readEnvelope } from "../events/envelope.js";
import { itemsOf, untrustedList } from "../events/items.js";
import type { DropReason, Envelope, AccountRegion, Unusable } from "../events/envelope.js";

/** Some instances, of which only the subnets matter; or everything. */
export type EndpointLook =
  { readonly everything: true } | { readonly everything: false; readonly instanceIds: readonly string[] };

/** `odd`: items of the event's lists that could not be read; the others count. */
export type ParsedEndpointEvent =
  | { readonly ok: true; readonly look: EndpointLook; readonly odd: number }
  | { readonly ok: false; readonly reason: DropReason };

interface Parsed {
  readonly look: EndpointLook;
  readonly odd: number;
}
type Parser = (event: Envelope) => EndpointLook | Parsed | Unusable;

const everything: EndpointLook = { everything: true };
const nothing: EndpointLook = { everything: false, instanceIds: [] };

/**
 * "AWS API Call via CloudTrail" of what changes where endpoints can or must be. All of them are a look at everything:
 * it is a handful of describes, and such calls are rare.
 */
const calls: ReadonlySet<string> = new Set([
  "CreateSubnet",
  "CreateDefaultSubnet",
  "DeleteSubnet",
  "CreateVpcEndpoint",
  "DeleteVpcEndpoints",
  "CreateTrafficMirrorTarget",
  "DeleteTrafficMirrorTarget",
]);

const call = z.object({
  eventSource: z.literal("ec2.amazonaws.com"),
  eventName: z.string(),
  /** There when the call failed, a dry run included. */
  errorCode: z.optional(z.unknown()),
});

const tagged = z.object({
  requestParameters: z.object({
    resourcesSet: z.object({ items: untrustedList }),
  }),
});

const ofInterest = (resourceId: string): boolean => /^(subnet|vpce|tmt)-/.test(resourceId);

const apiCall: Parser = ({ detail }) => {
  const parsed = call.safeParse(detail);
  if (!parsed.success) return "malformed";
  const { eventName, errorCode } = parsed.data;
  const tagging = eventName === "CreateTags" || eventName === "DeleteTags";
  if (!tagging && !calls.has(eventName)) return "unknown-kind";
  // What did not happen changed nothing, and its record is of no fixed form.
  if (errorCode !== undefined) return nothing;
  if (!tagging) return everything;
  const resources = tagged.safeParse(detail);
  if (!resources.success) return "malformed";
  const { valid, odd } = itemsOf(
    z.object({ resourceId: z.string() }),
    resources.data.requestParameters.resourcesSet.items,
  );
  if (valid.length === 0) return "malformed";
  return { look: valid.some(({ resourceId }) => ofInterest(resourceId)) ? everything : nothing, odd };
};

/** "Tag change events on AWS resources" (EventBridge User Guide); needs no trail. */
const tagChange: Parser = ({ resources }) => {
  const { valid, odd } = itemsOf(z.string(), resources);
  const ours = valid.some((arn) => /:(subnet|vpc-endpoint|traffic-mirror-target)\//.test(arn));
  return { look: ours ? everything : nothing, odd };
};

const stateChange = z.object({ "instance-id": instanceId, state: z.string() });

const instanceState: Parser = ({ detail }) => {
  const parsed = stateChange.safeParse(detail);
  if (!parsed.success) return "malformed";
  const { state, "instance-id": id } = parsed.data;
  // An instance that stops or ends leaves its zone needed for a while: the schedule is early enough.
  return state === "pending" || state === "running" ? { everything: false, instanceIds: [id] } : nothing;
};

const parsers: ReadonlyMap<string, Parser> = new Map([
  [keyOf("aws.ec2", "AWS API Call via CloudTrail"), apiCall],
  [keyOf("aws.tag", "Tag Change on Resource"), tagChange],
  [keyOf("aws.ec2", "EC2 Instance State-change Notification"), instanceState],
]);

/** `accountRegion`: where this function runs; an event of another account or region is foreign. */
export function parseEndpointEvent(body: string, accountRegion: AccountRegion): ParsedEndpointEvent {
  const event = readEnvelope(body, accountRegion);
  if (typeof event === "string") return { ok: false, reason: event };
  const parse = parsers.get(keyOf(event.source, event["detail-type"]));
  if (parse === undefined) return { ok: false, reason: "unknown-kind" };
  const parsed = parse(event);
  if (typeof parsed === "string") return { ok: false, reason: parsed };
  return { ok: true, odd: 0, ...("look" in parsed ? parsed : { look: parsed }) };
}

export function mergeEndpointLooks(looks: readonly EndpointLook[]): EndpointLook {
  if (looks.some((look) => look.everything)) return everything;
  const ids = looks.flatMap((look) => (look.everything ? [] : look.instanceIds));
  return { everything: false, instanceIds: [...new Set(ids)] };
}

function keyOf(source: string, detailType: string): string {
  return JSON.stringify([source, detailType]);
}
