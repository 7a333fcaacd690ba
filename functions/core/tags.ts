/**
 * What our tags mean, in one place. `traffic-mirror:controller` on a session names its controller, for IAM and for
 * people; that it is the controller's is proved by its description alone (sessions/ownership.ts).
 * A target says by tags which VPC and zone it serves. Endpoints and targets that the function `endpoints` manages
 * carry its name, for IAM and for people; that they are its own is proved otherwise (endpoints/ownership.ts).
 */
import { stableHash } from "./hash.js";
import type { Tags } from "./model.js";

export const TAG_CONTROLLER = "traffic-mirror:controller";
export const TAG_RULE = "traffic-mirror:rule";
export const TAG_TARGET_VPC = "traffic-mirror:vpc";
export const TAG_TARGET_ZONE = "traffic-mirror:zone";
export const TAG_TARGET_LEAVING = "traffic-mirror:leaving";

/** Whose an endpoint or a target is: the name of the deployment whose function `endpoints` manages it. */
export const TAG_ENDPOINTS = "traffic-mirror:endpoints";
/** On an endpoint, which zone it serves by id: known also while its subnet is not seen. */
export const TAG_ZONE_ID = "traffic-mirror:zone-id";
/** On an endpoint, since when no instance has been in its zone (ISO 8601). */
export const TAG_IDLE_SINCE = "traffic-mirror:idle-since";

/** On sessions, endpoints and targets: which of the provider's `default_tags` were put on last, as their digest. */
export const TAG_DEFAULTS = "traffic-mirror:default-tags";

/** Put on every instance of an autoscaling group by EC2 Auto Scaling; users cannot set tags that begin with `aws:`. */
export const TAG_AUTOSCALING_GROUP = "aws:autoscaling:groupName";

/** Whether IAM lets our functions change and remove it. No proof: whoever may tag can write it. */
export function isTaggedOurs(tags: Tags, controller: string): boolean {
  return tags[TAG_CONTROLLER] === controller;
}

/** Every tag that a session of ours carries: the caller's own, then ours, which the caller's cannot replace. */
export function sessionTags(controller: string, rule: string, own: Tags): Tags {
  return { ...own, [TAG_CONTROLLER]: controller, [TAG_RULE]: rule };
}

/** The provider's `default_tags` beneath the others, with their digest. Nothing where there are none. */
export function withDefaults(defaults: Tags, tags: Tags): Tags {
  const digest = digestOf(defaults);
  return digest === undefined ? tags : { ...defaults, ...tags, [TAG_DEFAULTS]: digest };
}

/**
 * Have the `default_tags` changed since they were put on? What somebody else makes of them afterwards is no difference:
 * a pipeline or an organization's tools may well write the same keys.
 */
export function hasOtherDefaults(defaults: Tags, actual: Tags): boolean {
  const digest = digestOf(defaults);
  return digest !== undefined && actual[TAG_DEFAULTS] !== digest;
}

function digestOf(defaults: Tags): string | undefined {
  const entries = Object.entries(defaults).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : stableHash(JSON.stringify(entries)).toString(16);
}

/** The tags that `actual` lacks or carries with another value. Tags that others added are left alone. */
export function missingTags(desired: Tags, actual: Tags): Tags {
  return Object.fromEntries(Object.entries(desired).filter(([key, value]) => actual[key] !== value));
}
