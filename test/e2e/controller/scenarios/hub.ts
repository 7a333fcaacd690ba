import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { DEFAULT_ACCOUNT } from "../../../../local-cloud/index.js";
import type { World } from "../world.js";

export const hub = (world: World): void => {
  test("the hub hears of sessions made and removed, of refusals and of sweeps, from this account", async () => {
    await world.hubReports();
    const good = await world.aws.launch({ subnetId: world.subnetId, tags: { Mirror: "true" } });
    const bad = await world.aws.launch({
      subnetId: world.subnetId,
      tags: { Mirror: "true" },
      type: "t2.micro",
    });
    const received = await world.hubReports();
    const [session] = await world.sessionsOn(...good.interfaceIds);
    const of = (detailType: string) => received.filter((each) => each["detail-type"] === detailType);
    expect(new Set(received.map(({ account }) => account))).toEqual(new Set([DEFAULT_ACCOUNT]));
    expect(of("Mirror Session Changed")).toMatchObject([
      {
        detail: {
          controller: "mirror",
          change: "created",
          network_interface_id: good.interfaceIds[0],
          instance_id: good.instanceId,
          session_id: session?.TrafficMirrorSessionId,
          rule: "marked",
        },
      },
    ]);
    expect(of("Mirror Source Refused").map(({ detail }) => detail)).toContainEqual(
      expect.objectContaining({ network_interface_id: bad.interfaceIds[0], instance_id: bad.instanceId }),
    );
    await world.aws.ec2.send(
      new TerminateInstancesCommand({ InstanceIds: [good.instanceId, bad.instanceId] }),
    );
    await world.sweep();
    const after = await world.hubReports();
    const swept = after.filter((each) => each["detail-type"] === "Mirror Sweep Completed");
    expect(swept).toMatchObject([{ detail: { controller: "mirror", by: "schedule", complete: true } }]);
    expect(after.map((each) => each["detail-type"])).not.toContain("Sweep Requested");
    expect(await world.count("EventsNotSent")).toBe(0);
    expect(await world.aws.queued("mirror-hub-dlq")).toBe(0);
  });
};
