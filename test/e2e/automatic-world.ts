/**
 * A client account whose endpoints follow by themselves: its VPC made by hand, a hub in another account, and
 * test/e2e/roots/automatic applied once by the real provider. Schedules run when a test fires them.
 */
import {
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteSubnetCommand,
  DeleteVpcEndpointsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
} from "@aws-sdk/client-ec2";
import { DEFAULT_ACCOUNT, startLocalCloud, type LocalCloud } from "../../local-cloud/index.js";
import { createAws, tagsOf, type Aws } from "../support/aws.js";
import { makeEventualIfAsked } from "../support/eventual.js";
import { offerService } from "../support/hub.js";
import { LOCAL_PROVIDER, TerraformRoot, type Variables } from "../support/terraform.js";

const HUB = "222222222222";
/** Of endpoints and controller, as long as both modules take it. */
const NAME = "client-".padEnd(38, "x");
export const ENDPOINTS = `${NAME}-endpoints`;
export const [A, B, C] = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] as const;

export interface Served {
  readonly endpointId: string;
  readonly subnetId: string;
  readonly targetId: string;
  readonly leaving: boolean;
}

export class AutomaticWorld {
  cloud!: LocalCloud;
  aws!: Aws;
  terraform!: TerraformRoot;
  vpcId = "";
  service = "";
  #subnets = 0;
  readonly #name: string;

  /** `name`: of the folder that Terraform works in, which no other file may use at the same time. */
  constructor(name: string) {
    this.#name = name;
  }

  async start(): Promise<void> {
    this.cloud = await startLocalCloud();
    await this.cloud.setSchedules({ paused: true });
    await this.cloud.settings({ retryAfterSeconds: 1 });
    await makeEventualIfAsked(this.cloud);
    await this.cloud.setSwitches({ "endpoint-behind-target": "kept", "endpoint-availability": "pending" });
    this.aws = createAws(this.cloud.env());
    // The hub has no subnet in the third zone.
    const principals = [`arn:aws:iam::${DEFAULT_ACCOUNT}:root`];
    this.service = await offerService(this.cloud.env(HUB), "hub", [A, B], principals);
    const { Vpc } = await this.aws.ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    this.vpcId = Vpc?.VpcId ?? "";
    this.terraform = new TerraformRoot({
      example: "test/e2e/roots/automatic",
      name: this.#name,
      env: this.cloud.env(),
      overrides: { provider: LOCAL_PROVIDER },
    });
    await this.terraform.init();
  }

  variables(over: Variables = {}): Variables {
    return { name: NAME, endpoint_service_name: this.service, vpc_id: this.vpcId, ...over };
  }

  async stop(): Promise<void> {
    await (this.cloud as LocalCloud | undefined)?.stop();
    (this.terraform as TerraformRoot | undefined)?.remove();
  }

  async subnet(zone: string): Promise<string> {
    const { Subnet } = await this.aws.ec2.send(
      new CreateSubnetCommand({
        VpcId: this.vpcId,
        AvailabilityZone: zone,
        CidrBlock: `10.0.${String(this.#subnets++)}.0/24`,
      }),
    );
    await this.cloud.idle();
    return Subnet?.SubnetId ?? "";
  }

  async removeSubnet(SubnetId: string): Promise<void> {
    await this.aws.ec2.send(new DeleteSubnetCommand({ SubnetId }));
    await this.cloud.idle();
  }

  async evacuate(subnetId: string): Promise<void> {
    const Tags = [{ Key: "traffic-mirror:evacuate", Value: "true" }];
    await this.aws.ec2.send(new CreateTagsCommand({ Resources: [subnetId], Tags }));
    await this.cloud.idle();
  }

  /** Somebody deletes an endpoint; EC2 lets them, whether or not it lets us while a target names it. */
  async deleteEndpoint(id: string): Promise<void> {
    await this.cloud.setSwitches({ "endpoint-behind-target": "deletable" });
    const { Unsuccessful = [] } = await this.aws.ec2.send(
      new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }),
    );
    if (Unsuccessful.length > 0) throw new Error(JSON.stringify(Unsuccessful));
    await this.cloud.idle();
    await this.cloud.setSwitches({ "endpoint-behind-target": "kept" });
  }

  /** An endpoint and a target of somebody else in our VPC, behind our own service. */
  async makeForeign(subnetId: string): Promise<readonly string[]> {
    const { VpcEndpoint } = await this.aws.ec2.send(
      new CreateVpcEndpointCommand({
        VpcEndpointType: "GatewayLoadBalancer",
        ServiceName: this.service,
        VpcId: this.vpcId,
        SubnetIds: [subnetId],
      }),
    );
    const id = VpcEndpoint?.VpcEndpointId ?? "";
    await this.available();
    const { TrafficMirrorTarget } = await this.aws.ec2.send(
      new CreateTrafficMirrorTargetCommand({ GatewayLoadBalancerEndpointId: id }),
    );
    return [id, TrafficMirrorTarget?.TrafficMirrorTargetId ?? ""];
  }

  /** Waits until new endpoints are available: two seconds here, minutes on AWS. */
  async available(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2_100));
  }

  /** Lets the schedule of the function endpoints come, when what was done has reached every list. */
  async endpoints(): Promise<void> {
    await this.cloud.settle();
    if (!(await this.cloud.fireSchedule(ENDPOINTS))) throw new Error("there is no such schedule");
    await this.cloud.idle();
  }

  /** Lets the schedule of the sweep come, likewise. */
  async sweep(): Promise<void> {
    await this.cloud.settle();
    if (!(await this.cloud.fireSchedule(`${NAME}-sweep`))) throw new Error("there is no such schedule");
    await this.cloud.idle();
  }

  /** Both schedules, as minute after minute. */
  async minutes(number: number): Promise<void> {
    for (let minute = 0; minute < number; minute++) {
      await this.endpoints();
      await this.sweep();
    }
  }

  /** The tag that makes an endpoint and its target the function's. */
  async handOver(...Resources: string[]): Promise<void> {
    const Tags = [{ Key: "traffic-mirror:endpoints", Value: NAME }];
    await this.aws.ec2.send(new CreateTagsCommand({ Resources, Tags }));
  }

  async listed(): Promise<{ readonly endpoints: readonly string[]; readonly targets: readonly string[] }> {
    const gateway = { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] };
    const [{ VpcEndpoints = [] }, { TrafficMirrorTargets = [] }] = await Promise.all([
      this.aws.ec2.send(new DescribeVpcEndpointsCommand({ Filters: [gateway] })),
      this.aws.ec2.send(new DescribeTrafficMirrorTargetsCommand({})),
    ]);
    return {
      endpoints: VpcEndpoints.map(({ VpcEndpointId = "" }) => VpcEndpointId),
      targets: TrafficMirrorTargets.map(({ TrafficMirrorTargetId = "" }) => TrafficMirrorTargetId),
    };
  }

  /** What of ours serves each zone, by the zone that the targets' tags name. */
  async served(): Promise<Readonly<Record<string, readonly Served[]>>> {
    const { VpcEndpoints = [] } = await this.aws.ec2.send(new DescribeVpcEndpointsCommand({}));
    const { TrafficMirrorTargets = [] } = await this.aws.ec2.send(
      new DescribeTrafficMirrorTargetsCommand({}),
    );
    const served: Record<string, Served[]> = {};
    for (const target of TrafficMirrorTargets) {
      const tags = tagsOf(target.Tags);
      if (tags["traffic-mirror:endpoints"] !== NAME) continue;
      const endpointId = target.GatewayLoadBalancerEndpointId ?? "";
      const endpoint = VpcEndpoints.find(({ VpcEndpointId }) => VpcEndpointId === endpointId);
      (served[tags["traffic-mirror:zone"] ?? ""] ??= []).push({
        endpointId,
        subnetId: endpoint?.SubnetIds?.[0] ?? "",
        targetId: target.TrafficMirrorTargetId ?? "",
        leaving: tags["traffic-mirror:leaving"] === "true",
      });
    }
    return served;
  }

  async targetIn(zone: string): Promise<string | undefined> {
    return (await this.served())[zone]?.[0]?.targetId;
  }

  /** The targets of the sessions of this instance, one each. */
  async mirroredTo(interfaceIds: readonly string[]): Promise<readonly string[]> {
    return (await this.aws.sessions())
      .filter(({ NetworkInterfaceId = "" }) => interfaceIds.includes(NetworkInterfaceId))
      .map(({ TrafficMirrorTargetId = "" }) => TrafficMirrorTargetId);
  }
}
