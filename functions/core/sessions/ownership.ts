/**
 * Whose a session is. Proof is its description: CreateTags and DeleteTags cannot write it (Amazon EC2 API Reference,
 * CreateTrafficMirrorSession), so whoever may only tag steers nothing. Tags stay what IAM compares and people read.
 * Whoever may create or modify sessions can write a description too, and is outside of this.
 */
import { stableHash } from "../hash.js";
import type { Session } from "../model.js";
import { isTaggedOurs, TAG_CONTROLLER, TAG_RULE } from "../tags.js";

/**
 * - ours: the description proves it and our tag is there
 * - lost: the description proves it and our tag is gone, so that IAM lets us neither change nor remove it
 * - unproven: our tags and no description, as a version before wrote it; or somebody's that was given our tags
 * - foreign: everybody else's
 */
export type Ownership = "ours" | "lost" | "unproven" | "foreign";

/** Longer names are given by their hash: EC2 documents no limit of a description, and its others end at 255. */
const LONGEST_NAME = 80;
const FORM = /^traffic-mirror:1 controller=(\S+) interface=(\S+) rule=(\S+)$/;

/** A name as a description carries it: ASCII without blanks, so that it is read back as it was written. */
export function nameInDescription(name: string): string {
  // A lone surrogate cannot be encoded; the policy's schema lets one through.
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, "\uFFFD"));
  return encoded.length <= LONGEST_NAME ? encoded : `~${stableHash(name).toString(16)}`;
}

export function describeSession(controller: string, interfaceId: string, rule: string): string {
  const [by, of] = [nameInDescription(controller), nameInDescription(rule)];
  return `traffic-mirror:1 controller=${by} interface=${interfaceId} rule=${of}`;
}

export function ownershipOf(session: Session, controller: string): Ownership {
  const tagged = isTaggedOurs(session.tags, controller);
  const proof = proofOf(session);
  if (proof?.controller === nameInDescription(controller)) return tagged ? "ours" : "lost";
  const before = session.description === undefined || session.description === "";
  return tagged && before && session.tags[TAG_RULE] !== undefined ? "unproven" : "foreign";
}

/** Whether it is our business: its description or its tag says that it is ours. */
export function concerns(session: Session, controller: string): boolean {
  return isTaggedOurs(session.tags, controller) || ownershipOf(session, controller) !== "foreign";
}

/** Proved by its description to be another controller's, whatever its tags say. */
export function isOfAnotherController(session: Session, controller: string): boolean {
  const proof = proofOf(session);
  return proof !== undefined && proof.controller !== nameInDescription(controller);
}

/** What ends a demand must not hang on a tag: the rule as the description has it, else as the tag has it. */
export function ruleOf(session: Session): string | undefined {
  const tag = session.tags[TAG_RULE];
  return proofOf(session)?.rule ?? (tag === undefined ? undefined : nameInDescription(tag));
}

/** Whose controller's it is, as its description or its tag says; undefined for a stranger's. */
export function controllerOf(session: Session): string | undefined {
  return proofOf(session)?.controller ?? session.tags[TAG_CONTROLLER];
}

function proofOf({ description, interfaceId }: Session): { controller: string; rule: string } | undefined {
  const [, controller, of, rule] = FORM.exec(description ?? "") ?? [];
  // Copied onto another interface's session it proves nothing.
  if (controller === undefined || rule === undefined || of !== interfaceId) return undefined;
  return { controller, rule };
}
