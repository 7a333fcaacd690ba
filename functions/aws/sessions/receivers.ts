/**
 * What receives mirrored packets in this account. Mirroring it would feed the copy into itself. Sources of truth: what
 * is registered behind a Network Load Balancer that is a mirror target, and behind the Gateway Load Balancers of this
 * account's own endpoint services, as far as the policy can choose them; and the autoscaling groups of these, since a
 * new member is running before it is registered.
 *
 * A load balancer of another account is not asked about: nothing of ours is behind it, and the answer would be an error
 * (`ValidationError`, "is not a valid load balancer ARN"). What AWS will not tell of one of ours ends no run either.
 */
import {
  DescribeVpcEndpointServiceConfigurationsCommand,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  LoadBalancerNotFoundException,
  TargetGroupNotFoundException,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Clock } from "../../core/clock.js";
import { receiverAddress, type Receivers, type Target } from "../../core/model.js";
import { TAG_AUTOSCALING_GROUP } from "../../core/tags.js";
import { everyPage } from "../pages.js";
import { classify } from "../errors.js";
import { inChunks, readInstances } from "../read.js";
import { toTags } from "../shapes.js";

export interface ReceiverSource {
  /**
   * What is behind these targets, and behind what serves these endpoint services. At most five minutes old, older while
   * it cannot be read. Throws when it never could, and may in a moment.
   */
  read(targets: readonly Target[], services: ReadonlySet<string>): Promise<Receivers>;
}

const CACHE_MS = 5 * 60_000;

interface Asked {
  readonly targets: readonly Target[];
  readonly services: ReadonlySet<string>;
}

export function createReceiverSource(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  clock: Clock,
  account: string,
): ReceiverSource {
  let cached: { receivers: Receivers; asked: string; until: number } | undefined;
  return {
    async read(targets, services) {
      const asked = JSON.stringify([targets.map(({ id }) => id).sort(), [...services].sort()]);
      if (cached?.asked === asked && clock.now() < cached.until) return cached.receivers;
      try {
        const receivers = await readReceivers(ec2, elb, { targets, services }, account);
        cached = { receivers, asked, until: clock.now() + CACHE_MS };
      } catch (error) {
        if (cached === undefined) throw error;
      }
      return cached.receivers;
    },
  };
}

async function readReceivers(
  ec2: EC2Client,
  elb: ElasticLoadBalancingV2Client,
  { targets, services }: Asked,
  account: string,
): Promise<Receivers> {
  const all = [
    ...targets.flatMap((target) => target.loadBalancerArn ?? []),
    ...(await gatewayLoadBalancers(ec2, services)),
  ];
  const arns = [...new Set(all)].filter((arn) => accountOf(arn) === account);
  const registered = await Promise.all(arns.map((arn) => registeredBehind(elb, arn)));
  const behind = registered.filter((each) => each !== undefined);
  const instanceIds = behind.flatMap((each) => each.instanceIds);
  const group = ({ Tags }: Instance) => [toTags(Tags)[TAG_AUTOSCALING_GROUP] ?? []].flat();
  const groups = await inChunks(instanceIds, (Values) =>
    readInstances(ec2, { Name: "instance-id", Values }, group),
  );
  return {
    interfaceIds: new Set(targets.flatMap((target) => target.interfaceId ?? [])),
    instanceIds: new Set(instanceIds),
    addresses: new Set(behind.flatMap((each) => each.addresses)),
    autoscalingGroups: new Set(groups),
    unread: arns.filter((_, index) => registered[index] === undefined),
  };
}

/** arn:partition:elasticloadbalancing:region:account:loadbalancer/… */
const accountOf = (arn: string): string | undefined => arn.split(":")[4];

/** Load balancers behind the endpoint services that this account offers; elsewhere there are none to see. */
function gatewayLoadBalancers(ec2: EC2Client, services: ReadonlySet<string>): Promise<readonly string[]> {
  return everyPage("DescribeVpcEndpointServiceConfigurations", async (NextToken) => {
    const page = await ec2.send(
      new DescribeVpcEndpointServiceConfigurationsCommand({ MaxResults: 1000, NextToken }),
    );
    const items = (page.ServiceConfigurations ?? [])
      .filter(({ ServiceName = "" }) => services.has(ServiceName))
      .flatMap(({ GatewayLoadBalancerArns = [] }) => GatewayLoadBalancerArns);
    return { items, next: page.NextToken };
  });
}

interface Registered {
  readonly instanceIds: readonly string[];
  /** For target groups by address, with the VPC, since another VPC may use the same addresses. */
  readonly addresses: readonly string[];
}

/** What is registered behind a load balancer: nothing when it is gone, undefined when AWS refuses to say. */
async function registeredBehind(
  elb: ElasticLoadBalancingV2Client,
  LoadBalancerArn: string,
): Promise<Registered | undefined> {
  try {
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
    const ids = await Promise.all(
      TargetGroups.map(async ({ TargetGroupArn, VpcId = "" }) => {
        const { TargetHealthDescriptions = [] } = await elb
          .send(new DescribeTargetHealthCommand({ TargetGroupArn }))
          .catch(nothingWhenGone);
        return TargetHealthDescriptions.flatMap(({ Target }) =>
          Target?.Id === undefined
            ? []
            : isInstance(Target.Id)
              ? Target.Id
              : receiverAddress(VpcId, Target.Id),
        );
      }),
    );
    const all = ids.flat();
    return { instanceIds: all.filter(isInstance), addresses: all.filter((id) => !isInstance(id)) };
  } catch (error) {
    if (error instanceof LoadBalancerNotFoundException) return { instanceIds: [], addresses: [] };
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

const isInstance = (id: string) => id.startsWith("i-");

/** A 4xx that is no throttling: another try gets the same answer. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && classify(error).kind !== "throttled";
}

function nothingWhenGone(error: unknown): { TargetHealthDescriptions?: [] } {
  if (error instanceof TargetGroupNotFoundException) return {};
  throw error;
}
