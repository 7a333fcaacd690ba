/** Actions and resources of S3's REST calls ("Actions, resources, and condition keys for Amazon S3"). */
import type { Call } from "../types.js";
import type { Needed } from "./needed.js";

/** What a bucket's subresource is called in Get… and Put…; a DELETE needs Put… as well, but for those of DELETED. */
const SUBRESOURCES: Readonly<Record<string, string>> = {
  accelerate: "AccelerateConfiguration",
  acl: "BucketAcl",
  cors: "BucketCORS",
  encryption: "EncryptionConfiguration",
  lifecycle: "LifecycleConfiguration",
  location: "BucketLocation",
  logging: "BucketLogging",
  notification: "BucketNotification",
  "object-lock": "BucketObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policy: "BucketPolicy",
  publicAccessBlock: "BucketPublicAccessBlock",
  replication: "ReplicationConfiguration",
  requestPayment: "BucketRequestPayment",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
  website: "BucketWebsite",
};
const DELETED: Readonly<Record<string, string>> = {
  policy: "DeleteBucketPolicy",
  website: "DeleteBucketWebsite",
};

const ofBucket = (method: string, query: URLSearchParams): string => {
  const [subresource] = Object.keys(SUBRESOURCES).filter((name) => query.has(name));
  if (subresource !== undefined) {
    const deletes = method === "DELETE" ? DELETED[subresource] : undefined;
    return deletes ?? `${method === "GET" ? "Get" : "Put"}${SUBRESOURCES[subresource] ?? ""}`;
  }
  if (query.has("versions")) return "ListBucketVersions";
  if (query.has("uploads")) return "ListBucketMultipartUploads";
  return { PUT: "CreateBucket", DELETE: "DeleteBucket" }[method] ?? "ListBucket";
};

const ofObject = (call: Call, query: URLSearchParams): readonly string[] => {
  const version = query.has("versionId") ? "Version" : "";
  if (query.has("acl")) return [call.method === "GET" ? `GetObject${version}Acl` : `PutObject${version}Acl`];
  if (query.has("tagging")) {
    const verb = { GET: "Get", DELETE: "Delete" }[call.method] ?? "Put";
    return [`${verb}Object${version}Tagging`];
  }
  if (call.method === "DELETE") return [`DeleteObject${version}`];
  if (call.method === "PUT" || call.method === "POST") {
    return ["PutObject", ...(call.headers["x-amz-tagging"] === undefined ? [] : ["PutObjectTagging"])];
  }
  return [`GetObject${version}`];
};

/** The objects of a DeleteObjects call, each with or without a version. */
const deletions = (call: Call, bucket: string): readonly Needed[] =>
  [...call.body.toString().matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = ""]) => ({
    action: object.includes("<VersionId>") ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
    resource: `${bucket}/${/<Key>(.*?)<\/Key>/s.exec(object)?.[1] ?? ""}`,
  }));

export const s3 = (call: Call): readonly Needed[] => {
  const [path = "", search = ""] = call.path.split("?");
  const [, name = "", ...rest] = path.split("/");
  const query = new URLSearchParams(search);
  const bucket = `arn:aws:s3:::${name}`;
  const key = rest.join("/");
  if (name === "") return [{ resource: "*", action: "s3:ListAllMyBuckets" }];
  if (key === "") {
    if (call.method === "POST" && query.has("delete")) return deletions(call, bucket);
    return [{ resource: bucket, action: `s3:${ofBucket(call.method, query)}` }];
  }
  return ofObject(call, query).map((action) => ({
    resource: `${bucket}/${decodeURIComponent(key)}`,
    action: `s3:${action}`,
  }));
};
