import { empty, serviceError } from "../answers.js";
import { Scoped } from "../scoped.js";
import type { Call, Cloud } from "../types.js";
import { bucketOf } from "./s3-policy.js";
import { edited, type PatchSet } from "./types.js";

const EVENT_BRIDGE =
  /<EventBridgeConfiguration>.*?<\/EventBridgeConfiguration>|<EventBridgeConfiguration\s*\/>/s;

/** Bucket and key of a plain PutObject; path-style, as everything here is addressed. */
const writtenBy = (call: Call): { bucket: string; key: string } | undefined => {
  if (call.service !== "s3" || call.method !== "PUT") return undefined;
  // x-id is the SDK's own mark; any other query makes it something else (?tagging, ?uploadId …)
  const match = /^\/([^/?]+)\/([^?]+)(?:\?x-id=PutObject)?$/.exec(call.path);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { bucket: match[1], key: decodeURIComponent(match[2]) };
};

export const s3Patches = (cloud: Cloud): PatchSet => {
  const notifiesEventBridge = new Scoped(() => new Set<string>());
  const suspended = new Scoped(() => new Set<string>());
  /** Bucket → its object lock configuration as sent. */
  const locks = new Scoped(() => new Map<string, string>());

  return {
    reset: () => {
      suspended.reset();
      notifiesEventBridge.reset();
      locks.reset();
    },
    patches: [
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
      {
        name: "bucket-object-lock",
        why: "moto takes a configuration for an empty bucket only; AWS for any that has versions. Nothing is locked here",
        match: (call) => bucketOf(call, "object-lock") !== undefined,
        run(call) {
          const bucket = bucketOf(call, "object-lock") ?? "";
          const known = locks.of(call);
          if (call.method === "PUT") {
            known.set(bucket, call.body.toString());
            return Promise.resolve(empty());
          }
          const found = known.get(bucket);
          if (found === undefined) {
            const message = "Object Lock configuration does not exist for this bucket";
            return Promise.resolve(serviceError(call, "ObjectLockConfigurationNotFoundError", message, 404));
          }
          return Promise.resolve({
            status: 200,
            headers: { "content-type": "application/xml" },
            body: Buffer.from(found),
          });
        },
      },
      {
        name: "bucket-notification-eventbridge",
        why: "moto does not show that a bucket notifies EventBridge, and delivers on a bus that its callers do not see",
        match: (call) => bucketOf(call, "notification") !== undefined,
        async run(call, next) {
          const bucket = bucketOf(call, "notification") ?? "";
          const notifies = call.body.includes("EventBridgeConfiguration");
          // moto would deliver by itself, past the policies of queues
          if (call.method === "PUT") call.body = Buffer.from(call.body.toString().replace(EVENT_BRIDGE, ""));
          const answer = await next();
          if (answer.status >= 300) return answer;
          if (call.method === "PUT") {
            notifiesEventBridge.of(call)[notifies ? "add" : "delete"](bucket);
          }
          if (call.method !== "GET" || !notifiesEventBridge.of(call).has(bucket)) return answer;
          const text = answer.body.toString().replace(EVENT_BRIDGE, "");
          const others =
            /<NotificationConfiguration[^>]*[^/]>(.*)<\/NotificationConfiguration>/s.exec(text)?.[1] ?? "";
          const body = `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${others}<EventBridgeConfiguration/></NotificationConfiguration>`;
          return { ...answer, body: Buffer.from(body) };
        },
      },
      {
        name: "bucket-object-created",
        why: "the event that moto does not put on the bus of its callers",
        match: (call) => {
          const bucket = writtenBy(call)?.bucket;
          return bucket !== undefined && notifiesEventBridge.of(call).has(bucket);
        },
        async run(call, next) {
          const { bucket = "", key = "" } = writtenBy(call) ?? {};
          const answer = await next();
          if (answer.status >= 300) return answer;
          // Amazon S3 User Guide, "EventBridge event message structure"
          await cloud.emit(call, {
            source: "aws.s3",
            detailType: "Object Created",
            resources: [`arn:aws:s3:::${bucket}`],
            detail: {
              version: "0",
              bucket: { name: bucket },
              object: {
                key,
                size: call.body.length,
                etag: (answer.headers["etag"] ?? "").replaceAll('"', ""),
              },
              requester: call.account,
              reason: "PutObject",
            },
          });
          return answer;
        },
      },
    ],
  };
};
