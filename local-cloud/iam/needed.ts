import type { Call } from "../types.js";
import type { Context } from "./context.js";

/** One thing that a call needs to be permitted. */
export interface Needed {
  readonly resource: string;
  readonly context?: Context;
  /** Where it is not what the call is called. */
  readonly action?: string;
}

export const arnOf = (call: Pick<Call, "account" | "region">, service: string, rest: string): string =>
  `arn:aws:${service}:${call.region}:${call.account}:${rest}`;

/** To hand a role to a service is to be permitted as well ("Grant a user permissions to pass a role", IAM User Guide). */
export const passRole = (role: unknown, service: string): readonly Needed[] =>
  typeof role !== "string"
    ? []
    : [
        {
          action: "iam:PassRole",
          resource: role,
          context: { "iam:PassedToService": `${service}.amazonaws.com` },
        },
      ];

/** What sets tags at creation needs the permission to tag besides. */
export const tagging = (action: string, resource: string, tags: unknown): readonly Needed[] => {
  const any = Array.isArray(tags)
    ? tags.length > 0
    : Object.keys((tags as object | undefined) ?? {}).length > 0;
  return any ? [{ action, resource }] : [];
};
