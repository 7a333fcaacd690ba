/**
 * AWS API Call via CloudTrail, for calls of EC2 that change what is to be mirrored and that no event of EC2's own
 * reports (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; CloudTrail User Guide,
 * "CloudTrail record contents"). They come only where a trail logs management events, seconds to minutes late.
 */
import * as z from "zod/mini";
import {
  instanceId,
  interfaceId,
  parsedEvent,
  type EventKind,
  type Unusable,
  type ParsedEvent,
} from "./envelope.js";
import { itemsOf, untrustedList } from "./items.js";
import { filterChanged, isByController, tampered } from "./tampering.js";

const head = z.object({
  eventSource: z.literal("ec2.amazonaws.com"),
  eventName: z.string(),
  /** There when the call failed, a dry run included. */
  errorCode: z.optional(z.unknown()),
});

/** Records of a trail come seconds to minutes after the call. */
const late = { late: true };

type Reader = (detail: unknown, region: string) => ParsedEvent | Unusable;

function reader<T>(schema: z.ZodMiniType<T>, look: (detail: T) => ParsedEvent | Unusable): Reader {
  return (detail) => {
    const parsed = schema.safeParse(detail);
    return parsed.success ? look(parsed.data) : "malformed";
  };
}

const attached = reader(
  z.object({ requestParameters: z.object({ networkInterfaceId: interfaceId, instanceId }) }),
  ({ requestParameters: { networkInterfaceId, instanceId: to } }) =>
    parsedEvent({ instanceIds: [to], interfaceIds: [networkInterfaceId] }, { ...late, early: true }),
);

const created = reader(
  z.object({
    responseElements: z.object({ networkInterface: z.object({ networkInterfaceId: interfaceId }) }),
  }),
  ({ responseElements }) =>
    parsedEvent(
      { interfaceIds: [responseElements.networkInterface.networkInterfaceId] },
      { ...late, early: true },
    ),
);

// One call may tag a thousand resources of any kind. Rules match tags of instances, which are older than the call; whose a
// session is and where a target leads hang on tags too, and a sweep looks at those.
const resources = z.object({
  requestParameters: z.object({ resourcesSet: z.object({ items: untrustedList }) }),
});
const watched = z.string().check(z.regex(/^(tms|tmt|tmf|vpce)-[0-9a-f]{8,17}$/));

const tagged: Reader = (detail, region) => {
  const parsed = resources.safeParse(detail);
  if (!parsed.success) return "malformed";
  const { items } = parsed.data.requestParameters.resourcesSet;
  const { valid, odd } = itemsOf(z.object({ resourceId: z.string() }), items);
  if (valid.length === 0) return "malformed";
  const ids = valid.map(({ resourceId }) => resourceId);
  const concerns = ids.some((id) => watched.safeParse(id).success) && !isByController(detail, region);
  return parsedEvent(
    { instanceIds: ids.filter((id) => instanceId.safeParse(id).success) },
    { ...late, odd, ...(concerns && { sweep: "tagged" }) },
  );
};

const modified = reader(z.object({ requestParameters: z.object({ instanceId }) }), ({ requestParameters }) =>
  parsedEvent({ instanceIds: [requestParameters.instanceId] }, late),
);

// The record names the attachment alone, which is no more by then: a sweep finds what it was of.
const attachmentId = z.string().check(z.regex(/^eni-attach-[0-9a-f]{8,17}$/));
const detached = reader(z.object({ requestParameters: z.object({ attachmentId }) }), () =>
  parsedEvent({}, { ...late, sweep: "detached" }),
);

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["AttachNetworkInterface", attached],
  ["DetachNetworkInterface", detached],
  ["CreateNetworkInterface", created],
  ["CreateTags", tagged],
  ["DeleteTags", tagged],
  ["ModifyInstanceAttribute", modified],
  ["DeleteTrafficMirrorSession", tampered("DeleteTrafficMirrorSession")],
  ["ModifyTrafficMirrorSession", tampered("ModifyTrafficMirrorSession")],
  ...(
    [
      "CreateTrafficMirrorFilterRule",
      "DeleteTrafficMirrorFilterRule",
      "ModifyTrafficMirrorFilterRule",
      "ModifyTrafficMirrorFilterNetworkServices",
      "DeleteTrafficMirrorFilter",
    ] as const
  ).map((call): [string, Reader] => [call, filterChanged(call)]),
]);

export const apiCall: EventKind = {
  source: "aws.ec2",
  detailType: "AWS API Call via CloudTrail",
  parse({ detail, region }) {
    const parsed = head.safeParse(detail);
    if (!parsed.success) return "malformed";
    const read = readers.get(parsed.data.eventName);
    if (read === undefined) return "unknown-kind";
    // What did not happen changed nothing, and its record is of no fixed form.
    if (parsed.data.errorCode !== undefined) return parsedEvent({}, late);
    return read(detail, region);
  },
};
