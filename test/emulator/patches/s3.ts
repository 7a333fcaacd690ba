import { empty } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Call } from "../types.js";
import { many, statementsOf, type PolicyDocument } from "../iam/policy.js";
import { edited, type PatchSet } from "./types.js";

/** The bucket of a request to a subresource such as `/bucket?policy`. */
const bucketOf = (call: Call, subresource: string): string | undefined =>
  call.service === "s3"
    ? new RegExp(`^/([^/?]+)/?\\?(?:.*&)?${subresource}(?:=|&|$)`).exec(call.path)?.[1]
    : undefined;

export const s3Patches = (): PatchSet => {
  const policies = new Scoped(() => new Map<string, string>());
  const suspended = new Scoped(() => new Set<string>());

  return {
    reset: () => {
      policies.reset();
      suspended.reset();
    },
    patches: [
      {
        name: "bucket-policy-conditions",
        why: "moto enforces bucket policies without their conditions, so a denial of plain HTTP denies everything",
        match: (call) => bucketOf(call, "policy") !== undefined,
        async run(call, next) {
          const bucket = bucketOf(call, "policy") ?? "";
          const known = policies.of(call);
          const source = call.body.toString();
          if (call.method === "PUT") {
            const document = JSON.parse(source) as PolicyDocument;
            const kept = statementsOf(document).filter(
              (statement) => statement.Effect !== "Deny" || statement.Condition === undefined,
            );
            // moto wants a statement; this one changes nothing
            const neutral = {
              Effect: "Allow",
              Principal: "*",
              Action: "s3:ListBucketMultipartUploads",
              Resource: many(statementsOf(document)[0]?.Resource)[0] ?? "*",
            };
            call.body = Buffer.from(
              JSON.stringify({ ...document, Statement: kept.length > 0 ? kept : [neutral] }),
            );
          }
          const answer = await next();
          if (answer.status >= 300) return answer;
          if (call.method === "PUT") known.set(bucket, source);
          if (call.method === "DELETE") known.delete(bucket);
          const policy = known.get(bucket);
          return call.method === "GET" && policy !== undefined
            ? { ...answer, body: Buffer.from(policy) }
            : answer;
        },
      },
      {
        name: "bucket-versioning-suspended",
        why: "moto cannot delete a delete marker in a bucket whose versioning is suspended: it stays enabled inside",
        match: (call) => bucketOf(call, "versioning") !== undefined,
        run(call, next) {
          const bucket = bucketOf(call, "versioning") ?? "";
          if (call.method === "PUT" && call.body.includes("Suspended")) {
            suspended.of(call).add(bucket);
            return Promise.resolve(empty());
          }
          if (call.method === "PUT") suspended.of(call).delete(bucket);
          const shows = call.method === "GET" && suspended.of(call).has(bucket);
          return shows ? edited((text) => text.replace("Enabled", "Suspended"))(call, next) : next();
        },
      },
    ],
  };
};
