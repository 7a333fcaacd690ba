/** A synthetic instance or interface as EC2 shows it; rendered once for each version of it. */
import { RawXml, tagSet, xml, type Node } from "../../xml.js";
import type { Fleet } from "./fleet.js";
import type { FleetInstance, FleetInterface } from "./model.js";

/** One line of a describe: what filters look at, and the finished XML. */
export interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly tree: Node;
  readonly xml: RawXml;
}

export interface InstanceEntry extends Entry {
  readonly reservationId: string;
}

const STATE_CODES = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};
const GROUPS: Node = [{ groupId: "sg-00000000000000001", groupName: "default" }];

const text = (value: boolean | number): string => String(value);

function mac(seq: number): string {
  const digits = seq.toString(16).padStart(8, "0").slice(-8);
  return `02:00:${digits.match(/../g)?.join(":") ?? ""}`;
}

function attachmentTree(each: FleetInterface, launchedAt: string): { [name: string]: Node } {
  const { attachment } = each;
  if (!attachment) return {};
  return {
    attachmentId: attachment.id,
    deviceIndex: text(attachment.deviceIndex),
    networkCardIndex: "0",
    status: "attached",
    attachTime: launchedAt,
    deleteOnTermination: text(attachment.deleteOnTermination),
  };
}

function addresses(each: FleetInterface): { [name: string]: Node } {
  const ipv6: Node = each.ipv6 === undefined ? [] : [{ ipv6Address: each.ipv6, isPrimaryIpv6: "true" }];
  if (each.privateIp === undefined) return { privateIpAddressesSet: [], ipv6AddressesSet: ipv6 };
  const privateDnsName = `ip-${each.privateIp.replaceAll(".", "-")}.ec2.internal`;
  return {
    privateIpAddress: each.privateIp,
    privateDnsName,
    privateIpAddressesSet: [{ privateIpAddress: each.privateIp, privateDnsName, primary: "true" }],
    ipv6AddressesSet: ipv6,
  };
}

/** What DescribeInstances and DescribeNetworkInterfaces show alike. */
function common(each: FleetInterface, owner: string): { [name: string]: Node } {
  return {
    networkInterfaceId: each.id,
    subnetId: each.subnetId,
    vpcId: each.vpcId,
    description: each.description,
    ownerId: owner,
    status: each.attachment ? "in-use" : "available",
    macAddress: mac(each.seq),
    sourceDestCheck: "true",
    groupSet: GROUPS,
    interfaceType: each.type,
    ...addresses(each),
  };
}

export function interfaceTree(each: FleetInterface, owner: string): Node {
  const attachment = attachmentTree(each, new Date(0).toISOString());
  const instanceId = each.attachment?.instanceId;
  if (instanceId !== undefined) attachment["instanceId"] = instanceId;
  attachment["instanceOwnerId"] = instanceId === undefined ? "amazon-aws" : owner;
  return {
    ...common(each, owner),
    availabilityZone: each.zone,
    requesterManaged: text(each.requesterManaged),
    ...(each.requesterId === undefined ? {} : { requesterId: each.requesterId }),
    ...(each.attachment ? { attachment } : {}),
    tagSet: tagSet(each.tags),
  };
}

export function instanceTree(
  instance: FleetInstance,
  interfaces: readonly FleetInterface[],
  owner: string,
): Node {
  const launchTime = new Date(instance.launchedAt).toISOString();
  const gone = instance.state === "terminated";
  const primary = interfaces[0];
  return {
    instanceId: instance.id,
    imageId: "ami-00000000000000001",
    instanceState: { code: text(STATE_CODES[instance.state]), name: instance.state },
    privateDnsName: "",
    dnsName: "",
    amiLaunchIndex: "0",
    instanceType: instance.type,
    launchTime,
    placement: { availabilityZone: instance.zone, groupName: "", tenancy: "default" },
    monitoring: { state: "disabled" },
    ...(gone ? {} : { subnetId: instance.subnetId, vpcId: instance.vpcId }),
    ...(gone || primary?.privateIp === undefined ? {} : { privateIpAddress: primary.privateIp }),
    groupSet: gone ? [] : GROUPS,
    architecture: "x86_64",
    rootDeviceType: "ebs",
    rootDeviceName: "/dev/xvda",
    blockDeviceMapping: [],
    virtualizationType: "hvm",
    // The API's reference: "The value xen is used for both Xen and Nitro hypervisors."
    hypervisor: "xen",
    tagSet: tagSet(instance.tags),
    networkInterfaceSet: interfaces.map((each) => ({
      ...common(each, owner),
      attachment: attachmentTree(each, launchTime),
    })),
    ebsOptimized: "false",
    enaSupport: "true",
  };
}

const instanceEntries = new WeakMap<FleetInstance, InstanceEntry>();
const interfaceEntries = new WeakMap<FleetInterface, Entry>();

/** `time`: as the fleet stood then. A change of an interface makes a new version of its instance too. */
export function instanceEntry(
  fleet: Fleet,
  instance: FleetInstance,
  owner: string,
  time: number,
): InstanceEntry {
  const known = instanceEntries.get(instance);
  if (known) return known;
  const interfaces = instance.interfaceIds.flatMap((id) => fleet.interfaces.getAsOf(id, time) ?? []);
  const tree = instanceTree(instance, interfaces, owner);
  const { id, seq, reservationId } = instance;
  const entry = { id, seq, reservationId, tree, xml: new RawXml(xml(tree)) };
  instanceEntries.set(instance, entry);
  return entry;
}

export function interfaceEntry(each: FleetInterface, owner: string): Entry {
  const known = interfaceEntries.get(each);
  if (known) return known;
  const tree = interfaceTree(each, owner);
  const entry = { id: each.id, seq: each.seq, tree, xml: new RawXml(xml(tree)) };
  interfaceEntries.set(each, entry);
  return entry;
}
