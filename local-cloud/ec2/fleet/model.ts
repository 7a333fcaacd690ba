/** Instances and interfaces that live in memory only, as plain data. */
import type { Tags } from "../store/model.js";

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export interface FleetInstance {
  readonly id: string;
  readonly seq: number;
  readonly reservationId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  /** Availability zone name. */
  readonly zone: string;
  readonly type: string;
  readonly state: InstanceState;
  readonly launchedAt: number;
  readonly tags: Tags;
  /** In order of their device index. */
  readonly interfaceIds: readonly string[];
}

export interface Attachment {
  readonly id: string;
  readonly instanceId?: string | undefined;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
}

export interface FleetInterface {
  readonly id: string;
  readonly seq: number;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  /** `interface` unless a service made it. */
  readonly type: string;
  readonly description: string;
  readonly requesterManaged: boolean;
  readonly requesterId?: string | undefined;
  readonly privateIp?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly tags: Tags;
  readonly attachment?: Attachment | undefined;
}
