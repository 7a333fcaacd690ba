/**
 * Calls that delete or change a mirror session, as CloudTrail records them (CloudTrail User Guide, "CloudTrail
 * record contents"). The event rule's pattern leaves out controllers' own functions and whoever else may. There is
 * nothing to look at: the record names a session, which may be gone, and not its interface. So it asks for a sweep.
 */
import * as z from "zod/mini";
import { parsedEvent, type Unusable, type ParsedEvent } from "./envelope.js";
import type { TamperingFollowUp } from "./follow-ups.js";
import { boundedText } from "./text.js";

const sessionId = z.string().check(z.regex(/^tms-[0-9a-f]{8,17}$/));
const named = z.object({ TrafficMirrorSessionId: sessionId });

const record = z.object({
  // EC2 wraps the parameters of its newer calls into an object named after the call; both are taken.
  requestParameters: z.union([
    z.pipe(
      z.object({ DeleteTrafficMirrorSessionRequest: named }),
      z.transform(({ DeleteTrafficMirrorSessionRequest: request }) => request.TrafficMirrorSessionId),
    ),
    z.pipe(
      z.object({ ModifyTrafficMirrorSessionRequest: named }),
      z.transform(({ ModifyTrafficMirrorSessionRequest: request }) => request.TrafficMirrorSessionId),
    ),
    z.pipe(
      z.object({ trafficMirrorSessionId: sessionId }),
      z.transform(({ trafficMirrorSessionId: id }) => id),
    ),
  ]),
  userIdentity: z.object({
    type: z.optional(boundedText(64)),
    arn: z.optional(boundedText(512)),
    sessionContext: z.optional(
      z.object({ sessionIssuer: z.optional(z.object({ arn: z.optional(z.string()) })) }),
    ),
    /** Instead of an ARN, where a service of AWS called. */
    invokedBy: z.optional(boundedText(256)),
  }),
  sourceIPAddress: z.optional(boundedText(256)),
  eventID: z.optional(boundedText(64)),
});

/**
 * Roles of any controller's functions, as modules/lambda-function names them. Each may touch sessions with its own tag
 * alone, and of a session that is gone nobody can tell whose it was; so what another controller of the account does is
 * no tampering, and the pattern in modules/mirror-controller/event-rules.tf says the same.
 */
const OF_A_CONTROLLER = /:role\/[^/]+-(?:reconcile|requests|sweep)-([a-z0-9-]+)$/;

export function isOfAController(roleArn: string, region: string): boolean {
  return OF_A_CONTROLLER.exec(roleArn)?.[1] === region;
}

export function tampered(
  call: TamperingFollowUp["call"],
): (detail: unknown, region: string) => ParsedEvent | Unusable {
  return (detail, region) => {
    const parsed = record.safeParse(detail);
    if (!parsed.success) return "malformed";
    const { requestParameters, userIdentity, sourceIPAddress, eventID } = parsed.data;
    const role = userIdentity.sessionContext?.sessionIssuer?.arn ?? "";
    if (isOfAController(role, region)) return parsedEvent({}, { late: true });
    const who = userIdentity.arn ?? userIdentity.invokedBy ?? userIdentity.type ?? "unknown";
    const followUp: TamperingFollowUp = {
      kind: "tampering",
      call,
      sessionId: requestParameters,
      who,
      from: sourceIPAddress ?? "",
      record: eventID ?? "",
    };
    return parsedEvent({}, { late: true, followUps: [followUp] });
  };
}
