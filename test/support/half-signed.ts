/** Sessions of an account, half of them as a controller makes them there, half as somebody else does. */
import { CreateTrafficMirrorSessionCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { makeMirrorFilter } from "./mirror-filter.js";

export async function sessionsHalfSigned(
  ec2: EC2Client,
  interfaces: readonly string[],
  TrafficMirrorTargetId: string,
  controller: string,
): Promise<void> {
  const TrafficMirrorFilterId = await makeMirrorFilter(ec2);
  const signed = (interfaceId: string) => ({
    Description: `traffic-mirror:1 controller=${controller} interface=${interfaceId} rule=vpc`,
    TagSpecifications: [
      {
        ResourceType: "traffic-mirror-session" as const,
        Tags: [{ Key: "traffic-mirror:controller", Value: controller }],
      },
    ],
  });
  for (const [index, NetworkInterfaceId] of interfaces.entries()) {
    await ec2.send(
      new CreateTrafficMirrorSessionCommand({
        NetworkInterfaceId,
        TrafficMirrorTargetId,
        TrafficMirrorFilterId,
        SessionNumber: 1,
        ...(index % 2 === 0 && signed(NetworkInterfaceId)),
      }),
    );
  }
}
