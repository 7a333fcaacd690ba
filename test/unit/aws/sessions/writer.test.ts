import {
  CreateTagsCommand,
  CreateTrafficMirrorSessionCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorSessionsCommand,
  EC2Client,
  ModifyTrafficMirrorSessionCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createWriter } from "../../../../functions/aws/sessions/writer.js";
import { awsError } from "../../../support/ec2.js";
import { aClock } from "../../../support/fakes.js";

const ec2 = mockClient(EC2Client);
let told: string[] = [];
const pace = {
  turn: async () => {
    told.push("turn");
    return true;
  },
  slowDown: () => {
    told.push("slow down");
  },
};
const client = new EC2Client({ region: "eu-west-1" });
let clock = aClock();
let writer = createWriter(client, pace, clock, () => told.push("stale"));

const desired = {
  interfaceId: "eni-1",
  targetId: "tmt-a",
  filterId: "tmf-1",
  number: 3,
  description: "whose",
  tags: { A: "1" },
};
const done = { kind: "done", value: undefined };
const sent = (): unknown => ec2.calls()[0]?.args[0].input;

beforeEach(() => {
  clock = aClock();
  writer = createWriter(client, pace, clock, () => told.push("stale"));
  ec2.reset();
  told = [];
  ec2.onAnyCommand().resolves({});
});

describe("a create", () => {
  it("says what is wanted, tags included, so that the session is ours from its first moment", async () => {
    expect(await writer.create({ ...desired, vni: 7, packetLength: 128 })).toEqual(done);
    expect(sent()).toEqual({
      NetworkInterfaceId: "eni-1",
      TrafficMirrorTargetId: "tmt-a",
      TrafficMirrorFilterId: "tmf-1",
      SessionNumber: 3,
      VirtualNetworkId: 7,
      PacketLength: 128,
      Description: "whose",
      TagSpecifications: [{ ResourceType: "traffic-mirror-session", Tags: [{ Key: "A", Value: "1" }] }],
    });
  });

  it("leaves the idempotency token to the SDK: one of ours would bring back a deleted session's answer", async () => {
    await writer.create(desired);
    expect(sent()).not.toHaveProperty("ClientToken");
  });

  it("refused for an unknown reason asks for another look", async () => {
    ec2.on(CreateTrafficMirrorSessionCommand).rejects(awsError("SomethingNew"));
    expect(await writer.create(desired)).toMatchObject({ kind: "conflict", code: "SomethingNew" });
  });
});

describe("a change", () => {
  const modified = async (changes: Parameters<typeof writer.modify>[1]) => {
    await writer.modify("tms-1", changes);
    return JSON.parse(
      JSON.stringify(ec2.commandCalls(ModifyTrafficMirrorSessionCommand)[0]?.args[0].input),
    ) as unknown;
  };

  it("names only what differs", async () => {
    expect(await modified({ targetId: "tmt-b", number: 4 })).toEqual({
      TrafficMirrorSessionId: "tms-1",
      TrafficMirrorTargetId: "tmt-b",
      SessionNumber: 4,
    });
  });

  it("sets a packet length", async () => {
    expect(await modified({ packetLength: 128 })).toEqual({
      TrafficMirrorSessionId: "tms-1",
      PacketLength: 128,
    });
  });

  it("takes a packet length away by naming the field", async () => {
    expect(await modified({ packetLength: null, vni: 8, filterId: "tmf-2" })).toEqual({
      TrafficMirrorSessionId: "tms-1",
      TrafficMirrorFilterId: "tmf-2",
      VirtualNetworkId: 8,
      RemoveFields: ["packet-length"],
    });
  });

  it("of a session that is gone says so", async () => {
    ec2.on(ModifyTrafficMirrorSessionCommand).rejects(awsError("InvalidTrafficMirrorSessionId.NotFound"));
    expect(await writer.modify("tms-1", { number: 2 })).toMatchObject({ kind: "gone" });
  });
});

describe("a removal", () => {
  it("names the session", async () => {
    expect(await writer.remove("tms-1")).toEqual(done);
    expect(sent()).toEqual({ TrafficMirrorSessionId: "tms-1" });
  });

  it("of what is gone has succeeded", async () => {
    ec2.on(DeleteTrafficMirrorSessionCommand).rejects(awsError("InvalidTrafficMirrorSessionId.NotFound"));
    expect(await writer.remove("tms-1")).toEqual(done);
  });
});

describe("a tag", () => {
  it("is put on the session alone", async () => {
    expect(await writer.tag("tms-1", { A: "1", B: "2" })).toEqual(done);
    expect(sent()).toEqual({
      Resources: ["tms-1"],
      Tags: [
        { Key: "A", Value: "1" },
        { Key: "B", Value: "2" },
      ],
    });
  });
});

describe("a call that our role may not make, on a session", () => {
  const calls = {
    modify: () => writer.modify("tms-1", { number: 2 }),
    remove: () => writer.remove("tms-1"),
    tag: () => writer.tag("tms-1", { A: "1" }),
  };
  const reads = () => ec2.commandCalls(DescribeTrafficMirrorSessionsCommand);

  beforeEach(() => {
    ec2.onAnyCommand().rejects(awsError("UnauthorizedOperation", 403));
  });

  it.each([
    ["modify", "gone"],
    ["remove", "done"],
    ["tag", "gone"],
  ] as const)("that is not there any more is no missing permission: %s", async (name, kind) => {
    ec2.on(DescribeTrafficMirrorSessionsCommand).resolves({ TrafficMirrorSessions: [] });
    expect(await calls[name]()).toMatchObject({ kind });
    expect(reads()[0]?.args[0].input.Filters).toEqual([
      { Name: "traffic-mirror-session-id", Values: ["tms-1"] },
    ]);
  });

  it.each(Object.entries(calls))("that is there is not permitted: %s", async (_, write) => {
    ec2
      .on(DescribeTrafficMirrorSessionsCommand)
      .resolves({ TrafficMirrorSessions: [{ TrafficMirrorSessionId: "tms-1" }] });
    expect(await write()).toMatchObject({ kind: "not-permitted", code: "UnauthorizedOperation" });
  });

  it.each([
    ["modify", "gone"],
    ["remove", "done"],
    ["tag", "gone"],
  ] as const)("that an old list shows is no missing permission: %s", async (name, kind) => {
    ec2
      .on(DescribeTrafficMirrorSessionsCommand)
      .resolvesOnce({ TrafficMirrorSessions: [{ TrafficMirrorSessionId: "tms-1" }] })
      .resolves({ TrafficMirrorSessions: [] });
    expect(await calls[name]()).toMatchObject({ kind });
    expect(clock.slept).toEqual([3_500]);
  });

  it("that is there is waited for once a minute, however many calls are not permitted", async () => {
    ec2
      .on(DescribeTrafficMirrorSessionsCommand)
      .resolves({ TrafficMirrorSessions: [{ TrafficMirrorSessionId: "tms-1" }] });
    for (let n = 0; n < 5; n++) await calls.remove();
    expect(clock.slept).toEqual([3_500]);
    clock.advance(60_000);
    expect(await calls.remove()).toMatchObject({ kind: "not-permitted" });
    expect(clock.slept).toEqual([3_500, 3_500]);
  });

  it.each(Object.entries(calls))("that cannot be looked at is not permitted: %s", async (_, write) => {
    expect(await write()).toMatchObject({ kind: "not-permitted" });
    expect(reads()).toHaveLength(1);
  });
});

describe("a create on an interface", () => {
  beforeEach(() => {
    ec2.on(CreateTrafficMirrorSessionCommand).rejects(awsError("UnauthorizedOperation"));
  });

  it("that is not there any more is no missing permission", async () => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces: [] });
    expect(await writer.create(desired)).toMatchObject({ kind: "gone", code: "UnauthorizedOperation" });
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "network-interface-id", Values: ["eni-1"] },
    ]);
  });

  it("that is there is not permitted", async () => {
    const NetworkInterfaces = [{ NetworkInterfaceId: "eni-1" }];
    ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces });
    expect(await writer.create(desired)).toMatchObject({ kind: "not-permitted" });
  });

  it("that cannot be looked at is not permitted", async () => {
    ec2.on(DescribeNetworkInterfacesCommand).rejects(awsError("InternalError", 500));
    expect(await writer.create(desired)).toMatchObject({ kind: "not-permitted" });
  });
});

describe("every write", () => {
  const writes = {
    create: () => writer.create(desired),
    modify: () => writer.modify("tms-1", { number: 2 }),
    remove: () => writer.remove("tms-1"),
    tag: () => writer.tag("tms-1", { A: "1" }),
  };
  const all = Object.entries(writes);

  it("can wait for its turn, which is the pace's", async () => {
    expect(await writer.turn(Infinity)).toBe(true);
    expect(told).toEqual(["turn"]);
  });

  it.each(all)("slows its pace down when it is throttled: %s", async (_, write) => {
    ec2.onAnyCommand().rejects(awsError("RequestLimitExceeded", 503));
    expect(await write()).toMatchObject({ kind: "throttled" });
    expect(told).toEqual(["slow down"]);
  });

  it.each(all)("answers and does not throw, whatever happens: %s", async (_, write) => {
    ec2.onAnyCommand().rejects(new Error("socket hang up"));
    expect(await write()).toEqual({ kind: "transient", code: "Error", message: "socket hang up" });
  });

  it.each(["InvalidTrafficMirrorTargetId.NotFound", "InvalidTrafficMirrorFilterId.NotFound"])(
    "tells when what is remembered of targets is out of date: %s",
    async (code) => {
      ec2.on(CreateTrafficMirrorSessionCommand).rejects(awsError(code));
      await writer.create(desired);
      expect(told).toEqual(["stale"]);
    },
  );

  it("is one call", async () => {
    for (const [, write] of all) await write();
    expect(ec2.commandCalls(CreateTagsCommand)).toHaveLength(1);
    expect(ec2.calls()).toHaveLength(4);
  });
});
