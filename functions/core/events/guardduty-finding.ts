/**
 * GuardDuty Finding about EC2 instances (Amazon GuardDuty User Guide, "Processing findings with EventBridge"). It is a
 * demand for the interfaces of each, for as long as the controller's default says; each repetition of the finding
 * extends it. Whether a rule of the policy waits for it (`on = "guardduty"`) is decided later.
 *
 * An attack sequence joins what happened to several resources (GuardDuty API reference, "Sequence", "ResourceV2"): it
 * has no `instanceDetails`, and names its instances and interfaces one by one.
 */
import * as z from "zod/mini";
import { instanceId, interfaceId, parsedEvent, type EventKind } from "./envelope.js";
import { GUARDDUTY } from "./follow-ups.js";
import { itemsOf, untrustedList, type Items } from "./items.js";
import { boundedText } from "./text.js";

const head = z.object({
  accountId: z.string(),
  region: z.string(),
  type: boundedText(128),
  resource: z.object({ resourceType: z.optional(z.string()) }),
});

const aboutInstance = z.object({
  resource: z.object({
    instanceDetails: z.object({ instanceId: z.unknown(), networkInterfaces: untrustedList }),
  }),
});
/** Findings about other resources have none. */
const aboutOther = z.object({ resource: z.object({ instanceDetails: z.optional(z.null()) }) });
const itsInterface = z.object({ networkInterfaceId: interfaceId });

const sequence = z.object({
  service: z.object({ detection: z.object({ sequence: z.object({ resources: untrustedList }) }) }),
});
const part = z.object({
  uid: z.optional(z.unknown()),
  name: z.optional(z.unknown()),
  accountId: z.nullish(z.string()),
  region: z.nullish(z.string()),
  data: z.nullish(
    z.object({
      ec2Instance: z.nullish(z.record(z.string(), z.unknown())),
      ec2NetworkInterface: z.nullish(z.record(z.string(), z.unknown())),
    }),
  ),
});
type Part = z.infer<typeof part>;

interface Found {
  readonly instances: Items<string>;
  readonly interfaces: Items<string>;
  /** Items of the finding that are of no known form. */
  readonly odd: number;
}

export const guarddutyFinding: EventKind = {
  source: "aws.guardduty",
  detailType: "GuardDuty Finding",
  parse({ detail, account, region }) {
    const parsed = head.safeParse(detail);
    const isSequence = parsed.success && parsed.data.resource.resourceType === "AttackSequence";
    if (!isSequence && aboutOther.safeParse(detail).success) return "unknown-kind";
    if (!parsed.success) return "malformed";
    const { data } = parsed;
    // The administrator of an organization sees the findings of its members.
    if (data.accountId !== account || data.region !== region) return "foreign";
    const found = isSequence ? ofSequence(detail, { account, region }) : ofInstance(detail);
    if (found === undefined) return "malformed";
    const odd = found.odd + found.instances.odd + found.interfaces.odd;
    const named = found.instances.valid.length + found.interfaces.valid.length;
    if (named === 0) return odd > 0 ? "malformed" : parsedEvent({}, { late: true });
    const ids = { instanceIds: found.instances.valid, interfaceIds: found.interfaces.valid };
    // As many as a look takes: what is left of a finding is asked for when GuardDuty repeats it.
    const { look: about } = parsedEvent(ids);
    return parsedEvent(ids, {
      late: true,
      odd,
      followUps: [{ kind: "demand", about, by: GUARDDUTY, note: data.type }],
    });
  },
};

function ofInstance(detail: unknown): Found | undefined {
  const parsed = aboutInstance.safeParse(detail);
  if (!parsed.success) return undefined;
  const { instanceId: id, networkInterfaces } = parsed.data.resource.instanceDetails;
  const { valid, odd } = itemsOf(itsInterface, networkInterfaces);
  return {
    instances: itemsOf(instanceId, [id]),
    interfaces: { valid: valid.map((each) => each.networkInterfaceId), odd },
    odd: 0,
  };
}

function ofSequence(detail: unknown, here: { account: string; region: string }): Found | undefined {
  const parsed = sequence.safeParse(detail);
  if (!parsed.success) return undefined;
  const { valid, odd } = itemsOf(part, parsed.data.service.detection.sequence.resources);
  const ours = valid.filter(
    ({ accountId, region }) =>
      (accountId ?? here.account) === here.account && (region ?? here.region) === here.region,
  );
  const instances = ours.filter(({ data }) => data?.ec2Instance);
  const interfaces = ours.filter(({ data }) => data?.ec2NetworkInterface);
  return {
    instances: itemsOf(
      instanceId,
      instances.map((each) => idOf(each, each.data?.ec2Instance?.["instanceId"], "i-")),
    ),
    interfaces: itemsOf(
      interfaceId,
      interfaces.map((each) => idOf(each, each.data?.ec2NetworkInterface?.["networkInterfaceId"], "eni-")),
    ),
    odd,
  };
}

/** A resource is named by its id or by its ARN, in `uid` or `name`; GuardDuty's reference leaves open which (?). */
function idOf({ uid, name }: Part, own: unknown, prefix: string): string | undefined {
  return [own, uid, name]
    .flatMap((each) => (typeof each === "string" ? (each.split("/").at(-1) ?? []) : []))
    .find((each) => each.startsWith(prefix));
}
