/** A traffic mirror session as it acts on packets, in the words of EC2's API. */

export interface FilterRule {
  readonly direction: "ingress" | "egress";
  readonly number: number;
  readonly action: "accept" | "reject";
  /** IANA's number; undefined: every protocol. */
  readonly protocol?: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePorts?: PortRange;
  readonly destinationPorts?: PortRange;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface MirrorSession {
  readonly id: string;
  readonly vni: number;
  /** Bytes of each packet that are copied; undefined: all. */
  readonly packetLength?: number;
  /** Address of the endpoint behind the target. */
  readonly endpoint: string;
  readonly rules: readonly FilterRule[];
}
