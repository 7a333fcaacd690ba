/**
 * Tag Change on Resource (EventBridge User Guide, "Tag change events on AWS resources"), for instances. The tags in
 * the event are not believed: two changes may arrive in either order. Where EC2 shows others, it is asked again.
 */
import * as z from "zod/mini";
import { instanceId, parsedEvent, type EventKind } from "./envelope.js";
import { itemsOf, untrustedList } from "./items.js";

const detail = z.object({
  service: z.string(),
  "resource-type": z.string(),
  // They only say when to look again: odd ones are as good as none.
  "changed-tag-keys": z.catch(untrustedList, []),
  tags: z.catch(z.record(z.string(), z.string()), {}),
});

/** arn:partition:ec2:region:account:instance/id */
const arnOfInstance = /^arn:[a-z-]+:ec2:([a-z0-9-]+):(\d{12}):instance\/([^/]+)$/;

export const tagChange: EventKind = {
  source: "aws.tag",
  detailType: "Tag Change on Resource",
  parse({ detail: given, resources, account, region }) {
    const parsed = detail.safeParse(given);
    if (!parsed.success) return "malformed";
    // Every service's resources come under this detail-type.
    if (parsed.data.service !== "ec2" || parsed.data["resource-type"] !== "instance") return "unknown-kind";
    const arns = itemsOf(z.string(), resources)
      .valid.map((arn) => arnOfInstance.exec(arn))
      .filter((arn) => arn !== null);
    const here = ({ 1: ofRegion, 2: ofAccount }: RegExpExecArray) =>
      ofRegion === region && ofAccount === account;
    const ours = itemsOf(
      instanceId,
      arns.filter(here).map(([, , , id]) => id),
    );
    if (ours.valid.length === 0) return arns.some((arn) => !here(arn)) ? "foreign" : "malformed";
    const { "changed-tag-keys": keys, tags: now } = parsed.data;
    const tags = Object.fromEntries(
      itemsOf(z.string(), keys).valid.map((key) => [key, Object.hasOwn(now, key) ? now[key] : undefined]),
    );
    // An instance is older than a change of its tags.
    return parsedEvent(
      { instanceIds: ours.valid },
      { odd: resources.length - ours.valid.length, expected: { tags } },
    );
  },
};
