/** Who asks, and what that means. */
import type { SQSEvent, SQSRecord } from "aws-lambda";

export type EndpointRequest =
  | { readonly kind: "events"; readonly records: readonly SQSRecord[] }
  | { readonly kind: "reconcile"; readonly by: "schedule" | "apply" | "person" }
  | { readonly kind: "drain" }
  | { readonly kind: "nothing" };

/**
 * Terraform adds `tf.action` to the input of an aws_lambda_invocation with lifecycle_scope CRUD. The drain invocation
 * acts on delete alone: a failed update would be recorded as done.
 */
export function endpointRequestOf(event: unknown): EndpointRequest {
  const { Records, reason, tf, ...rest } = (event ?? {}) as Partial<SQSEvent> & {
    reason?: unknown;
    tf?: { action?: unknown };
    "detail-type"?: unknown;
  };
  if (Array.isArray(Records)) return { kind: "events", records: Records };
  if (reason === "drain") return tf?.action === "delete" ? { kind: "drain" } : { kind: "nothing" };
  if (reason === "apply") return { kind: "reconcile", by: "apply" };
  if (rest["detail-type"] === "Scheduled Event") return { kind: "reconcile", by: "schedule" };
  return { kind: "reconcile", by: "person" };
}
