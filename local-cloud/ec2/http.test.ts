/** A sample of the EC2 side as the SDK sees it: through the front, with real moto behind. */
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeTrafficMirrorFiltersCommand,
  EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
  paginateDescribeTrafficMirrorSessions,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../index.js";

// moto takes seconds to start.
jest.setTimeout(60_000);

const CLIENT = "111111111111";
const HUB = "222222222222";
const REGION = "eu-west-1";

let cloud: LocalCloud;
const clients: EC2Client[] = [];
const ec2 = (account: string) => {
  const client = new EC2Client({
    endpoint: cloud.url,
    region: REGION,
    credentials: { accessKeyId: account, secretAccessKey: "local" },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
};

beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await cloud.stop();
});

/** A gateway load balancer and its endpoint service in the hub, made without an ELB client. */
async function endpointService(subnetId: string): Promise<string> {
  const body = new URLSearchParams({
    Action: "CreateLoadBalancer",
    Version: "2015-12-01",
    Name: "gateway",
    Type: "gateway",
    "Subnets.member.1": subnetId,
  });
  const scope = `Credential=${HUB}/20260101/${REGION}/elasticloadbalancing/aws4_request`;
  const answer = await fetch(cloud.url, {
    method: "POST",
    body,
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
  });
  const arn = /<LoadBalancerArn>([^<]+)/.exec(await answer.text())?.[1] ?? "";
  const hub = ec2(HUB);
  const { ServiceConfiguration: service } = await hub.send(
    new CreateVpcEndpointServiceConfigurationCommand({
      GatewayLoadBalancerArns: [arn],
      AcceptanceRequired: false,
    }),
  );
  await hub.send(
    new ModifyVpcEndpointServicePermissionsCommand({
      ServiceId: service?.ServiceId,
      AddAllowedPrincipals: [`arn:aws:iam::${CLIENT}:root`],
    }),
  );
  return service?.ServiceName ?? "";
}

async function subnetOf(account: string) {
  const { Subnets = [] } = await ec2(account).send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "availability-zone", Values: [`${REGION}a`] }] }),
  );
  return { subnetId: Subnets[0]?.SubnetId ?? "", vpcId: Subnets[0]?.VpcId ?? "" };
}

test("an instance is launched, mirrored, stopped and terminated", async () => {
  const client = ec2(CLIENT);
  const { subnetId, vpcId } = await subnetOf(CLIENT);
  const serviceName = await endpointService((await subnetOf(HUB)).subnetId);
  const { VpcEndpoint } = await client.send(
    new CreateVpcEndpointCommand({
      VpcEndpointType: "GatewayLoadBalancer",
      ServiceName: serviceName,
      VpcId: vpcId,
      SubnetIds: [subnetId],
    }),
  );
  expect(VpcEndpoint).toMatchObject({
    State: "available",
    NetworkInterfaceIds: [expect.stringMatching(/^eni-/)],
  });
  const { TrafficMirrorTarget } = await client.send(
    new CreateTrafficMirrorTargetCommand({ GatewayLoadBalancerEndpointId: VpcEndpoint?.VpcEndpointId }),
  );
  const { TrafficMirrorFilter } = await client.send(new CreateTrafficMirrorFilterCommand({}));
  const rule = { RuleAction: "accept", SourceCidrBlock: "::/0", DestinationCidrBlock: "::/0" } as const;
  await client.send(
    new CreateTrafficMirrorFilterRuleCommand({
      ...rule,
      TrafficMirrorFilterId: TrafficMirrorFilter?.TrafficMirrorFilterId,
      TrafficDirection: "egress",
      RuleNumber: 1,
      Protocol: 58,
    }),
  );
  const filters = await client.send(new DescribeTrafficMirrorFiltersCommand({}));
  expect(filters.TrafficMirrorFilters?.[0]?.EgressFilterRules).toMatchObject([{ ...rule, Protocol: 58 }]);

  const run = await client.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      InstanceType: "m5.large",
      MinCount: 2,
      MaxCount: 2,
      SubnetId: subnetId,
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "web" }] },
        { ResourceType: "network-interface", Tags: [{ Key: "Of", Value: "web" }] },
      ],
    }),
  );
  const instanceIds = (run.Instances ?? []).map((i) => i.InstanceId ?? "");
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [
        { Name: "attachment.status", Values: ["attached"] },
        { Name: "attachment.device-index", Values: ["0"] },
        { Name: "tag:Of", Values: ["web"] },
      ],
    }),
  );
  expect(NetworkInterfaces.map((n) => n.Attachment?.InstanceId).sort()).toEqual([...instanceIds].sort());
  for (const { NetworkInterfaceId } of NetworkInterfaces) {
    const { TrafficMirrorSession } = await client.send(
      new CreateTrafficMirrorSessionCommand({
        NetworkInterfaceId,
        TrafficMirrorTargetId: TrafficMirrorTarget?.TrafficMirrorTargetId,
        TrafficMirrorFilterId: TrafficMirrorFilter?.TrafficMirrorFilterId,
        SessionNumber: 1,
      }),
    );
    await client.send(
      new CreateTagsCommand({
        Resources: [TrafficMirrorSession?.TrafficMirrorSessionId ?? "", instanceIds[0] ?? ""],
        Tags: [{ Key: "both", Value: "yes" }],
      }),
    );
  }
  const sessions = async () => {
    const found = [];
    for await (const page of paginateDescribeTrafficMirrorSessions({ client, pageSize: 5 }, {})) {
      found.push(...(page.TrafficMirrorSessions ?? []));
    }
    return found;
  };
  expect((await sessions()).map((s) => s.Tags)).toEqual([
    [{ Key: "both", Value: "yes" }],
    [{ Key: "both", Value: "yes" }],
  ]);

  await client.send(new StopInstancesCommand({ InstanceIds: instanceIds }));
  expect(await sessions()).toHaveLength(2);
  await client.send(new TerminateInstancesCommand({ InstanceIds: [instanceIds[0] ?? ""] }));
  expect(await sessions()).toHaveLength(1);
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceIds[0] ?? ""] }),
  );
  expect(Reservations[0]?.Instances?.[0]).toMatchObject({
    State: { Name: "terminated" },
    NetworkInterfaces: [],
  });
  expect(await cloud.gaps()).toEqual([]);
});

test("errors reach the SDK by name, broken connections as such", async () => {
  const client = ec2(CLIENT);
  const wrong = client.send(new DescribeInstancesCommand({ Filters: [{ Name: "nonsense", Values: ["x"] }] }));
  await expect(wrong).rejects.toMatchObject({ name: "InvalidParameterValue" });
  const missing = new CreateTrafficMirrorSessionCommand({
    NetworkInterfaceId: "eni-0",
    TrafficMirrorTargetId: "tmt-0",
    TrafficMirrorFilterId: "tmf-0",
    SessionNumber: 1,
  });
  await expect(client.send(missing)).rejects.toMatchObject({ name: "InvalidTrafficMirrorTargetId.NotFound" });
  await cloud.interfere({
    faults: [{ action: "ec2:Describe*", nth: 1, drop: true }],
    throttling: [{ name: "all", action: "ec2:*", capacity: 1, refill: 0, per: "class" }],
  });
  await expect(client.send(new DescribeInstancesCommand({}))).rejects.toThrow("socket hang up");
  await expect(client.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: "RequestLimitExceeded",
    $metadata: { httpStatusCode: 503 },
  });
  await cloud.interfere({});
});
