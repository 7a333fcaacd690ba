/** Networks that are there before Terraform comes, made through the SDK. */
import { CreateSubnetCommand, CreateVpcCommand } from "@aws-sdk/client-ec2";
import type { Aws } from "./aws.js";

export interface Network {
  readonly vpc_id: string;
  /** Zone id → subnet. */
  readonly subnets: Readonly<Record<string, string>>;
}

export const makeNetwork = async (
  { ec2 }: Aws,
  zoneIds: readonly string[] = ["euw1-az1", "euw1-az2"],
): Promise<Network> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.80.0.0/16" }));
  const subnets: Record<string, string> = {};
  for (const [index, AvailabilityZoneId] of zoneIds.entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: `10.80.${index}.0/24`, AvailabilityZoneId }),
    );
    subnets[AvailabilityZoneId] = Subnet?.SubnetId ?? "";
  }
  return { vpc_id: Vpc?.VpcId ?? "", subnets };
};
