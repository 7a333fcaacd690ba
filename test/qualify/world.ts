/** What the local cloud needs beside a deployment so that every question has an answer in it. */
import {
  CreateTagsCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalCloudClient } from "../../local-cloud/index.js";
import type { Stage } from "../../qualify/stage.js";
import { whereOf } from "./stage.js";

const REGION = { account: DEFAULT_ACCOUNT, region: DEFAULT_REGION };
export const OTHER = "222222222222";

/** A target of another account with a tag, shared with this one. */
export const shareTarget = async (cloud: LocalCloudClient): Promise<string> => {
  const ec2 = new EC2Client(whereOf(cloud, OTHER));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc?.VpcId ?? "", CidrBlock: "10.9.0.0/24" }),
  );
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: Subnet?.SubnetId ?? "" }),
  );
  const { TrafficMirrorTarget } = await ec2.send(
    new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId ?? "" }),
  );
  const targetId = TrafficMirrorTarget?.TrafficMirrorTargetId ?? "";
  await ec2.send(new CreateTagsCommand({ Resources: [targetId], Tags: [{ Key: "team", Value: "net" }] }));
  await cloud.ec2({
    shares: [{ account: OTHER, region: DEFAULT_REGION, targetId, with: [DEFAULT_ACCOUNT] }],
  });
  return targetId;
};

/** moto makes no interfaces for tasks and load balancers. */
const addInterface = async (
  cloud: LocalCloudClient,
  place: { readonly vpcId: string; readonly subnetId: string },
  interfaces: { readonly description: string; readonly requesterId?: string },
): Promise<string> => {
  const { vpcId, subnetId } = place;
  const subnets = [{ subnetId, zone: `${DEFAULT_REGION}a` }];
  const spec = { vpcId, subnets, interfaces: [{ ...interfaces, requesterManaged: true }] };
  const added = await cloud.fleet<{ interfaces: string[] }>({ do: "add", ...REGION, spec });
  return added.interfaces[0] ?? "";
};

/** In a VPC of its own, as a task of somebody's would be. */
export const fargateInterface = async (cloud: LocalCloudClient): Promise<string> => {
  const ec2 = new EC2Client(whereOf(cloud));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.8.0.0/16" }));
  const vpcId = Vpc?.VpcId ?? "";
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.8.0.0/24" }));
  const description = `arn:aws:ecs:${DEFAULT_REGION}:${DEFAULT_ACCOUNT}:attachment/1`;
  return addInterface(cloud, { vpcId, subnetId: Subnet?.SubnetId ?? "" }, { description });
};

/** Of the deployment's Application Load Balancer. */
export const loadBalancerInterface = async (cloud: LocalCloudClient, stage: Stage): Promise<string> => {
  const [, name = ""] = stage.outputs.application_load_balancer.split(":loadbalancer/");
  const place = { vpcId: stage.outputs.source_vpc_id, subnetId: stage.subnet };
  return addInterface(cloud, place, { description: `ELB ${name}`, requesterId: "amazon-elb" });
};

export const removeInterface = async (cloud: LocalCloudClient, interfaceId: string): Promise<void> => {
  await cloud.fleet({ do: "deleteInterface", ...REGION, interfaceId });
};
