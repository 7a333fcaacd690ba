/** Creates, tags and removes endpoints and their targets; every answer becomes an outcome, and a throttled one slows down. */
import {
  CreateTagsCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcEndpointCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorTargetCommand,
  DeleteVpcEndpointsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../../core/clock.js";
import type { Bucket, EndpointOutcome, EndpointWriter } from "../../core/endpoints/ports.js";
import type { Pace } from "../pace.js";
import { inChunks, readGatewayEndpoints, readTargets } from "../read.js";
import { toAwsTags } from "../shapes.js";
import { createStillThere } from "../still-there.js";
import { classifyCode, classifyEndpoint } from "./errors.js";

const done: EndpointOutcome = { kind: "done", value: undefined };

export function createEndpointWriter(
  client: EC2Client,
  paces: Readonly<Record<Bucket, Pace>>,
  clock: Clock,
): EndpointWriter {
  const stillThere = createStillThere(clock);
  const call = async (bucket: Bucket, send: () => Promise<unknown>): Promise<EndpointOutcome> => {
    try {
      await send();
      return done;
    } catch (error) {
      const failure = classifyEndpoint(error);
      if (failure.kind === "throttled") paces[bucket].slowDown();
      return failure;
    }
  };
  /** Outcomes of calls on what was there, by id. */
  const withoutGone = async (
    ids: readonly string[],
    outcomes: readonly EndpointOutcome[],
  ): Promise<readonly EndpointOutcome[]> => {
    const refused = ids.filter((_, index) => outcomes[index]?.kind === "not-permitted");
    if (refused.length === 0) return outcomes;
    const there = await stillThere(refused, (ids) => existing(client, ids));
    return outcomes.map((outcome, index) =>
      outcome.kind === "not-permitted" && !there.has(ids[index] ?? "")
        ? { ...outcome, kind: "gone" }
        : outcome,
    );
  };
  const onOne = async (id: string, send: () => Promise<unknown>): Promise<EndpointOutcome> => {
    const outcome = await call("other", send);
    return (await withoutGone([id], [outcome]))[0] ?? outcome;
  };
  const orGone = (outcome: EndpointOutcome) => (outcome.kind === "gone" ? done : outcome);

  return {
    turn: (bucket, until) => paces[bucket].turn(until),
    createEndpoint: ({ service, vpcId, subnetId, token, tags }) =>
      call("create-endpoint", () =>
        client.send(
          new CreateVpcEndpointCommand({
            VpcEndpointType: "GatewayLoadBalancer",
            ServiceName: service,
            VpcId: vpcId,
            SubnetIds: [subnetId],
            ClientToken: token,
            TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: toAwsTags(tags) }],
          }),
        ),
      ),
    createTarget: ({ endpointId, token, tags }) =>
      call("other", () =>
        client.send(
          new CreateTrafficMirrorTargetCommand({
            GatewayLoadBalancerEndpointId: endpointId,
            Description: tags["Name"],
            ClientToken: token,
            TagSpecifications: [{ ResourceType: "traffic-mirror-target", Tags: toAwsTags(tags) }],
          }),
        ),
      ),
    deleteTarget: async (id) =>
      orGone(
        await onOne(id, () =>
          client.send(new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: id })),
        ),
      ),
    async deleteEndpoints(ids) {
      const refused = new Map<string, EndpointOutcome>();
      const outcome = await call("delete-endpoint", async () => {
        const { Unsuccessful = [] } = await client.send(
          new DeleteVpcEndpointsCommand({ VpcEndpointIds: [...ids] }),
        );
        for (const { ResourceId = "", Error: error } of Unsuccessful) {
          refused.set(ResourceId, classifyCode(error?.Code ?? "Unknown", error?.Message ?? ""));
        }
      });
      const outcomes = ids.map((id) => refused.get(id) ?? outcome);
      return (await withoutGone(ids, outcomes)).map(orGone);
    },
    tag: (id, tags) =>
      onOne(id, () => client.send(new CreateTagsCommand({ Resources: [id], Tags: toAwsTags(tags) }))),
    untag: (id, keys) =>
      onOne(id, () =>
        client.send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) })),
      ),
  };
}

/** Which of these targets and endpoints EC2 knows. */
async function existing(client: EC2Client, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const targetIds = ids.filter((id) => id.startsWith("tmt-"));
  const endpointIds = ids.filter((id) => !id.startsWith("tmt-"));
  const targets = await inChunks(targetIds, (Values) =>
    readTargets(client, { Name: "traffic-mirror-target-id", Values }),
  );
  const endpoints = await inChunks(endpointIds, (Values) =>
    readGatewayEndpoints(client, { Name: "vpc-endpoint-id", Values }),
  );
  return new Set([
    ...targets.flatMap(({ TrafficMirrorTargetId: id }) => id ?? []),
    ...endpoints.flatMap(({ VpcEndpointId: id }) => id ?? []),
  ]);
}
