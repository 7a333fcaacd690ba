/** What invocations of the functions have in common, whoever sends them. Each function reads the rest by itself. */

export interface Invocation {
  /** Terraform says by it which of its invocations this is. */
  readonly reason?: unknown;
  /** Terraform adds it to the input of an aws_lambda_invocation with lifecycle_scope CRUD. */
  readonly tf?: { readonly action?: unknown } | null;
  /** Of an event. */
  readonly "detail-type"?: unknown;
}

export type DrainRequest = { readonly kind: "drain" } | { readonly kind: "nothing" };

/** The drain invocation acts on delete alone: a failed update would be recorded as done. */
export function drainRequestOf({ tf }: Invocation): DrainRequest {
  return tf?.action === "delete" ? { kind: "drain" } : { kind: "nothing" };
}
