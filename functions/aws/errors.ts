/**
 * What AWS said, in the classes of core/outcomes.ts: the codes of calls about sessions, and those that any call may
 * answer with. What only one other kind of call answers with is beside it: endpoints/errors.ts, sessions/registered.ts,
 * sessions/sweep-state-parameter.ts, demand-table.ts, lifecycle-hooks.ts.
 *
 * Sources: Amazon EC2 API reference, "Error codes for the Amazon EC2 API"; codes seen in public code where the
 * reference is silent. Codes marked (?) were never seen on a live account.
 */
import type { Outcome } from "../core/outcomes.js";

type Failure = Exclude<Outcome, { kind: "done" }>;

const classes: Readonly<Record<Exclude<Failure["kind"], "transient" | "unexplained">, readonly string[]>> = {
  gone: [
    "InvalidNetworkInterfaceID.NotFound",
    "InvalidTrafficMirrorSessionId.NotFound",
    "TrafficMirrorSessionNotFound", // older documents
  ],
  // The code for a session number that is taken is not documented (?): see `conflicts` below.
  conflict: ["TrafficMirrorSessionsPerInterfaceLimitExceeded"],
  throttled: [
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "EC2ThrottledException",
    "SlowDown",
  ],
  refused: ["NetworkInterfaceNotSupported", "OperationNotPermitted", "UnsupportedOperation"],
  quota: [
    "TrafficMirrorSessionLimitExceeded",
    "TrafficMirrorSessionsPerTargetLimitExceeded",
    "TrafficMirrorSourcesPerTargetLimitExceeded",
  ],
  "not-permitted": ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure"],
};

const byCode = new Map(
  Object.entries(classes).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind as Failure["kind"]] as const),
  ),
);

/** Something of the same kind is in the way: look at the interface again before deciding. */
const conflicts = /SessionNumber|AlreadyExists|InUse$|Duplicate|Conflict/;

/** The target or filter that a write named is not there: what we remember of them is out of date. */
export function isStaleReference(code: string): boolean {
  return /^(Invalid)?TrafficMirror(Target|Filter)(Id\.)?NotFound$/.test(code);
}

/** Which class an error of the SDK is in. Never throws. */
export function classify(error: unknown): Failure {
  const { name: code, message, status } = describe(error);
  const kind = kindOf(code, status);
  return { kind, code, message, ...(kind === "conflict" && { isKnown: true }) };
}

function kindOf(code: string, status: number | undefined): Failure["kind"] {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  if (conflicts.test(code)) return "conflict";
  if (status === 429) return "throttled";
  // What we do not know may pass by itself; when it does not, the dead-letter queue and its alarm show it.
  return "transient";
}

/**
 * A create that EC2 refused (4xx) for a reason that we do not know: it may be the session number that another
 * run took a moment ago, whose code is undocumented, so the interface is looked at again.
 */
export function classifyCreate(error: unknown): Failure {
  const failure = classify(error);
  const { status } = describe(error);
  const refusedForReasonsUnknown = status !== undefined && status >= 400 && status < 500;
  const lookAgain =
    failure.kind === "transient" && refusedForReasonsUnknown && !isStaleReference(failure.code);
  return lookAgain ? { ...failure, kind: "conflict" } : failure;
}

function describe(error: unknown): { name: string; message: string; status?: number | undefined } {
  if (!(error instanceof Error)) return { name: "Unknown", message: String(error) };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}
