import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Params } from "../xml.js";
import {
  createBench,
  createTarget,
  ids,
  items,
  prepared,
  tagParams,
  text,
  VPC,
  SUBNETS,
  WHERE,
  type Bench,
} from "../support/ec2.js";

describe("traffic mirror sessions", () => {
  let bench: Bench;
  let base: Params;
  let eni: string;
  let instanceId: string;

  beforeEach(async () => {
    bench = createBench();
    const made = await prepared(bench);
    eni = made.interfaceIds[0] ?? "";
    instanceId = made.instances[0]?.id ?? "";
    base = {
      NetworkInterfaceId: eni,
      TrafficMirrorTargetId: made.targetId,
      TrafficMirrorFilterId: made.filterId,
      SessionNumber: "1",
    };
  });

  const create = (params: Params = {}) => bench.ask("CreateTrafficMirrorSession", { ...base, ...params });
  const createdId = async (params: Params = {}) =>
    text(await create(params), "trafficMirrorSession", "trafficMirrorSessionId") ?? "";
  const sessions = async (params: Params = {}) =>
    items(await bench.ask("DescribeTrafficMirrorSessions", params), "trafficMirrorSessionSet");

  test("a session shows what it was created with", async () => {
    await create({
      VirtualNetworkId: "7",
      PacketLength: "128",
      Description: "one & only",
      ...tagParams({ a: "b" }, "traffic-mirror-session"),
    });
    expect(await sessions()).toEqual([
      {
        trafficMirrorSessionId: expect.stringMatching(/^tms-[0-9a-f]{17}$/),
        trafficMirrorTargetId: base["TrafficMirrorTargetId"],
        trafficMirrorFilterId: base["TrafficMirrorFilterId"],
        networkInterfaceId: eni,
        ownerId: WHERE.account,
        packetLength: "128",
        sessionNumber: "1",
        virtualNetworkId: "7",
        description: "one & only",
        tagSet: [{ key: "a", value: "b" }],
      },
    ]);
  });

  test.each([
    ["a number of 0", { SessionNumber: "0" }, "InvalidParameterValue"],
    ["a number above 32766", { SessionNumber: "32767" }, "InvalidParameterValue"],
    ["a packet length above 8500", { PacketLength: "8501" }, "InvalidParameterValue"],
    ["a VNI above 24 bits", { VirtualNetworkId: "16777216" }, "InvalidParameterValue"],
    [
      "a target that does not exist",
      { TrafficMirrorTargetId: "tmt-0" },
      "InvalidTrafficMirrorTargetId.NotFound",
    ],
    [
      "a filter that does not exist",
      { TrafficMirrorFilterId: "tmf-0" },
      "InvalidTrafficMirrorFilterId.NotFound",
    ],
    [
      "an interface that does not exist",
      { NetworkInterfaceId: "eni-0" },
      "InvalidNetworkInterfaceID.NotFound",
    ],
    ["no filter", { TrafficMirrorFilterId: "" }, "MissingParameter"],
    ["DryRun", { DryRun: "true" }, "DryRunOperation"],
  ])("%s is refused", async (_, params, code) => {
    await expect(create(params)).rejects.toThrow(code);
    expect(await sessions()).toEqual([]);
  });

  test("an interface takes three sessions with three numbers", async () => {
    await create();
    await expect(create()).rejects.toThrow("InvalidParameterValue: Session number 1 is already in use");
    await create({ SessionNumber: "2" });
    await create({ SessionNumber: "3" });
    await expect(create({ SessionNumber: "4" })).rejects.toThrow(
      "TrafficMirrorSessionsPerInterfaceLimitExceeded",
    );
  });

  test("the account's quota can be lowered for a test", async () => {
    bench.ec2.configure({ quotas: { sessions: 1 } });
    await create();
    await expect(create({ SessionNumber: "2" })).rejects.toThrow("TrafficMirrorSessionLimitExceeded");
    expect(() => bench.ec2.configure({ quotas: { session: 1 } })).toThrow();
  });

  test("a repeated token with the same parameters makes no second session", async () => {
    const id = await createdId({ ClientToken: "t" });
    expect(await createdId({ ClientToken: "t" })).toBe(id);
    await expect(create({ ClientToken: "t", SessionNumber: "2" })).rejects.toThrow(
      "IdempotentParameterMismatch",
    );
    expect(await sessions()).toHaveLength(1);
  });

  test("modify changes what is given, removes what is named and keeps the rest", async () => {
    const TrafficMirrorSessionId = await createdId({
      PacketLength: "100",
      Description: "d",
      VirtualNetworkId: "9",
    });
    const target = await createTarget(bench, "subnet-0b");
    await bench.ask("ModifyTrafficMirrorSession", {
      TrafficMirrorSessionId,
      TrafficMirrorTargetId: target,
      SessionNumber: "5",
      "RemoveField.1": "packet-length",
      "RemoveField.2": "description",
    });
    const [session] = await sessions();
    expect(session).toMatchObject({
      trafficMirrorTargetId: target,
      sessionNumber: "5",
      virtualNetworkId: "9",
    });
    expect(session).not.toHaveProperty("packetLength");
    expect(session).not.toHaveProperty("description");
    await createdId({ SessionNumber: "6" });
    await expect(
      bench.ask("ModifyTrafficMirrorSession", { TrafficMirrorSessionId, SessionNumber: "6" }),
    ).rejects.toThrow("already in use");
  });

  test("deleting twice fails the second time", async () => {
    const TrafficMirrorSessionId = await createdId();
    await bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId });
    await expect(bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId })).rejects.toThrow(
      "InvalidTrafficMirrorSessionId.NotFound",
    );
  });

  test("a session goes with its interface, not with a stop or a kept interface", async () => {
    await create();
    await bench.ask("StopInstances", { "InstanceId.1": instanceId });
    expect(await sessions()).toHaveLength(1);
    await bench.ask("ModifyNetworkInterfaceAttribute", {
      NetworkInterfaceId: eni,
      "Attachment.AttachmentId": "eni-attach-1",
      "Attachment.DeleteOnTermination": "false",
    });
    await bench.ask("TerminateInstances", { "InstanceId.1": instanceId });
    expect(await sessions()).toHaveLength(1);
    await bench.ask("DeleteNetworkInterface", { NetworkInterfaceId: eni });
    expect(await sessions()).toEqual([]);
  });

  test("terminating an instance deletes its interfaces and their sessions", async () => {
    await create();
    await bench.ask("TerminateInstances", { "InstanceId.1": instanceId });
    expect(await sessions()).toEqual([]);
  });

  test("pages hold what was asked for and a deletion between them skips nothing", async () => {
    const added = bench.ec2.fleet.add(WHERE, { count: 11, vpcId: VPC, subnets: SUBNETS });
    const made: string[] = [];
    for (const { interfaceIds } of added.instances)
      made.push(await createdId({ NetworkInterfaceId: interfaceIds[0] ?? "" }));
    const first = await bench.ask("DescribeTrafficMirrorSessions", { MaxResults: "5" });
    await bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: made[0] ?? "" });
    const second = await bench.ask("DescribeTrafficMirrorSessions", {
      MaxResults: "6",
      NextToken: text(first, "nextToken") ?? "",
    });
    const seen = [first, second].flatMap((page) =>
      ids(page, "trafficMirrorSessionSet", "trafficMirrorSessionId"),
    );
    expect(seen).toEqual(made);
    expect(text(second, "nextToken")).toBeUndefined();
    await expect(sessions({ MaxResults: "4" })).rejects.toThrow("InvalidParameterValue");
    await expect(sessions({ MaxResults: "1001" })).rejects.toThrow("InvalidParameterValue");
  });

  test("documented filters narrow the list, others are refused", async () => {
    const id = await createdId();
    await create({ SessionNumber: "2" });
    const found = await sessions({ "Filter.1.Name": "session-number", "Filter.1.Value.1": "1" });
    expect(found.map((s) => text(s, "trafficMirrorSessionId"))).toEqual([id]);
    await expect(sessions({ "Filter.1.Name": "tag:a", "Filter.1.Value.1": "b" })).rejects.toThrow(
      "InvalidParameterValue",
    );
    await expect(sessions({ "Filter.1.Name": "nonsense", "Filter.1.Value.1": "b" })).rejects.toThrow(
      "InvalidParameterValue",
    );
  });

  test("another account sees neither the session nor its filter", async () => {
    const id = await createdId();
    const other = { ...WHERE, account: "222222222222" };
    const seen = await bench.ask("DescribeTrafficMirrorSessions", {}, other);
    expect(ids(seen, "trafficMirrorSessionSet", "trafficMirrorSessionId")).toEqual([]);
    await expect(
      bench.ask("DeleteTrafficMirrorSession", { TrafficMirrorSessionId: id }, other),
    ).rejects.toThrow("NotFound");
    await expect(bench.ask("CreateTrafficMirrorSession", base, other)).rejects.toThrow(
      "InvalidTrafficMirrorTargetId",
    );
  });
});
