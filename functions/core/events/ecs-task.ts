/**
 * ECS Task State Change (Amazon ECS Developer Guide, "Amazon ECS task state change events"): a task in network mode
 * awsvpc names its interface in its attachments. Nothing that the event says of it is believed: a task that has
 * stopped calls its attachment DELETED while EC2 may still show the interface.
 */
import * as z from "zod/mini";
import { interfaceId, parsedEvent, type EventKind } from "./envelope.js";
import { itemsOf, untrustedList } from "./items.js";

const detail = z.object({
  lastStatus: z.string(),
  // Tasks in other network modes have none, and an interface that is still being made has no id.
  attachments: untrustedList,
});
const attachment = z.object({ type: z.string(), details: untrustedList });
const named = z.object({ name: z.string(), value: z.optional(z.unknown()) });

/** `eni` in events, `ElasticNetworkInterface` in the API's answers; both are taken. */
const interfaceTypes = new Set(["eni", "ElasticNetworkInterface"]);
/** States in which the interface may be newer than what EC2 shows. */
const young = new Set(["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);

export const ecsTask: EventKind = {
  source: "aws.ecs",
  detailType: "ECS Task State Change",
  parse(event) {
    const parsed = detail.safeParse(event.detail);
    if (!parsed.success) return "malformed";
    const { lastStatus, attachments } = parsed.data;
    const known = itemsOf(attachment, attachments);
    const details = itemsOf(
      named,
      known.valid.filter(({ type }) => interfaceTypes.has(type)).flatMap((each) => each.details),
    );
    const ids = itemsOf(
      interfaceId,
      details.valid.filter(({ name }) => name === "networkInterfaceId").map(({ value }) => value),
    );
    const odd = known.odd + details.odd + ids.odd;
    if (odd > 0 && ids.valid.length === 0) return "malformed";
    return parsedEvent({ interfaceIds: ids.valid }, { early: young.has(lastStatus), odd });
  },
};
