/** A VPC in the second account, from which the hub's service can be reached, for as long as a probe needs it. */
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  ModifyVpcEndpointServicePermissionsCommand,
} from "@aws-sdk/client-ec2";
import { refusal } from "./clients.js";
import type { Second, Stage } from "./stage.js";

const CIDR_BLOCK = "10.66.0.0/28";

const inNetwork = async <T>(stage: Stage, second: Second, work: (there: Stage) => Promise<T>): Promise<T> => {
  const { zone_ids: zones } = stage.outputs;
  const { ec2 } = second.clients;
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock: CIDR_BLOCK, TagSpecifications: stage.tags("vpc") }),
  );
  const vpcId = Vpc?.VpcId ?? "";
  second.log.made("network", vpcId);
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({
      VpcId: vpcId,
      CidrBlock: CIDR_BLOCK,
      // Names of zones are each account's own.
      AvailabilityZoneId: zones[0] ?? "",
      TagSpecifications: stage.tags("subnet"),
    }),
  );
  const subnet = Subnet?.SubnetId ?? "";
  const subnets = Object.fromEntries(zones.map((zone) => [zone, subnet]));
  const there = stage.elsewhere(second, {
    ...stage.outputs,
    source_vpc_id: vpcId,
    source_subnets: subnets,
  });
  const done = await work(there);
  // The endpoint's interface goes some time after the endpoint.
  await stage.until(
    `${vpcId} to be gone`,
    300,
    () => refusal(there.undo("network", vpcId)),
    (code) => code === undefined,
  );
  return done;
};

export const inSecondAccount = async <T>(
  stage: Stage,
  second: Second,
  work: (there: Stage) => Promise<T>,
): Promise<T> => {
  const { service } = stage.outputs;
  const partition = stage.outputs.event_bus_arn.split(":")[1] ?? "aws";
  const principal = `arn:${partition}:iam::${second.account}:root`;
  const grant = stage.made("principal", `${service.id} ${principal}`);
  await stage.clients.ec2.send(
    new ModifyVpcEndpointServicePermissionsCommand({
      ServiceId: service.id,
      AddAllowedPrincipals: [principal],
    }),
  );
  try {
    return await inNetwork(stage, second, work);
  } finally {
    await stage.undo("principal", grant);
  }
};
