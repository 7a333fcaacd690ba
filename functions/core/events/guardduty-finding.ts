/**
 * GuardDuty Finding about an EC2 instance (Amazon GuardDuty User Guide, "Processing findings with EventBridge"). It
 * is a demand for the instance's interfaces, for as long as the controller's default says; each repetition of the
 * finding extends it. Whether a rule of the policy waits for it (`on = "guardduty"`) is decided later.
 */
import * as z from "zod/mini";
import { instanceId, interfaceId, parsedEvent, type EventKind } from "./envelope.js";
import { GUARDDUTY } from "./follow-ups.js";
import { boundedText } from "./text.js";

const detail = z.object({
  accountId: z.string(),
  region: z.string(),
  type: boundedText(128),
  resource: z.object({
    // Findings about other resources have none.
    instanceDetails: z.object({
      instanceId,
      networkInterfaces: z._default(z.array(z.object({ networkInterfaceId: interfaceId })), []),
    }),
  }),
});
const other = z.object({ resource: z.object({ instanceDetails: z.optional(z.null()) }) });

export const guarddutyFinding: EventKind = {
  source: "aws.guardduty",
  detailType: "GuardDuty Finding",
  parse({ detail: given, account, region }) {
    if (other.safeParse(given).success) return "unknown-kind";
    const parsed = detail.safeParse(given);
    if (!parsed.success) return "malformed";
    const { data } = parsed;
    // The administrator of an organization sees the findings of its members.
    if (data.accountId !== account || data.region !== region) return "foreign";
    const { instanceId: id, networkInterfaces } = data.resource.instanceDetails;
    const look = {
      instanceIds: [id],
      interfaceIds: networkInterfaces.map((each) => each.networkInterfaceId),
    };
    return parsedEvent(look, {
      late: true,
      followUps: [{ kind: "demand", about: look, by: GUARDDUTY, note: data.type }],
    });
  },
};
