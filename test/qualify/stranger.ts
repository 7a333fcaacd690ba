/** What somebody else has in the account, as like to a run's own as can be: it must be there afterwards as it was. */
import {
  CreateTrafficMirrorFilterCommand,
  CreateVpcCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { LocalCloud } from "../../local-cloud/index.js";
import { OWN_TAG, RUN_TAG } from "../../qualify/tags.js";
import { whereOf } from "./stage.js";

/** Makes it, and gives the way to see what of it is there. */
export const stranger = async (cloud: LocalCloud): Promise<() => Promise<readonly boolean[]>> => {
  const ec2 = new EC2Client(whereOf(cloud));
  const ssm = new SSMClient(whereOf(cloud));
  // The tags of a run, but of another one.
  const Tags = [RUN_TAG, OWN_TAG].map((Key) => ({ Key, Value: "qualify-others" }));
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock: "10.7.0.0/16", TagSpecifications: [{ ResourceType: "vpc", Tags }] }),
  );
  const { TrafficMirrorFilter } = await ec2.send(
    new CreateTrafficMirrorFilterCommand({
      TagSpecifications: [{ ResourceType: "traffic-mirror-filter", Tags }],
    }),
  );
  await ssm.send(new PutParameterCommand({ Name: "/qualify-others/0", Value: "x", Type: "String" }));
  return async () => {
    const vpc = new DescribeVpcsCommand({ VpcIds: [Vpc?.VpcId ?? ""] });
    const TrafficMirrorFilterIds = [TrafficMirrorFilter?.TrafficMirrorFilterId ?? ""];
    const filter = new DescribeTrafficMirrorFiltersCommand({ TrafficMirrorFilterIds });
    const parameter = new GetParameterCommand({ Name: "/qualify-others/0" });
    const there = (call: Promise<unknown>) =>
      call.then(
        () => true,
        () => false,
      );
    return Promise.all([there(ec2.send(vpc)), there(ec2.send(filter)), there(ssm.send(parameter))]);
  };
};
