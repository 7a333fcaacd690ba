/**
 * Mirror Requested and Mirror Withdrawn, the product's own events on the controller's bus. An event does not say
 * who sent it, but IAM can say which source somebody may send: a condition on `events:source` binds a requester to
 * `traffic-mirror/<aws:userid>`, so that the source is a name that cannot be taken by others (EventBridge User
 * Guide, "Using IAM policy conditions in Amazon EventBridge"). The user id of a role that belongs to an instance
 * ends with the instance's id (IAM User Guide, "IAM policy elements: Variables and tags"): such a requester may ask
 * for that instance alone. Whoever may send the bare `traffic-mirror` is trusted to name any.
 */
import * as z from "zod/mini";
import { instanceId, interfaceId, parsedEvent, type Envelope, type EventKind } from "./envelope.js";
import { TRUSTED, type Requester } from "./follow-ups.js";
import { boundedText } from "./text.js";

/** AROAEXAMPLE:i-0123, AIDAEXAMPLE … */
const identified = /^traffic-mirror\/([A-Z0-9]{4,128}(?::[\w+=,.@-]{1,64})?)$/;
const ofInstance = /:(i-[0-9a-f]{8,17})$/;

interface Subject {
  readonly network_interface_id?: string | undefined;
  readonly instance_id?: string | undefined;
}

/** Either of the two and nothing else: a requester chooses neither filter nor target. */
const about = {
  network_interface_id: z.optional(interfaceId),
  instance_id: z.optional(instanceId),
};
const onlyOne = z.refine<unknown>(
  (given) => {
    const { network_interface_id: eni, instance_id: instance } = given as Subject;
    return (eni === undefined) !== (instance === undefined);
  },
  { error: "network_interface_id or instance_id is needed, and not both" },
);
const requested = z
  .object({
    ...about,
    expires_in_minutes: z.optional(z.int().check(z.positive())),
    reason: z.optional(boundedText(200)),
  })
  .check(onlyOne);
const withdrawn = z.object(about).check(onlyOne);

export const mirrorRequested: EventKind = {
  source: isRequester,
  detailType: "Mirror Requested",
  parse(event) {
    const parsed = requested.safeParse(event.detail);
    const by = requesterOf(event);
    if (!parsed.success || by === undefined) return "malformed";
    const { expires_in_minutes: minutes, reason: note } = parsed.data;
    const look = lookOf(parsed.data);
    return parsedEvent(look, {
      early: true,
      // Its time is its sender's.
      late: true,
      followUps: [
        {
          kind: "demand",
          about: look,
          by,
          ...(minutes !== undefined && { minutes }),
          ...(note !== undefined && { note }),
        },
      ],
    });
  },
};

export const mirrorWithdrawn: EventKind = {
  source: isRequester,
  detailType: "Mirror Withdrawn",
  parse(event) {
    const parsed = withdrawn.safeParse(event.detail);
    const by = requesterOf(event);
    if (!parsed.success || by === undefined) return "malformed";
    const look = lookOf(parsed.data);
    return parsedEvent(look, { late: true, followUps: [{ kind: "withdrawal", about: look, by }] });
  },
};

function isRequester(source: string): boolean {
  return source === TRUSTED.name || source.startsWith(`${TRUSTED.name}/`);
}

function requesterOf({ source }: Envelope): Requester | undefined {
  if (source === TRUSTED.name) return TRUSTED;
  const userId = identified.exec(source)?.[1];
  if (userId === undefined) return undefined;
  const own = ofInstance.exec(userId)?.[1];
  return { name: userId, ...(own !== undefined && { instanceId: own }) };
}

function lookOf({ network_interface_id: eni, instance_id: instance }: Subject) {
  return {
    instanceIds: instance === undefined ? [] : [instance],
    interfaceIds: eni === undefined ? [] : [eni],
  };
}
