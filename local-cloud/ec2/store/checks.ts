import type { Switches } from "../../types.js";
import { Ec2Fault, invalidParameter, missingParameter } from "../fault.js";
import type { Tags } from "./model.js";

export type Kind = "session" | "filter" | "filter-rule" | "target";

const NAMES: Record<Kind, { id: string; older: string; words: string }> = {
  session: { id: "InvalidTrafficMirrorSessionId", older: "TrafficMirrorSessionNotFound", words: "session" },
  filter: { id: "InvalidTrafficMirrorFilterId", older: "TrafficMirrorFilterNotFound", words: "filter" },
  "filter-rule": {
    id: "InvalidTrafficMirrorFilterRuleId",
    older: "TrafficMirrorFilterRuleNotFound",
    words: "filter rule",
  },
  target: { id: "InvalidTrafficMirrorTargetId", older: "TrafficMirrorTargetNotFound", words: "target" },
};

export function notFound(kind: Kind, id: string, switches: Pick<Switches, "get">): Ec2Fault {
  const { id: code, older, words } = NAMES[kind];
  return new Ec2Fault(
    switches.get("not-found-codes") === "older" ? older : `${code}.NotFound`,
    `The traffic mirror ${words} ID '${id}' does not exist`,
  );
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === "") throw missingParameter(name);
  return value;
}

export function inRange(value: number, name: string, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw invalidParameter(
      `Value (${value}) for parameter ${name} is invalid. Valid values are ${low}-${high}.`,
    );
  }
  return value;
}

export function oneOf(value: string, name: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) {
    throw invalidParameter(
      `Value (${value}) for parameter ${name} is invalid. Valid values are ${allowed.join(", ")}.`,
    );
  }
  return value;
}

/** 4 or 6, for a CIDR block that is one. */
export function cidrFamily(cidr: string, name: string): 4 | 6 {
  const [address = "", length = "", ...rest] = cidr.split("/");
  const bits = /^\d{1,3}$/.test(length) && rest.length === 0 ? Number(length) : -1;
  const octets = address.split(".");
  if (octets.length === 4 && octets.every((o) => /^\d{1,3}$/.test(o) && Number(o) <= 255)) {
    if (bits >= 0 && bits <= 32) return 4;
  } else if (/^[0-9a-fA-F:]+$/.test(address) && address.includes(":") && bits >= 0 && bits <= 128) {
    return 6;
  }
  throw invalidParameter(`Value (${cidr}) for parameter ${name} is invalid. This is not a valid CIDR block.`);
}

const MAX_TAGS = 50;

export function checkTags(tags: Tags): Tags {
  for (const key of Object.keys(tags)) {
    if (key.startsWith("aws:"))
      throw invalidParameter("Tag keys starting with 'aws:' are reserved for internal use");
    if (key.length > 127 || key.length === 0)
      throw invalidParameter(`Tag key '${key}' must have 1-127 characters`);
  }
  if (Object.keys(tags).length > MAX_TAGS) {
    throw new Ec2Fault("TagLimitExceeded", `More than ${MAX_TAGS} tags`);
  }
  return tags;
}

/** Removes a tag by key, or only where it has the value given; without a list, every tag. */
export function withoutTags(
  tags: Tags,
  remove: readonly { key: string; value?: string | undefined }[],
): Tags {
  if (remove.length === 0) return {};
  return Object.fromEntries(
    Object.entries(tags).filter(
      ([key, value]) => !remove.some((r) => r.key === key && (r.value === undefined || r.value === value)),
    ),
  );
}
