/**
 * Every trigger from the bus to the session: real events, the module's patterns, the bundle. The instances are
 * launched in silence, so that it is the event of the test, and no other, that leads to the session.
 */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createWorld, type World } from "./world.js";

// moto imports a service when it is first asked for it, which takes seconds on a busy machine
jest.setTimeout(60_000);
let cloud: LocalCloud;
let world: World;

beforeAll(async () => {
  cloud = await startLocalCloud();
  world = await createWorld(cloud);
});
afterEach(() => world.clear());
afterAll(async () => {
  const left = {
    gaps: await cloud.gaps(),
    refused: await cloud.refused(),
    undelivered: await cloud.undelivered(),
  };
  await cloud.stop();
  expect(left).toEqual({ gaps: [], refused: [], undelivered: [] });
});

describe("an event leads to a session", () => {
  test.each([
    ["ec2-state-running"],
    ["ec2-state-pending"],
    ["autoscaling-launch"],
    ["ecs-task-running"],
    ["api-attach-network-interface"],
    ["api-create-network-interface"],
    ["api-create-tags"],
    ["api-delete-tags"],
    ["api-modify-instance-attribute"],
    ["tag-change"],
  ])("%s", async (fixture) => {
    const launched = await world.launch();
    expect(await world.mirrored(launched)).toEqual([]);
    await world.put(fixture, launched.instanceId, launched.interfaceIds[0]);
    expect(await world.mirrored(launched)).toEqual(launched.interfaceIds);
  });

  test.each(["ec2-state-stopped", "autoscaling-terminate", "ecs-task-stopped"])(
    "or to its end: %s",
    async (fixture) => {
      const launched = await world.launch();
      await world.put("ec2-state-running", launched.instanceId);
      await world.aws.ec2.send(new StopInstancesCommand({ InstanceIds: [launched.instanceId] }));
      expect(await world.mirrored(launched)).toEqual(launched.interfaceIds);
      await world.put(fixture, launched.instanceId, launched.interfaceIds[0]);
      expect(await world.mirrored(launched)).toEqual([]);
    },
  );

  test("to one session, however many events say the same", async () => {
    const launched = await world.launch({ Mirror: "true" }, 2);
    for (const fixture of ["autoscaling-launch", "tag-change", "api-create-tags", "tag-change"]) {
      await world.put(fixture, launched.instanceId);
    }
    expect([...(await world.mirrored(launched))].sort()).toEqual([...launched.interfaceIds].sort());
  });

  test("but not where the policy does not select the interface", async () => {
    const launched = await world.launch({});
    await world.put("tag-change", launched.instanceId);
    expect(await world.mirrored(launched)).toEqual([]);
  });
});

describe("an event that must not match does not arrive:", () => {
  const tagged = (resourceId: string) => ({
    detail: {
      eventSource: "ec2.amazonaws.com",
      eventName: "CreateTags",
      requestParameters: { resourcesSet: { items: [{ resourceId }] } },
    },
  });

  const detached = {
    eventSource: "ec2.amazonaws.com",
    eventName: "DetachNetworkInterface",
    requestParameters: { attachmentId: "eni-attach-0abcd1234ef567890" },
  };

  test.each<[string, string, object]>([
    ["a call that failed", "api-attach-network-interface-refused", {}],
    [
      "a detachment that failed",
      "api-detach-network-interface",
      { detail: { ...detached, errorCode: "Client.OperationNotPermitted" } },
    ],
    ["tags of a volume by a call", "api-create-tags", tagged("vol-0abcd1234ef567891")],
    ["tags of a volume", "tag-change", { resources: ["arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"] }],
    ["a launch that failed", "autoscaling-launch", { "detail-type": "EC2 Instance Launch Unsuccessful" }],
    [
      "a task without an interface",
      "ecs-task-running",
      { detail: { lastStatus: "RUNNING", attachments: [] } },
    ],
  ])("%s", async (_, fixture, over) => {
    const launched = await world.launch();
    const before = await world.runs();
    await world.put(fixture, launched.instanceId, launched.interfaceIds[0], over);
    expect(await world.runs()).toBe(before);
    expect(await world.mirrored(launched)).toEqual([]);
  });
});

describe("what happens in EC2 leads to a session by the events that it causes", () => {
  const during = async (settings: { trail: boolean }, work: () => Promise<unknown>) => {
    await cloud.settings({ instanceEvents: true, ...settings });
    try {
      await work();
      await cloud.idle();
    } finally {
      await cloud.settings({ instanceEvents: false, trail: true });
    }
  };

  test("an instance is tagged, without a trail", async () => {
    const launched = await world.launch({});
    await world.put("ec2-state-running", launched.instanceId);
    expect(await world.mirrored(launched)).toEqual([]);
    const Tags = [{ Key: "Mirror", Value: "true" }];
    await during({ trail: false }, () =>
      world.aws.ec2.send(new CreateTagsCommand({ Resources: [launched.instanceId], Tags })),
    );
    expect(await world.mirrored(launched)).toEqual(launched.interfaceIds);
  });

  test("the tag that excluded an instance is removed, without a trail", async () => {
    const launched = await world.launch({ Mirror: "true", Quiet: "yes" });
    const Tags = [{ Key: "Quiet" }];
    await during({ trail: false }, () =>
      world.aws.ec2.send(new DeleteTagsCommand({ Resources: [launched.instanceId], Tags })),
    );
    expect(await world.mirrored(launched)).toEqual(launched.interfaceIds);
  });

  const attach = async (launched: { readonly instanceId: string }) => {
    const { NetworkInterface } = await world.aws.ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: world.subnetId }),
    );
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
    const DeviceIndex = 1;
    const to = { NetworkInterfaceId, InstanceId: launched.instanceId, DeviceIndex };
    return { id: NetworkInterfaceId, done: world.aws.ec2.send(new AttachNetworkInterfaceCommand(to)) };
  };

  test.each([
    ["with a trail", true],
    ["and without a trail no event shows it", false],
  ])("an interface is attached, %s", async (_, trail) => {
    const launched = await world.launch();
    const interfaceIds = [...launched.interfaceIds];
    await during({ trail }, async () => {
      const { id, done } = await attach(launched);
      interfaceIds.push(id);
      await done;
    });
    expect(await world.mirrored({ ...launched, interfaceIds })).toHaveLength(trail ? 2 : 0);
  });
});
