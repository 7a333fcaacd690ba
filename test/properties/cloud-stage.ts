/**
 * The local cloud over HTTP as a stage: the real SDK client signs, retries, pages and parses. Each history has an
 * account of its own, so nothing must be cleared between two.
 */
import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  CreateVpcEndpointCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyTrafficMirrorSessionCommand,
  paginateDescribeTrafficMirrorSessions,
} from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { FleetInstance, FleetInterface } from "../../local-cloud/ec2/fleet/model.js";
import type { LocalCloudClient } from "../../local-cloud/index.js";
import { interfaceShape, type ModelSession } from "../model/shapes.js";
import { fromAwsTags } from "./aws-shapes.js";
import { setFilter } from "./cloud-filters.js";
import { createStrikes } from "./cloud-faults.js";
import { switchesOf, type History } from "./history.js";
import type { Stage, StageWorld, Truth, Write } from "./stage.js";
import type { Turns } from "./turns.js";

const REGION = "eu-west-1";
/** The smallest page that EC2 gives, so that listings of a few items have several. */
const PAGE = 5;

const toTags = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const connection = (cloud: LocalCloudClient, account: string, maxAttempts: number) => ({
  endpoint: cloud.url,
  region: REGION,
  credentials: { accessKeyId: account, secretAccessKey: "local" },
  maxAttempts,
});

const createCloudWorld = (cloud: LocalCloudClient, account: string, ec2: EC2Client): StageWorld => {
  const at = { account, region: REGION };
  const tagged = (ResourceType: "traffic-mirror-target" | "traffic-mirror-session", tags: object) => [
    { ResourceType, Tags: toTags(tags as Record<string, string>) },
  ];
  return {
    launch: async ({ vpcId, subnetId, zone, type, state, tags, interfaces }) => {
      const instance = { subnetId, type, state, tags, interfaces };
      const { instances } = await cloud.fleet<{
        instances: [{ id: string; interfaceIds: readonly string[] }];
      }>({
        do: "add",
        ...at,
        spec: {
          vpcId,
          subnets: [{ subnetId, zone }],
          instances: [JSON.parse(JSON.stringify(instance)) as Required<Pick<typeof instance, "subnetId">>],
        },
      });
      return instances[0];
    },
    setState: (instanceId, state) => cloud.fleet({ do: "setState", ...at, instanceId, state }),
    attach: (interfaceId, instanceId) =>
      cloud.fleet({ do: "attachInterface", ...at, interfaceId, instanceId }),
    detach: (interfaceId) => cloud.fleet({ do: "detach", ...at, interfaceId }),
    setInstanceTags: async (id, tags) => {
      await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "Mirror" }] }));
      if (Object.keys(tags).length > 0) {
        await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) }));
      }
    },
    addFilter: async () => {
      const made = await ec2.send(new CreateTrafficMirrorFilterCommand({}));
      return made.TrafficMirrorFilter?.TrafficMirrorFilterId ?? "";
    },
    setFilter: (id, contents) => setFilter(ec2, id, contents),
    // Endpoints want a subnet that exists, the fleet's do not; what a target serves is said by its tags.
    addEndpointTarget: async ({ zone }, ServiceName, tags) => {
      const { Subnets: [subnet] = [] } = await ec2.send(
        new DescribeSubnetsCommand({ Filters: [{ Name: "availability-zone", Values: [zone] }] }),
      );
      const { VpcEndpoint } = await ec2.send(
        new CreateVpcEndpointCommand({
          VpcEndpointType: "GatewayLoadBalancer",
          VpcId: subnet?.VpcId,
          ServiceName,
          SubnetIds: [subnet?.SubnetId ?? ""],
        }),
      );
      const made = await ec2.send(
        new CreateTrafficMirrorTargetCommand({
          GatewayLoadBalancerEndpointId: VpcEndpoint?.VpcEndpointId,
          TagSpecifications: Object.keys(tags).length > 0 ? tagged("traffic-mirror-target", tags) : [],
        }),
      );
      return made.TrafficMirrorTarget?.TrafficMirrorTargetId ?? "";
    },
    createSession: async ({ interfaceId, targetId, filterId, number, description, tags = {} }) => {
      const made = await ec2.send(
        new CreateTrafficMirrorSessionCommand({
          NetworkInterfaceId: interfaceId,
          TrafficMirrorTargetId: targetId,
          TrafficMirrorFilterId: filterId,
          SessionNumber: number,
          Description: description,
          TagSpecifications: tagged("traffic-mirror-session", tags),
        }),
      );
      return made.TrafficMirrorSession?.TrafficMirrorSessionId ?? "";
    },
    modifySession: async (TrafficMirrorSessionId, { targetId, filterId, number }) => {
      await ec2.send(
        new ModifyTrafficMirrorSessionCommand({
          TrafficMirrorSessionId,
          TrafficMirrorTargetId: targetId,
          TrafficMirrorFilterId: filterId,
          SessionNumber: number,
        }),
      );
    },
    deleteSession: async (TrafficMirrorSessionId) => {
      await ec2.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId }));
    },
    setSessionTags: async (id, tags) => {
      await ec2.send(new DeleteTagsCommand({ Resources: [id] }));
      if (Object.keys(tags).length > 0) {
        await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: toTags(tags) }));
      }
    },
  };
};

const readTruth = async (cloud: LocalCloudClient, account: string, ec2: EC2Client): Promise<Truth> => {
  const { instances, interfaces } = await cloud.fleet<{
    instances: readonly FleetInstance[];
    interfaces: readonly FleetInterface[];
  }>({ do: "list", account, region: REGION });
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  const sessions: ModelSession[] = [];
  for await (const page of paginateDescribeTrafficMirrorSessions({ client: ec2, pageSize: 1000 }, {})) {
    for (const each of page.TrafficMirrorSessions ?? []) {
      sessions.push({
        id: each.TrafficMirrorSessionId ?? "",
        interfaceId: each.NetworkInterfaceId ?? "",
        targetId: each.TrafficMirrorTargetId ?? "",
        filterId: each.TrafficMirrorFilterId ?? "",
        number: each.SessionNumber ?? 0,
        vni: each.VirtualNetworkId ?? 0,
        ...(each.PacketLength !== undefined && { packetLength: each.PacketLength }),
        ...(each.Description !== undefined && { description: each.Description }),
        tags: fromAwsTags((each.Tags ?? []) as { Key?: string; Value?: string }[]),
      });
    }
  }
  return {
    interfaces: interfaces.map((each) => interfaceShape(each, byId.get(each.attachment?.instanceId ?? ""))),
    sessions,
  };
};

/** `services`: of another account, which lets everybody make endpoints. */
export async function createCloudStage(
  cloud: LocalCloudClient,
  account: string,
  services: Stage["services"],
  history: History,
  turns: Turns,
): Promise<Stage & { end(): void }> {
  await cloud.setSwitches(switchesOf(history));
  await cloud.ec2({ quotas: { sessions: history.quota } });
  const everybodyElse = new EC2Client(connection(cloud, account, 1));
  const ec2 = new EC2Client(connection(cloud, account, 2));
  const loadBalancing = new ElasticLoadBalancingV2Client(connection(cloud, account, 2));
  const strikes = createStrikes(cloud, account, history.faults);
  const writes: Write[] = [];
  const truth = () => readTruth(cloud, account, everybodyElse);
  // While the program acts, nobody changes the world: what was true before tells whether a write is right.
  let before: Truth = { interfaces: [], sessions: [] };

  return {
    account,
    world: createCloudWorld(cloud, account, everybodyElse),
    services,
    clients: (onCall, watch) => {
      const send = ec2.send.bind(ec2) as (command: unknown) => Promise<unknown>;
      const watched = async (command: { input: Record<string, unknown> }): Promise<unknown> => {
        const { input } = command;
        onCall();
        if (input["MaxResults"] !== undefined) input["MaxResults"] = PAGE;
        const id = input["TrafficMirrorSessionId"] ?? (input["Resources"] as string[] | undefined)?.[0];
        await turns.take();
        if (command instanceof DeleteTrafficMirrorSessionCommand) watch.remove(String(id), before);
        if (command instanceof CreateTrafficMirrorSessionCommand) {
          const { NetworkInterfaceId: interfaceId, TrafficMirrorTargetId: targetId } = command.input;
          watch.create({ interfaceId, targetId }, before);
        }
        const write = { method: command.constructor.name, id: String(id ?? "") };
        const isWrite = !write.method.startsWith("Describe");
        try {
          const answer = await send(command);
          if (isWrite) writes.push(write);
          return answer;
        } catch (error) {
          const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
          if (isWrite && (status === undefined || status >= 500)) writes.push(write);
          throw error;
        } finally {
          await turns.take();
        }
      };
      return { ec2: { send: watched } as unknown as EC2Client, loadBalancing };
    },
    truth,
    lacking: (act) => act(),
    acting: async (found, act) => {
      before = found;
      await act();
    },
    withFaults: async (found, act) => {
      before = found;
      await strikes.during(act);
    },
    writes,
    faultsSeen: strikes.seen,
    end: () => {
      for (const client of [everybodyElse, ec2, loadBalancing]) client.destroy();
    },
  };
}
