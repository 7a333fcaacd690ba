/**
 * What receives mirrored packets in this account, cached: targets change rarely, and a burst of events must
 * not read them again for every batch.
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Clock } from "../../core/clock.js";
import type { Topology } from "../../core/model.js";
import { readGatewayEndpoints, readTargets } from "../read.js";
import { toTarget } from "../shapes.js";
import type { ReceiverSource } from "./receivers.js";

export interface TopologySource {
  /** At most a minute old. */
  read(): Promise<Topology>;
  /** A write named a target or filter that EC2 does not know: read anew next time. */
  forget(): void;
}

const CACHE_MS = 60_000;

export function createTopologySource(
  client: EC2Client,
  receivers: ReceiverSource,
  clock: Clock,
): TopologySource {
  let cached: { topology: Topology; until: number } | undefined;
  return {
    async read() {
      if (cached && clock.now() < cached.until) return cached.topology;
      const [targets, endpoints] = await Promise.all([readTargets(client), readGatewayEndpoints(client)]);
      const byId = new Map(endpoints.map((endpoint) => [endpoint.VpcEndpointId ?? "", endpoint]));
      const known = targets.flatMap((target) => toTarget(target, byId) ?? []);
      const topology: Topology = { targets: known, receivers: await receivers.read(known) };
      cached = { topology, until: clock.now() + CACHE_MS };
      return topology;
    },
    forget() {
      cached = undefined;
    },
  };
}
