/**
 * The filters that the references of DescribeInstances and DescribeNetworkInterfaces list, each with where its value
 * stands in an item's XML. Those that nothing here carries (Outposts, operators) are known, and match nothing.
 */
import { items, texts, type Node } from "../xml.js";
import { tagFilter, type FilterTable } from "./filtering.js";
import type { Entry, InstanceEntry } from "./fleet/render.js";
import { text } from "./moto-fixes.js";

const INSTANCE_PATHS: Record<string, string> = {
  "availability-zone": "placement.availabilityZone",
  "instance-state-name": "instanceState.name",
  "instance-state-code": "instanceState.code",
  "ip-address": "ipAddress",
  "launch-index": "amiLaunchIndex",
  "monitoring-state": "monitoring.state",
  "instance.group-id": "groupSet.groupId",
  "instance.group-name": "groupSet.groupName",
  "iam-instance-profile.arn": "iamInstanceProfile.arn",
  "iam-instance-profile.id": "iamInstanceProfile.id",
  "placement-group-name": "placement.groupName",
  "placement-partition-number": "placement.partitionNumber",
  tenancy: "placement.tenancy",
  affinity: "placement.affinity",
  "host-id": "placement.hostId",
  "state-reason-code": "stateReason.code",
  "state-reason-message": "stateReason.message",
  "product-code": "productCodes.productCode",
  "product-code.type": "productCodes.type",
  "spot-instance-request-id": "spotInstanceRequestId",
  "block-device-mapping.device-name": "blockDeviceMapping.deviceName",
  "block-device-mapping.volume-id": "blockDeviceMapping.ebs.volumeId",
  "block-device-mapping.status": "blockDeviceMapping.ebs.status",
  "block-device-mapping.attach-time": "blockDeviceMapping.ebs.attachTime",
  "block-device-mapping.delete-on-termination": "blockDeviceMapping.ebs.deleteOnTermination",
};

/** Spelt in the answer as the filter is, but for the hyphens. */
const INSTANCE_PLAIN =
  "architecture boot-mode capacity-reservation-id client-token current-instance-boot-mode dns-name ebs-optimized " +
  "ena-support hypervisor image-id instance-id instance-lifecycle instance-type kernel-id key-name launch-time " +
  "outpost-arn platform platform-details private-dns-name private-ip-address ramdisk-id reason root-device-name " +
  "root-device-type source-dest-check subnet-id tpm-support usage-operation usage-operation-update-time " +
  "virtualization-type vpc-id ipv6-address availability-zone-id " +
  "metadata-options.http-endpoint metadata-options.http-protocol-ipv4 metadata-options.http-protocol-ipv6 " +
  "metadata-options.http-put-response-hop-limit metadata-options.http-tokens " +
  "metadata-options.instance-metadata-tags metadata-options.state enclave-options.enabled " +
  "hibernation-options.configured maintenance-options.auto-recovery operator.managed operator.principal " +
  "network-performance-options.bandwidth-weighting requester-id " +
  "private-dns-name-options.enable-resource-name-dns-a-record private-dns-name-options.hostname-type " +
  "private-dns-name-options.enable-resource-name-dns-aaaa-record";

const INTERFACE_PATHS: Record<string, string> = {
  "group-id": "groupSet.groupId",
  "group-name": "groupSet.groupName",
  "addresses.association.owner-id": "privateIpAddressesSet.association.ipOwnerId",
  "addresses.association.public-ip": "privateIpAddressesSet.association.publicIp",
  "addresses.primary": "privateIpAddressesSet.primary",
  "addresses.private-ip-address": "privateIpAddressesSet.privateIpAddress",
  "ipv6-addresses.ipv6-address": "ipv6AddressesSet.ipv6Address",
  "attachment.attach-time": "attachment.attachTime",
};

const INTERFACE_PLAIN =
  "association.allocation-id association.association-id association.ip-owner-id association.public-ip " +
  "association.public-dns-name attachment.attachment-id attachment.delete-on-termination attachment.device-index " +
  "attachment.instance-id attachment.instance-owner-id attachment.status availability-zone availability-zone-id " +
  "description interface-type mac-address network-interface-id operator.managed operator.principal owner-id " +
  "private-dns-name private-ip-address requester-id requester-managed source-dest-check status subnet-id vpc-id";

export const camel = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase());

function paths(plain: string, special: Record<string, string>, prefix: readonly string[] = []) {
  const all = Object.fromEntries(plain.split(" ").map((name) => [name, camel(name)]));
  return new Map(
    Object.entries({ ...all, ...special }).map(([name, path]) => [name, [...prefix, ...path.split(".")]]),
  );
}

const INTERFACE_TABLE = paths(INTERFACE_PLAIN, INTERFACE_PATHS);
const INSTANCE_TABLE = paths(INSTANCE_PLAIN, INSTANCE_PATHS);
const NESTED_TABLE = paths(INTERFACE_PLAIN, INTERFACE_PATHS, ["networkInterfaceSet"]);

/** Listed in the reference, carried by nothing here. */
const NESTED_UNCARRIED =
  /^network-interface\.(tag-key|tag-value|outpost-arn|ipv6-native|deny-all-igw-traffic|public-dns-name|ipv6-address|ipv[46]-prefixes\.ipv[46]-prefix|ipv6-addresses\.is-primary-ipv6|association\.(carrier-ip|customer-owned-ip)|attachment\.network-card-index)$/;

export function treeTags(tree: Node): Record<string, string> {
  return Object.fromEntries(
    items(tree, "tagSet").map((tag) => [text(tag, "key") ?? "", text(tag, "value") ?? ""]),
  );
}

/** A filter that reads the XML at a path, or tags. */
function byPath(table: Map<string, string[]>, name: string) {
  const path = table.get(name);
  if (path) return (entry: Entry) => texts(entry.tree, path);
  return tagFilter(name, (entry: Entry) => treeTags(entry.tree));
}

export const interfaceFilters: FilterTable<Entry> = (name) => byPath(INTERFACE_TABLE, name);

export const instanceFilters =
  (account: string): FilterTable<InstanceEntry> =>
  (name) => {
    if (name === "reservation-id") return (entry) => [entry.reservationId];
    if (name === "owner-id") return () => [account];
    if (name.startsWith("network-interface.")) {
      const path = NESTED_TABLE.get(name.slice("network-interface.".length));
      if (path) return (entry) => texts(entry.tree, path);
      return NESTED_UNCARRIED.test(name) ? () => [] : undefined;
    }
    return byPath(INSTANCE_TABLE, name);
  };
