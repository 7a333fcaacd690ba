import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  EC2Client,
  type DescribeInstancesCommandInput,
  type NetworkInterface,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createObserver } from "../../../../functions/aws/sessions/observer.js";
import { typeRefusal } from "../../../../functions/core/sessions/eligibility.js";
import type { Policy } from "../../../../functions/core/sessions/policy.js";
import type { Look } from "../../../../functions/core/model.js";
import { concerns } from "../../../../functions/core/sessions/ownership.js";
import { aPolicy, aTopology, CONTROLLER } from "../../../support/builders.js";
import { awsError, ec2Instance, ec2Interface, ec2Session } from "../../../support/ec2.js";

/** ECS describes a task's interface by its attachment. */
const TASK = "arn:aws:ecs:eu-west-1:111122223333:attachment/5f2a3d9e-0c1b-4e7a-9d55-1c2b3a4d5e6f";
const ec2 = mockClient(EC2Client);
let topologyReads = 0;
let forgotten = 0;
let unhealthyTargets = async () => new Set<string>();
const topology = {
  read: async () => {
    topologyReads += 1;
    return aTopology();
  },
  unhealthyTargets: () => unhealthyTargets(),
  forget: () => {
    forgotten += 1;
  },
};
const observer = createObserver(new EC2Client({ region: "eu-west-1" }), topology, {
  account: "111122223333",
  ours: (session) => concerns(session, CONTROLLER),
});

const look = (over: Partial<Look>) =>
  observer.look({ instanceIds: [], interfaceIds: [], ...over }, aPolicy());
/** Names of the calls made, in order. */
const calls = () => ec2.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, ""));
const inputs = () => ec2.calls().map((call) => call.args[0].input as DescribeInstancesCommandInput);
const interfaceIdsOf = (sources: readonly { id: string }[]) => sources.map(({ id }) => id).sort();

beforeEach(() => {
  ec2.reset();
  topologyReads = 0;
  forgotten = 0;
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [ec2Instance()] }] });
  ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({ TrafficMirrorSessions: [ec2Session()] });
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [ec2Interface()] });
  ec2.on(DescribeTrafficMirrorFiltersCommand).resolves({ TrafficMirrorFilters: [] });
});

describe("targets in a zone without a healthy node", () => {
  it("are told to a sweep, and a look does not ask for them", async () => {
    unhealthyTargets = async () => new Set(["tmt-1"]);
    expect((await observer.everything(aPolicy())).unhealthyTargets).toEqual(new Set(["tmt-1"]));
    expect(await look({ interfaceIds: ["eni-1"] })).not.toHaveProperty("unhealthyTargets");
  });

  it("are not known where they cannot be read, and the sweep goes on", async () => {
    unhealthyTargets = () => Promise.reject(awsError("AccessDenied", 403));
    const observation = await observer.everything(aPolicy());
    expect(observation).not.toHaveProperty("unhealthyTargets");
    expect(observation.sources).toHaveLength(1);
  });
});

describe("the filters of a sweep", () => {
  const everywhere = { SourceCidrBlock: "0.0.0.0/0", DestinationCidrBlock: "0.0.0.0/0" };
  const accept = {
    TrafficDirection: "ingress",
    RuleNumber: 100,
    RuleAction: "accept",
    ...everywhere,
  } as const;

  it("come with their rules, and one with a rule that cannot be read is not judged", async () => {
    const https = { Protocol: 6, DestinationPortRange: { FromPort: 443, ToPort: 443 } };
    const { SourceCidrBlock: _none, ...odd } = accept;
    ec2.on(DescribeTrafficMirrorFiltersCommand).resolves({
      TrafficMirrorFilters: [
        {
          TrafficMirrorFilterId: "tmf-1",
          IngressFilterRules: [{ ...accept, ...https }],
          NetworkServices: [],
        },
        { TrafficMirrorFilterId: "tmf-odd", IngressFilterRules: [odd] },
      ],
    });
    const { filters } = await observer.everything(aPolicy());
    const cidrs = { sourceCidr: "0.0.0.0/0", destinationCidr: "0.0.0.0/0" };
    const ports = { protocol: 6, destinationPorts: { from: 443, to: 443 } };
    const rules = [{ direction: "ingress", number: 100, action: "accept", ...cidrs, ...ports }];
    expect(filters).toEqual([{ id: "tmf-1", rules, networkServices: [] }]);
  });

  it("may be unreadable: the sweep goes on without them", async () => {
    ec2.on(DescribeTrafficMirrorFiltersCommand).rejects(awsError("UnauthorizedOperation"));
    const { filters, sessions } = await observer.everything(aPolicy());
    expect([filters, sessions.length]).toEqual([undefined, 1]);
  });
});

it("a sweep reads targets anew where they come and go by themselves; otherwise what is remembered will do", async () => {
  const policy = aPolicy();
  await observer.everything(policy);
  expect(forgotten).toBe(0);
  await observer.everything({ ...policy, vpcs: policy.vpcs.map((vpc) => ({ ...vpc, targets: null })) });
  expect(forgotten).toBe(1);
});

it("a target that the policy lists and that is not remembered was made just now: targets are read again, once", async () => {
  const policy = aPolicy();
  const listed = [{ target_id: "tmt-new", availability_zone: "eu-west-1a" }];
  const changed = { ...policy, vpcs: policy.vpcs.map((vpc) => ({ ...vpc, targets: listed })) };
  await observer.everything(changed);
  expect([forgotten, topologyReads]).toEqual([1, 2]);
  await observer.look({ instanceIds: ["i-1"], interfaceIds: [] }, changed);
  expect([forgotten, topologyReads]).toEqual([2, 4]);
});

describe("a look at instances", () => {
  it("costs two reads, whatever their number, up to the limit of a filter", async () => {
    const instanceIds = Array.from({ length: 200 }, (_, n) => `i-${String(n)}`);
    await look({ instanceIds });
    expect(calls()).toEqual(["DescribeInstances", "DescribeTrafficMirrorSessions"]);
    expect(inputs()[0]).toEqual({
      Filters: [{ Name: "instance-id", Values: instanceIds }],
      MaxResults: 1000,
    });
  });

  it("is split beyond that limit", async () => {
    await look({ instanceIds: Array.from({ length: 450 }, (_, n) => `i-${String(n)}`) });
    const sizes = ec2
      .commandCalls(DescribeInstancesCommand)
      .map((call) => call.args[0].input.Filters?.[0]?.Values?.length);
    expect(sizes).toEqual([200, 200, 50]);
  });

  it("never asks by explicit ids: one unknown id would fail the call for all", async () => {
    await look({ instanceIds: ["i-1"], interfaceIds: ["eni-1"] });
    for (const input of inputs()) {
      expect(Object.keys(input).filter((key) => key.endsWith("Ids"))).toEqual([]);
    }
  });

  it("sees every instance of a reservation, and every interface of each", async () => {
    const second = ec2Instance({ InstanceId: "i-2", interfaceIds: ["eni-3"] });
    const Reservations = [{ Instances: [ec2Instance({ interfaceIds: ["eni-1", "eni-2"] }), second] }];
    ec2.on(DescribeInstancesCommand).resolves({ Reservations });
    const { sources } = await look({ instanceIds: ["i-1", "i-2"] });
    expect(interfaceIdsOf(sources)).toEqual(["eni-1", "eni-2", "eni-3"]);
  });

  it("is not upset by a terminated instance, which has neither subnet nor interfaces", async () => {
    const {
      SubnetId: _,
      VpcId: __,
      ...rest
    } = ec2Instance({ interfaceIds: [], State: { Name: "terminated" } });
    ec2
      .on(DescribeInstancesCommand)
      .resolves({ Reservations: [{ Instances: [rest, ec2Instance({ InstanceId: "i-2" })] }] });
    const { sources, unseen } = await look({ instanceIds: ["i-1", "i-2"] });
    expect(interfaceIdsOf(sources)).toEqual(["eni-1"]);
    expect(unseen).toEqual([]);
  });

  it("names what EC2 does not know (yet, or any more)", async () => {
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    expect(await look({ instanceIds: ["i-9"] })).toMatchObject({ sources: [], unseen: ["i-9"] });
    expect(calls()).toEqual(["DescribeInstances"]);
  });

  it("spends one read and no topology on what is outside the policy's VPCs", async () => {
    const nic = { NetworkInterfaceId: "eni-1", VpcId: "vpc-9", SubnetId: "subnet-9" };
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [{ Instances: [ec2Instance({ NetworkInterfaces: [nic] })] }],
    });
    expect((await look({ instanceIds: ["i-1"] })).sources).toEqual([]);
    expect(calls()).toEqual(["DescribeInstances"]);
    expect(topologyReads).toBe(0);
  });
});

describe("a look at interfaces", () => {
  it("costs three reads at most, and learns the state, type and tags of the instance", async () => {
    const nic = ec2Interface({ Attachment: { InstanceId: "i-1", DeviceIndex: 0 } });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [nic] });
    const { sources } = await look({ interfaceIds: ["eni-1"] });
    expect(calls()).toEqual([
      "DescribeNetworkInterfaces",
      "DescribeInstances",
      "DescribeTrafficMirrorSessions",
    ]);
    expect(sources).toMatchObject([
      { id: "eni-1", instance: { id: "i-1", type: "m5.large", state: "running" } },
    ]);
  });

  it("costs three reads for instances and interfaces together", async () => {
    await look({ instanceIds: ["i-1", "i-2"], interfaceIds: ["eni-1", "eni-2"] });
    expect(calls()).toHaveLength(3);
  });

  it("asks for no instance when none has the interface", async () => {
    const { sources } = await look({ interfaceIds: ["eni-1"] });
    expect(calls()).toEqual(["DescribeNetworkInterfaces", "DescribeTrafficMirrorSessions"]);
    expect(sources[0]).not.toHaveProperty("instance");
    expect(sources[0]).not.toHaveProperty("deviceIndex");
  });
});

/** How EC2 shows each kind of interface that can be mirrored without an instance, and the option that allows it. */
const managedInterfaces: readonly [string, object, NetworkInterface][] = [
  ["fargate", { fargate: true }, { Description: TASK, RequesterManaged: true, RequesterId: "111122223333" }],
  ["rds", { requester_managed: { rds: true } }, { RequesterManaged: true, RequesterId: "amazon-rds" }],
  [
    "elasticache",
    { requester_managed: { elasticache: true } },
    { RequesterManaged: true, RequesterId: "amazon-elasticache" },
  ],
];

describe.each(managedInterfaces)("an interface without an instance, of the kind %s", (_, options, over) => {
  const nic = ec2Interface({ NetworkInterfaceId: "eni-managed", ...over });
  const plain = { "vpc-id": nic.VpcId, "network-interface-id": nic.NetworkInterfaceId };
  const values: Record<string, string | undefined> = {
    ...plain,
    "requester-id": nic.RequesterId,
    description: nic.Description,
  };
  const matches = (pattern: string, text = "") => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text);

  beforeEach(() => {
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({ TrafficMirrorSessions: [] });
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    // As EC2 does: every filter must match, by one of its values, in which an asterisk stands for anything.
    ec2.on(DescribeNetworkInterfacesCommand).callsFake(({ Filters = [] }: DescribeInstancesCommandInput) => ({
      NetworkInterfaces: Filters.every(({ Name = "", Values = [] }) =>
        Values.some((pattern) => matches(pattern, values[Name])),
      )
        ? [nic]
        : [],
    }));
  });

  const verdicts = async (policy: Policy) => {
    const seen = await Promise.all([
      observer.look({ instanceIds: [], interfaceIds: ["eni-managed"] }, policy),
      observer.everything(policy),
    ]);
    return seen.map(({ sources }) =>
      sources.map((source) => typeRefusal(source, aTopology(), policy.options) ?? "allowed"),
    );
  };

  it("is seen and allowed where its option is on, by an event and by a sweep", async () => {
    expect(await verdicts(aPolicy({ options }))).toEqual([["allowed"], ["allowed"]]);
  });

  it("is refused by an event where its option is off, and not asked for by a sweep", async () => {
    const [byEvent = [], bySweep] = await verdicts(aPolicy());
    expect(byEvent).toHaveLength(1);
    expect(byEvent).not.toContain("allowed");
    expect(bySweep).toEqual([]);
  });
});

describe("a read that fails", () => {
  it.each([DescribeInstancesCommand, DescribeTrafficMirrorSessionsCommand])(
    "fails the look: %p",
    async (command) => {
      ec2.on(command).rejects(awsError("RequestLimitExceeded", 503));
      await expect(look({ instanceIds: ["i-1"] })).rejects.toThrow("RequestLimitExceeded");
    },
  );

  it("on a later page fails the sweep: a part is never taken for the whole", async () => {
    ec2
      .on(DescribeInstancesCommand)
      .resolvesOnce({ Reservations: [{ Instances: [ec2Instance()] }], NextToken: "2" })
      .rejects(awsError("InternalError", 500));
    await expect(observer.everything(aPolicy())).rejects.toThrow("InternalError");
  });
});

describe("a sweep", () => {
  it("reads the sessions before the instances, so that a new session's interface is not missed", async () => {
    await observer.everything(aPolicy());
    expect(calls()).toEqual([
      "DescribeTrafficMirrorSessions",
      "DescribeInstances",
      "DescribeTrafficMirrorFilters",
    ]);
    expect(topologyReads).toBe(1);
  });

  it("reads every page of each, a thousand at a time", async () => {
    ec2
      .on(DescribeInstancesCommand)
      .resolvesOnce({ Reservations: [{ Instances: [ec2Instance()] }], NextToken: "a" })
      .resolvesOnce({ Reservations: [], NextToken: "b" })
      .resolves({
        Reservations: [{ Instances: [ec2Instance({ InstanceId: "i-2", interfaceIds: ["eni-2"] })] }],
      });
    ec2
      .on(DescribeTrafficMirrorSessionsCommand)
      .resolvesOnce({ TrafficMirrorSessions: [ec2Session()], NextToken: "c" })
      .resolves({
        TrafficMirrorSessions: [ec2Session({ TrafficMirrorSessionId: "tms-2", NetworkInterfaceId: "eni-2" })],
      });
    const [first, second] = ["tmf-1", "tmf-2"].map((TrafficMirrorFilterId) => [{ TrafficMirrorFilterId }]);
    ec2
      .on(DescribeTrafficMirrorFiltersCommand)
      .resolvesOnce({ TrafficMirrorFilters: first, NextToken: "d" })
      .resolves({ TrafficMirrorFilters: second });
    const { sources, sessions, filters = [] } = await observer.everything(aPolicy());
    expect(filters.map(({ id }) => id)).toEqual(["tmf-1", "tmf-2"]);
    expect(interfaceIdsOf(sources)).toEqual(["eni-1", "eni-2"]);
    expect(interfaceIdsOf(sessions)).toEqual(["tms-1", "tms-2"]);
    expect(inputs().map(({ NextToken, MaxResults }) => [NextToken, MaxResults])).toEqual([
      [undefined, 1000],
      ["c", 1000],
      [undefined, 1000],
      ["a", 1000],
      ["b", 1000],
      [undefined, 1000],
      ["d", 1000],
    ]);
  });

  it("looks again at the interfaces of our sessions that the instances do not have", async () => {
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({
      TrafficMirrorSessions: [ec2Session({ NetworkInterfaceId: "eni-kept" })],
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [ec2Interface({ NetworkInterfaceId: "eni-kept" })],
    });
    const { sources } = await observer.everything(aPolicy());
    expect(interfaceIdsOf(sources)).toEqual(["eni-1", "eni-kept"]);
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "network-interface-id", Values: ["eni-kept"] },
    ]);
  });

  it("takes an interface that its instance does not show yet for that instance's", async () => {
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({
      TrafficMirrorSessions: [ec2Session({ NetworkInterfaceId: "eni-new" })],
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [
        ec2Interface({ NetworkInterfaceId: "eni-new", Attachment: { InstanceId: "i-1", DeviceIndex: 1 } }),
      ],
    });
    const { sources } = await observer.everything(aPolicy());
    expect(sources).toMatchObject([
      { id: "eni-1" },
      { id: "eni-new", attachment: "attached", instance: { id: "i-1" }, deviceIndex: 1 },
    ]);
  });

  it("takes no interest in the interfaces of others' sessions", async () => {
    const theirs = ec2Session({ NetworkInterfaceId: "eni-theirs", Tags: [] });
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({ TrafficMirrorSessions: [theirs] });
    const { sources, sessions } = await observer.everything(aPolicy());
    expect(interfaceIdsOf(sources)).toEqual(["eni-1"]);
    expect(sessions).toHaveLength(1);
  });

  it("asks for services' interfaces only where they are switched on, and only for those", async () => {
    await observer.everything(aPolicy());
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
    const rds = ec2Interface({
      NetworkInterfaceId: "eni-rds",
      RequesterManaged: true,
      RequesterId: "amazon-rds",
    });
    ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [rds] });
    const { sources } = await observer.everything(aPolicy({ options: { requester_managed: { rds: true } } }));
    expect(sources).toContainEqual(expect.objectContaining({ id: "eni-rds", requester: "amazon-rds" }));
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "vpc-id", Values: ["vpc-1"] },
      { Name: "requester-id", Values: ["amazon-rds"] },
    ]);
  });

  it("never takes an interface of an instance for a service's, whatever its description says", async () => {
    const attached = { Description: TASK, Attachment: { InstanceId: "i-1", DeviceIndex: 0 } };
    ec2.on(DescribeNetworkInterfacesCommand).resolves({
      NetworkInterfaces: [
        ec2Interface(attached),
        ec2Interface({ ...attached, NetworkInterfaceId: "eni-of-an-instance-not-listed-yet" }),
      ],
    });
    const { sources } = await observer.everything(aPolicy({ options: { fargate: true } }));
    expect(sources).toMatchObject([{ id: "eni-1", instance: { id: "i-1" } }]);
  });

  it("reads no instances when the policy has no VPC", async () => {
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({ TrafficMirrorSessions: [] });
    const { sources } = await observer.everything({ ...aPolicy(), vpcs: [] });
    expect(sources).toEqual([]);
    expect(calls()).toEqual(["DescribeTrafficMirrorSessions", "DescribeTrafficMirrorFilters"]);
  });
});
