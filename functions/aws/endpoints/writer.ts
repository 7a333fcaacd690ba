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
import type { Bucket, EndpointOutcome, EndpointWriter } from "../../core/endpoints/ports.js";
import { classifyCode, classifyEndpoint } from "./errors.js";
import type { Pace } from "../pace.js";
import { toAwsTags } from "../shapes.js";

const done: EndpointOutcome = { kind: "done", value: undefined };

export function createEndpointWriter(
  client: EC2Client,
  paces: Readonly<Record<Bucket, Pace>>,
): EndpointWriter {
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
        await call("other", () =>
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
      return ids.map((id) => orGone(refused.get(id) ?? outcome));
    },
    tag: (id, tags) =>
      call("other", () => client.send(new CreateTagsCommand({ Resources: [id], Tags: toAwsTags(tags) }))),
    untag: (id, keys) =>
      call("other", () =>
        client.send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) })),
      ),
  };
}
