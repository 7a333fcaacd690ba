/** Who asks for a sweep, and what that means for its time. */

export type Request =
  | {
      readonly kind: "sweep";
      /** A scheduled sweep ends before the next begins; others may use the function's whole time. */
      readonly by: "schedule" | "apply" | "event" | "person";
      /** The answer names every interface that is not mirrored. */
      readonly explain?: true;
    }
  | { readonly kind: "drain" }
  | { readonly kind: "nothing" };

/**
 * Terraform adds `tf.action` to the input of an aws_lambda_invocation with lifecycle_scope CRUD. The drain
 * invocation acts on delete alone: a failed update would be recorded as done.
 */
export function requestOf(event: unknown): Request {
  const {
    reason,
    explain,
    tf,
    ["detail-type"]: detailType,
  } = (event ?? {}) as {
    reason?: unknown;
    explain?: unknown;
    tf?: { action?: unknown };
    "detail-type"?: unknown;
  };
  if (reason === "drain") return tf?.action === "delete" ? { kind: "drain" } : { kind: "nothing" };
  if (reason === "apply") return { kind: "sweep", by: "apply" };
  if (detailType === "Scheduled Event") return { kind: "sweep", by: "schedule" };
  if (detailType === "Sweep Requested") return { kind: "sweep", by: "event" };
  return { kind: "sweep", by: "person", ...(explain === true && { explain }) };
}
