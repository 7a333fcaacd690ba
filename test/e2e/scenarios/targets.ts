import { DescribeTrafficMirrorTargetsCommand, DescribeVpcEndpointsCommand } from "@aws-sdk/client-ec2";
import type { World } from "../world.js";

export const targets = (world: World): void => {
  test("its sessions move to the target that is left, and only then does its own go", async () => {
    const [stays = "", leaves = ""] = world.zones;
    const going = world.target(leaves) ?? "";
    const each = { tags: { Team: "payments" }, interfaces: 2 };
    const launched = await world.launchAll([
      { ...each, zone: stays },
      { ...each, zone: leaves },
    ]);
    const interfaceIds = launched.flatMap((each) => each.interfaceIds);
    const before = await world.oursOn(interfaceIds);
    expect(before.filter((each) => each.TrafficMirrorTargetId === going)).toHaveLength(2);

    // Endpoints as strict as EC2 might be: they cannot go while a target names them.
    await world.cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoint-availability": "pending" });
    await world.apply("apply without a subnet", { endpoint_zones: 1 });

    const after = await world.oursOn(interfaceIds);
    expect(new Set(after.map((each) => each.TrafficMirrorTargetId))).toEqual(new Set([world.target(stays)]));
    // The same sessions: a source is not without one while its target changes.
    const ids = (sessions: typeof before) => sessions.map((each) => each.TrafficMirrorSessionId).sort();
    expect(ids(after)).toEqual(ids(before));
    const { TrafficMirrorTargets = [] } = await world.aws.ec2.send(
      new DescribeTrafficMirrorTargetsCommand({}),
    );
    expect(TrafficMirrorTargets.map((each) => each.TrafficMirrorTargetId)).not.toContain(going);
    const gateway = { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] };
    const { VpcEndpoints = [] } = await world.aws.ec2.send(
      new DescribeVpcEndpointsCommand({ Filters: [gateway] }),
    );
    expect(VpcEndpoints).toHaveLength(1);
    await world.terminate(...launched);
  });
};
