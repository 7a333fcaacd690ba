/** Who asks, and what that means. */
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { drainRequestOf, type DrainRequest, type Invocation } from "../runtime/invocation.js";

export type EndpointRequest =
  | { readonly kind: "events"; readonly records: readonly SQSRecord[] }
  | { readonly kind: "reconcile"; readonly by: "schedule" | "apply" | "person" }
  | DrainRequest;

export function endpointRequestOf(event: unknown): EndpointRequest {
  const invocation = (event ?? {}) as Invocation & Partial<SQSEvent>;
  const { Records, reason, "detail-type": detailType } = invocation;
  if (Array.isArray(Records)) return { kind: "events", records: Records };
  if (reason === "drain") return drainRequestOf(invocation);
  if (reason === "apply") return { kind: "reconcile", by: "apply" };
  if (detailType === "Scheduled Event") return { kind: "reconcile", by: "schedule" };
  return { kind: "reconcile", by: "person" };
}
