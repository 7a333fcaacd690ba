/** The nouns of the domain as plain data, in EC2's own terms. Nothing here knows the AWS SDK. */

export type Tags = Readonly<Record<string, string>>;

export type InstanceState = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  /** For example `m5.large`. */
  readonly type: string;
  readonly tags: Tags;
}

/**
 * What an answer shows of an interface's attachment. A session of ours ends for what was seen, never for what one
 * answer lacked: EC2's answers are eventually consistent ("Ensuring eventual consistency", Amazon EC2 Developer Guide).
 * - attached: to an instance that the answer shows, or to something that is no instance (a task, a database)
 * - detached: available, by EC2's own word
 * - not-seen: attached, and no answer shows to what
 */
export type Attachment = "attached" | "detached" | "not-seen";

/** A network interface that may be mirrored. */
export interface Source {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** Availability zone name, as this account sees it. */
  readonly zone: string;
  /** EC2's InterfaceType: `interface`, `efa`, `branch`, `lambda` … */
  readonly type: string;
  /** 0 is the primary interface; undefined when nothing is attached. */
  readonly deviceIndex?: number;
  /** Private IPv4 addresses, the primary one first; none in an IPv6-only subnet. */
  readonly addresses: readonly string[];
  /** The service that made the interface (`amazon-rds`), undefined when the account made it itself. */
  readonly requester?: string;
  readonly description: string;
  readonly attachment: Attachment;
  /** In a shared subnet: another account's, which alone can mirror it. */
  readonly otherAccount?: true;
  /** undefined: not attached to an instance of this account, or to one that was not seen. */
  readonly instance?: Instance;
}

export interface Session {
  readonly id: string;
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  /** 1–32766, unique on the interface; the lowest number sees a packet first. */
  readonly number: number;
  readonly vni?: number;
  /** Bytes of each packet that are mirrored; undefined means the whole packet. */
  readonly packetLength?: number;
  /** On ours it says whose the session is: sessions/ownership.ts. */
  readonly description?: string;
  readonly tags: Tags;
}

export interface FilterRule {
  readonly id?: string;
  readonly direction: "ingress" | "egress";
  /** The lowest that matches decides. */
  readonly number: number;
  readonly action: "accept" | "reject";
  /** IANA number; undefined means every protocol. */
  readonly protocol?: number;
  readonly sourceCidr: string;
  readonly destinationCidr: string;
  /** undefined means every port. */
  readonly sourcePorts?: { readonly from: number; readonly to: number };
  readonly destinationPorts?: { readonly from: number; readonly to: number };
}

export interface MirrorFilter {
  readonly id: string;
  readonly rules: readonly FilterRule[];
  /** `amazon-dns` or none. */
  readonly networkServices: readonly string[];
}

export interface Target {
  readonly id: string;
  readonly kind: "endpoint" | "interface" | "load-balancer";
  /** Another account's, shared with this one through AWS RAM: nothing behind it can be seen from here. */
  readonly otherAccount?: true;
  /** kind `interface`: the interface that receives; it can never be a source. */
  readonly interfaceId?: string;
  /** kind `load-balancer`. */
  readonly loadBalancerArn?: string;
  /** kind `endpoint`: the Gateway Load Balancer endpoint behind it, undefined when it no longer exists. */
  readonly endpoint?: {
    readonly id: string;
    readonly service: string;
    readonly available: boolean;
    readonly subnetId?: string;
  };
  readonly tags: Tags;
}

/** What stands behind the targets that a policy can choose: mirroring it would feed the copy into itself. */
export interface Receivers {
  /** Targets themselves. */
  readonly interfaceIds: ReadonlySet<string>;
  readonly instanceIds: ReadonlySet<string>;
  /** As `receiverAddress` writes them. */
  readonly addresses: ReadonlySet<string>;
  /** Groups of the instances above: a new member is running before it is registered. */
  readonly autoscalingGroups: ReadonlySet<string>;
  /** Load balancers that AWS would not tell about: what is behind them is not known. */
  readonly unread: readonly string[];
}

/** An address is one only within its VPC. */
export function receiverAddress(vpcId: string, address: string): string {
  return `${vpcId} ${address}`;
}

/** What receives mirrored packets in this account. */
export interface Topology {
  readonly targets: readonly Target[];
  readonly receivers: Receivers;
}

export const nothingReceives: Topology = {
  targets: [],
  receivers: {
    interfaceIds: new Set(),
    instanceIds: new Set(),
    addresses: new Set(),
    autoscalingGroups: new Set(),
    unread: [],
  },
};

/** Where to look. An event never says what to do, only which resources may have changed. */
export interface Look {
  readonly instanceIds: readonly string[];
  readonly interfaceIds: readonly string[];
}

/** What was seen in EC2. `sessions` holds every session, ours or not, on the interfaces that were looked at. */
export interface Observation {
  readonly sources: readonly Source[];
  readonly sessions: readonly Session[];
  readonly topology: Topology;
  /** Of the whole account, for a sweep; undefined where they were not read. */
  readonly filters?: readonly MirrorFilter[];
  /** Targets in a zone without a healthy node, for a sweep; undefined where that is not known. */
  readonly unhealthyTargets?: ReadonlySet<string>;
  /** Ids of the look that EC2 did not know (yet, or any more). */
  readonly unseen: readonly string[];
}

export function mergeLooks(looks: readonly Look[]): Look {
  return {
    instanceIds: [...new Set(looks.flatMap((look) => look.instanceIds))],
    interfaceIds: [...new Set(looks.flatMap((look) => look.interfaceIds))],
  };
}
