import { DescribeNatGatewaysCommand, DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";
import { byPattern } from "../judge.js";
import { probe } from "../probe.js";

export const judge = (type: string | undefined) =>
  byPattern("The question for the interface type of a NAT gateway", type, {
    nat_gateway: /^nat_gateway$/,
    natGateway: /^natGateway$/,
  });

export const natGatewaySpelling = probe("nat-gateway-spelling", async ({ clients: { ec2 }, outputs }) => {
  const { NatGateways = [] } = await ec2.send(
    new DescribeNatGatewaysCommand({ Filter: [{ Name: "vpc-id", Values: [outputs.capture_vpc_id] }] }),
  );
  const id = NatGateways[0]?.NatGatewayAddresses?.[0]?.NetworkInterfaceId ?? "";
  const { NetworkInterfaces = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }),
  );
  return judge(NetworkInterfaces[0]?.InterfaceType);
});
