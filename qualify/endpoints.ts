/** Endpoints of the hub's service that probes make, and mirror targets of them. */
import { CreateTrafficMirrorTargetCommand, CreateVpcEndpointCommand } from "@aws-sdk/client-ec2";
import { endpointState } from "./clients.js";
import type { Stage } from "./stage.js";

/** Gives its id. */
export const makeEndpoint = async (stage: Stage, subnet: string): Promise<string> => {
  const { VpcEndpoint: made } = await stage.clients.ec2.send(
    new CreateVpcEndpointCommand({
      VpcEndpointType: "GatewayLoadBalancer",
      ServiceName: stage.outputs.service.name,
      VpcId: stage.outputs.source_vpc_id,
      SubnetIds: [subnet],
      TagSpecifications: stage.tags("vpc-endpoint"),
    }),
  );
  return stage.made("endpoint", made?.VpcEndpointId ?? "");
};

/** Deletes it, which takes AWS minutes. */
export const endpointGone = async (stage: Stage, id: string): Promise<void> => {
  await stage.undo("endpoint", id);
  const gone = (state: string | undefined) => state === undefined || state === "deleted";
  await stage.until(`${id} to be gone`, 900, () => endpointState(stage.clients, id), gone);
};

export const makeTarget = async (stage: Stage, endpointId: string): Promise<string> => {
  const { TrafficMirrorTarget: made } = await stage.clients.ec2.send(
    new CreateTrafficMirrorTargetCommand({
      GatewayLoadBalancerEndpointId: endpointId,
      TagSpecifications: stage.tags("traffic-mirror-target"),
    }),
  );
  return stage.made("target", made?.TrafficMirrorTargetId ?? "");
};
