import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  createBench,
  ids,
  items,
  OTHER,
  prepared,
  SUBNETS,
  text,
  VPC,
  WHERE,
  type Bench,
} from "../support/ec2.js";

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});

const fleet = { vpcId: VPC, subnets: SUBNETS };
const where = (name: string, ...values: string[]) => ({
  "Filter.1.Name": name,
  ...Object.fromEntries(values.map((value, i) => [`Filter.1.Value.${i + 1}`, value])),
});
const instancesOf = (content: object): string[] =>
  items(content as never, "reservationSet").flatMap((r) => ids(r, "instancesSet", "instanceId"));

describe("a synthetic fleet", () => {
  test("instances show every interface, with reservations of several instances", async () => {
    const { instances } = bench.ec2.fleet.add(WHERE, {
      ...fleet,
      count: 6,
      interfacesPerInstance: 2,
      tags: { Mirror: "true" },
    });
    const content = await bench.ask("DescribeInstances");
    expect(items(content, "reservationSet").map((r) => items(r, "instancesSet").length)).toEqual([4, 2]);
    expect(instancesOf(content)).toEqual(instances.map((i) => i.id));
    const [first] = items(items(content, "reservationSet")[0], "instancesSet");
    expect(first).toMatchObject({
      instanceType: "m5.large",
      instanceState: { code: "16", name: "running" },
      placement: { availabilityZone: "eu-west-1a" },
      tagSet: [{ key: "Mirror", value: "true" }],
      networkInterfaceSet: [
        { interfaceType: "interface", attachment: { deviceIndex: "0" } },
        { interfaceType: "interface", attachment: { deviceIndex: "1" } },
      ],
    });
  });

  test.each([
    ["vpc-id", [VPC], 4],
    ["subnet-id", ["subnet-0a"], 2],
    ["availability-zone", ["eu-west-1?"], 4],
    ["instance-state-name", ["stopped"], 1],
    ["instance-type", ["t2.*"], 1],
    ["tag:Name", ["web"], 1],
    ["tag-key", ["Name"], 1],
    ["network-interface.subnet-id", ["subnet-0b"], 2],
  ])("the filter %s=%s finds %i", async (name, values, count) => {
    bench.ec2.fleet.add(WHERE, { ...fleet, count: 1 });
    bench.ec2.fleet.add(WHERE, {
      ...fleet,
      instances: [
        { subnetId: "subnet-0b", tags: { Name: "web" } },
        { subnetId: "subnet-0b", type: "t2.micro" },
        { subnetId: "subnet-0a", state: "stopped" },
      ],
    });
    expect(instancesOf(await bench.ask("DescribeInstances", where(name, ...values)))).toHaveLength(count);
  });

  test("ids and MaxResults exclude each other, unknown ids and filters are errors", async () => {
    const { instances } = bench.ec2.fleet.add(WHERE, { ...fleet, count: 1 });
    const id = instances[0]?.id ?? "";
    const asked = bench.ask("DescribeInstances", { "InstanceId.1": id, MaxResults: "5" });
    await expect(asked).rejects.toThrow("InvalidParameterCombination");
    await expect(bench.ask("DescribeInstances", { "InstanceId.1": "i-0" })).rejects.toThrow(
      "InvalidInstanceID.NotFound",
    );
    await expect(bench.ask("DescribeInstances", { "InstanceId.1": "x" })).rejects.toThrow(
      "InvalidInstanceID.Malformed",
    );
    await expect(bench.ask("DescribeInstances", where("nonsense", "x"))).rejects.toThrow(
      "InvalidParameterValue",
    );
    await expect(bench.ask("DescribeInstances", { "InstanceId.1": id }, OTHER)).rejects.toThrow("NotFound");
  });

  test("a terminated instance has neither interfaces nor a subnet", async () => {
    const { instances } = bench.ec2.fleet.add(WHERE, { ...fleet, count: 1 });
    const { id = "", interfaceIds } = instances[0] ?? { interfaceIds: [] };
    await bench.ask("TerminateInstances", { "InstanceId.1": id });
    const [shown] = items(items(await bench.ask("DescribeInstances"), "reservationSet")[0], "instancesSet");
    expect(items(shown, "networkInterfaceSet")).toEqual([]);
    expect(shown).not.toHaveProperty("subnetId");
    expect(text(shown, "instanceState", "name")).toBe("terminated");
    const gone = bench.ask("DescribeNetworkInterfaces", { "NetworkInterfaceId.1": interfaceIds[0] ?? "" });
    await expect(gone).rejects.toThrow("InvalidNetworkInterfaceID.NotFound");
  });

  test("an interface is attached and detached while the instance runs", async () => {
    const { instances, interfaces } = bench.ec2.fleet.add(WHERE, { ...fleet, count: 1, interfaces: [{}] });
    const [id = "", eni = ""] = [instances[0]?.id, interfaces[0]];
    const attached = await bench.ask("AttachNetworkInterface", {
      NetworkInterfaceId: eni,
      InstanceId: id,
      DeviceIndex: "1",
    });
    const status = async () =>
      ids(
        await bench.ask("DescribeNetworkInterfaces", where("attachment.status", "attached")),
        "networkInterfaceSet",
        "networkInterfaceId",
      );
    expect(await status()).toContain(eni);
    expect(
      instancesOf(await bench.ask("DescribeInstances", where("network-interface.network-interface-id", eni))),
    ).toEqual([id]);
    await expect(bench.ask("DeleteNetworkInterface", { NetworkInterfaceId: eni })).rejects.toThrow(
      "currently in use",
    );
    await bench.ask("DetachNetworkInterface", { AttachmentId: text(attached, "attachmentId") ?? "" });
    expect(await status()).not.toContain(eni);
  });

  test("ten thousand instances are paged through in little time", async () => {
    bench.ec2.fleet.add(WHERE, { ...fleet, count: 10_000 });
    const read = async () => {
      const seen: string[] = [];
      let NextToken = "";
      do {
        const answer = await bench.answer("DescribeInstances", {
          MaxResults: "1000",
          NextToken,
          ...where("vpc-id", VPC),
        });
        const body = answer?.body.toString() ?? "";
        seen.push(...[...body.matchAll(/<instanceId>([^<]+)/g)].map((m) => m[1] ?? ""));
        NextToken = /<nextToken>([^<]+)/.exec(body)?.[1] ?? "";
      } while (NextToken !== "");
      return seen;
    };
    expect(new Set(await read()).size).toBe(10_000);
    // Of the processor, not of the wall: beside other work the same pages take longer.
    const start = process.cpuUsage();
    await read();
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2_000);
  });

  test("one command as JSON does the same, and a misspelt one is refused", async () => {
    const { control } = bench.ec2.fleet;
    const added = (await control({ do: "add", ...WHERE, spec: { ...fleet, count: 1 }, emit: true })) as {
      instances: { id: string }[];
    };
    await control({
      do: "setState",
      ...WHERE,
      instanceId: added.instances[0]?.id,
      state: "stopped",
      emit: true,
    });
    expect(bench.events.map((e) => e.detail["state"])).toEqual(["running", "stopped"]);
    await expect(control({ do: "add", ...WHERE, spec: { ...fleet, cuont: 1 } })).rejects.toThrow();
  });
});

describe("instances of moto", () => {
  const eni = (id: string, instanceId?: string) => ({
    networkInterfaceId: id,
    interfaceType: "interface",
    description: "",
    requesterManaged: "false",
    requesterId: "AIDA",
    status: "in-use",
    ...(instanceId === undefined
      ? {}
      : { attachment: { instanceId, deviceIndex: "0", status: "attached", deleteOnTermination: "false" } }),
  });
  let state = "running";

  beforeEach(() => {
    state = "running";
    bench.moto["DescribeInstances"] = () => ({
      reservationSet: [
        {
          reservationId: "r-1",
          instancesSet: [
            {
              instanceId: "i-01",
              instanceType: "m5.large",
              instanceState: { name: state },
              vpcId: VPC,
              subnetId: "subnet-0a",
              networkInterfaceSet: [eni("eni-01")],
            },
          ],
        },
      ],
    });
    bench.moto["DescribeNetworkInterfaces"] = () => ({
      networkInterfaceSet: [eni("eni-01", "i-01"), eni("eni-02", "i-01")],
    });
    bench.moto["TerminateInstances"] = () => {
      state = "terminated";
      return { instancesSet: [{ instanceId: "i-01", previousState: { name: "running" } }] };
    };
    bench.moto["AttachNetworkInterface"] = () => ({ attachmentId: "eni-attach-2" });
  });

  test("are listed beside the fleet's and lose their interfaces when terminated, but for those attached later", async () => {
    const { filterId, targetId } = await prepared(bench, 1);
    await bench.ask("AttachNetworkInterface", {
      NetworkInterfaceId: "eni-02",
      InstanceId: "i-01",
      DeviceIndex: "1",
    });
    for (const NetworkInterfaceId of ["eni-01", "eni-02"]) {
      await bench.ask("CreateTrafficMirrorSession", {
        NetworkInterfaceId,
        TrafficMirrorTargetId: targetId,
        TrafficMirrorFilterId: filterId,
        SessionNumber: "1",
      });
    }
    expect(instancesOf(await bench.ask("DescribeInstances"))).toHaveLength(2);
    await bench.ask("TerminateInstances", { "InstanceId.1": "i-01" });
    const sessions = await bench.ask("DescribeTrafficMirrorSessions");
    expect(ids(sessions, "trafficMirrorSessionSet", "networkInterfaceId")).toEqual(["eni-02"]);
    const [kept] = items(
      await bench.ask("DescribeNetworkInterfaces", { "NetworkInterfaceId.1": "eni-02" }),
      "networkInterfaceSet",
    );
    expect(kept).toMatchObject({ status: "available" });
    expect(kept).not.toHaveProperty("attachment");
  });

  test("get the interface tags that RunInstances gives", async () => {
    const tagged: unknown[] = [];
    bench.moto["RunInstances"] = () => ({
      instancesSet: [{ instanceId: "i-01", networkInterfaceSet: [eni("eni-01")] }],
    });
    bench.moto["CreateTags"] = (params) => {
      tagged.push(params);
      return { return: true };
    };
    await bench.answer("RunInstances", {
      "TagSpecification.1.ResourceType": "network-interface",
      "TagSpecification.1.Tag.1.Key": "a",
      "TagSpecification.1.Tag.1.Value": "b",
    });
    expect(tagged).toEqual([
      expect.objectContaining({ "ResourceId.1": "eni-01", "Tag.1.Key": "a", "Tag.1.Value": "b" }),
    ]);
  });
});
