/** The nodes have come into service by their own agents; the load balancer's stand-in finds them healthy. */
import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Setup } from "../balancer/index.js";
import { within, type Stage } from "../stage.js";

const NODES = 2;

/** What the module has set at the target group. */
const setupOf = async ({ cloud, outputs }: Stage): Promise<Omit<Setup, "endpoints">> => {
  const env = cloud.env();
  const client = new ElasticLoadBalancingV2Client({
    endpoint: cloud.url,
    region: env["AWS_REGION"] ?? "",
    credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" },
  });
  const { TargetGroups = [] } = await client.send(
    new DescribeTargetGroupsCommand({ LoadBalancerArn: outputs.capture_load_balancer_arn }),
  );
  const [group] = TargetGroups;
  const { Attributes = [] } = await client.send(
    new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group?.TargetGroupArn }),
  );
  client.destroy();
  const attribute = (name: string) => Attributes.find(({ Key }) => Key === name)?.Value;
  const type = attribute("stickiness.enabled") === "true" ? attribute("stickiness.type") : "none";
  return {
    stickiness: type === "source_ip_dest_ip" || type === "source_ip_dest_ip_proto" ? type : "none",
    health: {
      port: Number(group?.HealthCheckPort),
      path: group?.HealthCheckPath ?? "/",
      intervalSeconds: group?.HealthCheckIntervalSeconds ?? 10,
      timeoutSeconds: group?.HealthCheckTimeoutSeconds ?? 5,
      healthy: group?.HealthyThresholdCount ?? 2,
      unhealthy: group?.UnhealthyThresholdCount ?? 2,
    },
  };
};

export const readyNodes = async (stage: Stage): Promise<void> => {
  const { screen, world } = stage;
  screen.say(
    "each boots from its launch template: user data, and from the code bucket its programs and its agent",
  );
  const setup = await setupOf(stage);
  await world.balance(setup);
  screen.say(
    `a stand-in takes the endpoints' VXLAN and sends GENEVE, a flow by ${setup.stickiness}; it asks ${setup.health.path} every ${setup.health.intervalSeconds} s`,
  );
  const healthy = await within(90, async () => {
    const { targets } = await world.balancer.tell();
    return targets.filter((target) => target.healthy).length === NODES ? targets : undefined;
  });
  for (const { instanceId, address } of world.nodes) screen.say(`${instanceId}  ${address}`);
  screen.promise(
    `${NODES} nodes have proven their data path with a probe, completed their launch, and are healthy`,
    healthy !== undefined,
  );
};
