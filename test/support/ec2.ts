/** EC2's own shapes, for tests of functions/aws alone. */
import type * as ec2 from "@aws-sdk/client-ec2";

export function ec2Interface(over: ec2.NetworkInterface = {}): ec2.NetworkInterface {
  return {
    NetworkInterfaceId: "eni-1",
    VpcId: "vpc-1",
    SubnetId: "subnet-1",
    AvailabilityZone: "eu-west-1a",
    InterfaceType: "interface",
    PrivateIpAddress: "10.0.0.10",
    RequesterManaged: false,
    Status: over.Attachment === undefined ? "available" : "in-use",
    ...over,
  };
}

export function ec2Instance(
  over: ec2.Instance & { readonly interfaceIds?: readonly string[] } = {},
): ec2.Instance {
  const { interfaceIds = ["eni-1"], ...rest } = over;
  return {
    InstanceId: "i-1",
    InstanceType: "m5.large",
    State: { Name: "running" },
    VpcId: "vpc-1",
    SubnetId: "subnet-1",
    Placement: { AvailabilityZone: "eu-west-1a" },
    NetworkInterfaces: interfaceIds.map((NetworkInterfaceId, DeviceIndex) => ({
      NetworkInterfaceId,
      VpcId: "vpc-1",
      SubnetId: "subnet-1",
      InterfaceType: "interface",
      PrivateIpAddress: "10.0.0.10",
      Attachment: { DeviceIndex },
    })),
    ...rest,
  };
}

export function ec2Session(over: ec2.TrafficMirrorSession = {}): ec2.TrafficMirrorSession {
  return {
    TrafficMirrorSessionId: "tms-1",
    NetworkInterfaceId: "eni-1",
    TrafficMirrorTargetId: "tmt-a",
    TrafficMirrorFilterId: "tmf-1",
    SessionNumber: 1,
    VirtualNetworkId: 4711,
    Tags: [
      { Key: "traffic-mirror:controller", Value: "mirror" },
      { Key: "traffic-mirror:rule", Value: "all" },
    ],
    ...over,
  };
}

/** An error as the SDK throws it. */
export function awsError(name: string, status = 400, message = `${name}, says AWS`): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}
