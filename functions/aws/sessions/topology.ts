/**
 * What receives mirrored packets in this account, cached: targets change rarely, and a burst of events must
 * not read them again for every batch.
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Clock } from "../../core/clock.js";
import type { Target, Topology } from "../../core/model.js";
import type { Policy } from "../../core/sessions/policy.js";
import { isChoosable } from "../../core/sessions/target.js";
import { readGatewayEndpoints, readTargets } from "../read.js";
import { toTarget } from "../shapes.js";
import type { ReceiverSource } from "./receivers.js";

export interface TopologySource {
  /** At most a minute old. What receives follows from what the policy can choose. */
  read(policy: Policy): Promise<Topology>;
  /** Of the targets, those in a zone without a healthy node; undefined where that is not known. For sweeps: receivers.ts. */
  unhealthyTargets(policy: Policy): Promise<ReadonlySet<string> | undefined>;
  /** A write named a target or filter that EC2 does not know: read anew next time. */
  forget(): void;
}

const CACHE_MS = 60_000;

export function createTopologySource(
  client: EC2Client,
  receivers: ReceiverSource,
  clock: Clock,
  account: string,
): TopologySource {
  let cached: { targets: readonly Target[]; until: number } | undefined;
  const known = async (policy: Policy) => {
    if (cached === undefined || clock.now() >= cached.until) {
      cached = { targets: await targetsOf(client, account), until: clock.now() + CACHE_MS };
    }
    const { targets } = cached;
    const choosable = targets.filter((target) => isChoosable(policy, target));
    return { targets, choosable, services: servicesOf(policy, choosable) };
  };
  return {
    async read(policy) {
      const { targets, choosable, services } = await known(policy);
      return { targets, receivers: await receivers.read(choosable, services) };
    },
    async unhealthyTargets(policy) {
      const { choosable, services } = await known(policy);
      return receivers.unhealthyTargets(choosable, services);
    },
    forget() {
      cached = undefined;
    },
  };
}

async function targetsOf(client: EC2Client, account: string): Promise<readonly Target[]> {
  const [targets, endpoints] = await Promise.all([readTargets(client), readGatewayEndpoints(client)]);
  const byId = new Map(endpoints.map((endpoint) => [endpoint.VpcEndpointId ?? "", endpoint]));
  return targets.flatMap((target) => toTarget(target, byId, account) ?? []);
}

/** Endpoint services that a copy may go to: those that the policy names, and those of the targets it can choose. */
function servicesOf({ vpcs }: Policy, choosable: readonly Target[]): ReadonlySet<string> {
  return new Set([
    ...vpcs.flatMap(({ endpoint_service_name: name }) => name ?? []),
    ...choosable.flatMap(({ endpoint }) => endpoint?.service ?? []),
  ]);
}
