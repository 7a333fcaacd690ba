/**
 * Calls that delete or change a mirror session or a mirror filter, as CloudTrail records them (CloudTrail User Guide, "CloudTrail
 * record contents"). The event rule's pattern leaves out controllers' own functions and whoever else may. There is
 * nothing to look at: the record names a session, which may be gone, and not its interface. So it asks for a sweep.
 */
import * as z from "zod/mini";
import { parsedEvent, type Unusable, type ParsedEvent } from "./envelope.js";
import type { FilterCall, TamperingFollowUp } from "./follow-ups.js";
import { boundedText } from "./text.js";

const sessionId = z.string().check(z.regex(/^tms-[0-9a-f]{8,17}$/));
const named = z.object({ TrafficMirrorSessionId: sessionId });

const caller = {
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
};

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
  ...caller,
});

/** Whatever form the parameters have: calls on filters name the filter, or a rule alone, whose filter the answer may name. */
const filterRecord = z.object({
  requestParameters: z.record(z.string(), z.unknown()),
  responseElements: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  ...caller,
});
const filterId = z.string().check(z.regex(/^tmf-[0-9a-f]{8,17}$/));
const ruleId = z.string().check(z.regex(/^tmfr-[0-9a-f]{8,17}$/));
const answered = z.object({ trafficMirrorFilterRule: z.object({ trafficMirrorFilterId: filterId }) });

/**
 * Roles of any controller's functions, as modules/lambda-function names them. Each may touch sessions with its own tag
 * alone, and of a session that is gone nobody can tell whose it was; so what another controller of the account does is
 * no tampering, and the pattern in modules/mirror-controller/event-rules.tf says the same.
 */
const OF_A_CONTROLLER = /:role\/[^/]+-(?:reconcile|sweep)-([a-z0-9-]+)$/;

export function isOfAController(roleArn: string, region: string): boolean {
  return OF_A_CONTROLLER.exec(roleArn)?.[1] === region;
}

type Caller = Pick<z.infer<typeof record>, keyof typeof caller>;

/** undefined: one of our functions. */
function callerOf(
  detail: Caller,
  region: string,
): Pick<TamperingFollowUp, "who" | "from" | "record"> | undefined {
  if (isByController(detail, region)) return undefined;
  const { userIdentity, sourceIPAddress = "", eventID = "" } = detail;
  const who = userIdentity.arn ?? userIdentity.invokedBy ?? userIdentity.type ?? "unknown";
  return { who, from: sourceIPAddress, record: eventID };
}

const issued = z.object({
  userIdentity: z.object({ sessionContext: z.object({ sessionIssuer: z.object({ arn: z.string() }) }) }),
});

/** Whether a function of a controller made the call that this record is about. */
export function isByController(detail: unknown, region: string): boolean {
  const parsed = issued.safeParse(detail);
  return parsed.success && isOfAController(parsed.data.userIdentity.sessionContext.sessionIssuer.arn, region);
}

type Reader = (detail: unknown, region: string) => ParsedEvent | Unusable;

export function tampered(call: TamperingFollowUp["call"]): Reader {
  return (detail, region) => {
    const parsed = record.safeParse(detail);
    if (!parsed.success) return "malformed";
    const by = callerOf(parsed.data, region);
    if (by === undefined) return parsedEvent({}, { late: true });
    const session = { sessionId: parsed.data.requestParameters };
    return parsedEvent({}, { late: true, followUps: [{ kind: "tampering", call, ...session, ...by }] });
  };
}

export function filterChanged(call: FilterCall): Reader {
  return (detail, region) => {
    const parsed = filterRecord.safeParse(detail);
    if (!parsed.success) return "malformed";
    const by = callerOf(parsed.data, region);
    if (by === undefined) return parsedEvent({}, { late: true });
    const { requestParameters } = parsed.data;
    const request = (requestParameters[`${call}Request`] ?? requestParameters) as Record<string, unknown>;
    const { responseElements } = parsed.data;
    const answer = answered.safeParse(responseElements?.[`${call}Response`] ?? responseElements);
    const filter = filterId.safeParse(
      request["TrafficMirrorFilterId"] ??
        request["trafficMirrorFilterId"] ??
        answer.data?.trafficMirrorFilterRule.trafficMirrorFilterId,
    );
    const rule = ruleId.safeParse(
      request["TrafficMirrorFilterRuleId"] ?? request["trafficMirrorFilterRuleId"],
    );
    const about = {
      ...(filter.success && { filterId: filter.data }),
      ...(rule.success && { ruleId: rule.data }),
    };
    return parsedEvent({}, { late: true, followUps: [{ kind: "filter", call, ...about, ...by }] });
  };
}
