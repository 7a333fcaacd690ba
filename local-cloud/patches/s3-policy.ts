import { serviceError } from "../answers.js";
import { evaluate, many, parsePolicy, statementsOf, type PolicyDocument } from "../iam/policy.js";
import { Scoped } from "../scoped.js";
import type { Call } from "../types.js";
import type { PatchSet } from "./types.js";

/** The bucket of a request to a subresource such as `/bucket?policy`. */
export const bucketOf = (call: Call, subresource: string): string | undefined =>
  call.service === "s3"
    ? new RegExp(`^/([^/?]+)/?\\?(?:.*&)?${subresource}(?:=|&|$)`).exec(call.path)?.[1]
    : undefined;

interface Write {
  readonly bucket: string;
  readonly key: string;
  /** False for what only prepares an object: the start of a multipart upload and its parts. */
  readonly creates: boolean;
}

/** A call that needs s3:PutObject (Service Authorization Reference, "Amazon S3": PutObject, and its user guide on multipart). */
const writeOf = (call: Call): Write | undefined => {
  if (call.service !== "s3" || (call.method !== "PUT" && call.method !== "POST")) return undefined;
  const [, bucket, key, query = ""] = /^\/([^/?]+)\/([^?]+)(?:\?(.*))?$/.exec(call.path) ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  const asked = new URLSearchParams(query);
  asked.delete("x-id"); // the SDK's own mark
  const upload = asked.has("uploadId");
  if (call.method === "PUT" ? asked.size > 0 && !upload : !upload && !asked.has("uploads")) return undefined;
  return {
    bucket,
    key: decodeURIComponent(key),
    creates: call.method === "PUT" ? !upload : upload,
  };
};

export const s3PolicyPatches = (): PatchSet => {
  const policies = new Scoped(() => new Map<string, string>());

  const denied = (call: Call, { bucket, key, creates }: Write): boolean => {
    const policy = parsePolicy(policies.of(call).get(bucket));
    if (policy === undefined) return false;
    const header = call.headers["if-none-match"];
    const decision = evaluate([policy], {
      action: "s3:PutObject",
      resource: `arn:aws:s3:::${bucket}/${key}`,
      principal: { account: call.account, arn: call.roleArn ?? `arn:aws:iam::${call.account}:root` },
      context: {
        "aws:PrincipalAccount": call.account,
        "aws:SecureTransport": "true",
        "s3:ObjectCreationOperation": String(creates),
        ...(header === undefined ? {} : { "s3:if-none-match": header }),
      },
    });
    return decision === "deny";
  };

  return {
    reset: () => policies.reset(),
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
        name: "bucket-policy-writes",
        why: "the denials that moto was not given, for what writes objects: with their conditions, whoever writes",
        match: (call) => writeOf(call) !== undefined,
        async run(call, next) {
          const write = writeOf(call);
          if (write === undefined || !denied(call, write)) return next();
          const who = call.roleArn ?? `arn:aws:iam::${call.account}:root`;
          const message =
            `User: ${who} is not authorized to perform: s3:PutObject on resource: ` +
            `"arn:aws:s3:::${write.bucket}/${write.key}" with an explicit deny in a resource-based policy`;
          return { ...serviceError(call, "AccessDenied", message, 403), by: "bucket-policy" };
        },
      },
    ],
  };
};
