/** Who asks for a sweep, and what that means for its time. */
import { drainRequestOf, type DrainRequest, type Invocation } from "../runtime/invocation.js";

export interface SweepRequest {
  readonly kind: "sweep";
  /** A scheduled sweep ends before the next begins; others may use the function's whole time. */
  readonly by: "schedule" | "apply" | "event" | "person";
  /** The answer names every interface that is not mirrored. */
  readonly explain?: true;
}

export type Request = SweepRequest | DrainRequest;

export function requestOf(event: unknown): Request {
  const invocation = (event ?? {}) as Invocation & { readonly explain?: unknown };
  const { reason, explain, "detail-type": detailType } = invocation;
  if (reason === "drain") return drainRequestOf(invocation);
  if (reason === "apply") return { kind: "sweep", by: "apply" };
  if (detailType === "Scheduled Event") return { kind: "sweep", by: "schedule" };
  if (detailType === "Sweep Requested") return { kind: "sweep", by: "event" };
  return { kind: "sweep", by: "person", ...(explain === true && { explain }) };
}
