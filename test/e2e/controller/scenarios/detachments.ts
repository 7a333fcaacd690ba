import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DetachNetworkInterfaceCommand,
} from "@aws-sdk/client-ec2";
import { until, type World } from "../world.js";

export const detachments = (world: World): void => {
  test("an interface that is detached loses its session at once, though its record does not name it", async () => {
    const { ec2 } = world.aws;
    const launched = await world.quietly({ Mirror: "true" });
    const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: world.subnetId }));
    const eni = made.NetworkInterface?.NetworkInterfaceId ?? "";
    const { AttachmentId } = await ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId: eni,
        InstanceId: launched.instanceId,
        DeviceIndex: 1,
      }),
    );
    await world.sweep();
    const all = [...launched.interfaceIds, eni];
    expect(await world.sessionsOn(...all)).toHaveLength(2);

    // A process that has asked for a sweep a moment ago would not ask again.
    await world.settle();
    await world.cloud.clearRecords();
    await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    const left = await until(
      () => world.sessionsOn(...all),
      (sessions) => sessions.length === 1,
    );
    expect(left.map((each) => each.NetworkInterfaceId)).toEqual(launched.interfaceIds);
    await world.cloud.idle();
    const { sweep } = world.outputs.function_names;
    const swept = (await world.cloud.invocations()).filter(({ functionName }) => functionName === sweep);
    expect(swept).toMatchObject([{ trigger: "async", value: { deleted: 1, complete: true } }]);
  });
};
