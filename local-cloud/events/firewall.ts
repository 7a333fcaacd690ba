/** What security groups let through ("Security group rules" in the Amazon VPC user guide), for HTTPS over IPv4. */
import { inCidr } from "../iam/conditions.js";
import { items, texts, type Node } from "../xml.js";

const HTTPS = 443;
const EVERYWHERE = "0.0.0.0/0";
const DEFAULT = "default";

/** One end of a connection: the groups of its interface, and its addresses, or CIDR blocks that hold them. */
export interface End {
  readonly groups: readonly Node[];
  readonly addresses: readonly string[];
}

const one = (node: Node, name: string): string => texts(node, [name])[0] ?? "";

const isHttps = (rule: Node): boolean => {
  const protocol = one(rule, "ipProtocol");
  if (protocol === "-1") return true;
  const [from, to] = [Number(one(rule, "fromPort")), Number(one(rule, "toPort"))];
  return protocol === "tcp" && from <= HTTPS && HTTPS <= to;
};

const permits = (rule: Node, other: End): boolean => {
  const named = new Set(items(rule, "groups").map((group) => one(group, "groupId")));
  if (other.groups.some((group) => named.has(one(group, "groupId")))) return true;
  const blocks = items(rule, "ipRanges").map((range) => one(range, "cidrIp"));
  return other.addresses.some((address) =>
    blocks.some((block) => inCidr(block, address.split("/")[0] ?? "")),
  );
};

/** A VPC's default group admits its own members, which moto leaves out. */
const admitsItself = (group: Node, other: End): boolean =>
  one(group, "groupName") === DEFAULT &&
  other.groups.some((member) => one(member, "groupId") === one(group, "groupId"));

/** Rules only ever permit, and all of an interface's groups count together. */
const some = (end: End, direction: "ipPermissions" | "ipPermissionsEgress", test: (rule: Node) => boolean) =>
  end.groups.some((group) => items(group, direction).some((rule) => isHttps(rule) && test(rule)));

export const lets = (from: End, to: End): boolean =>
  some(from, "ipPermissionsEgress", (rule) => permits(rule, to)) &&
  (some(to, "ipPermissions", (rule) => permits(rule, from)) ||
    to.groups.some((group) => admitsItself(group, from)));

/** To addresses outside the VPC that nobody here knows. */
export const letsOut = (from: End): boolean =>
  some(from, "ipPermissionsEgress", (rule) =>
    items(rule, "ipRanges").some((range) => one(range, "cidrIp") === EVERYWHERE),
  );
