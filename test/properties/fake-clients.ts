/**
 * The SDK clients that functions/aws uses, over the model of EC2: so the properties run through the real paging,
 * filtering, error classes and pacing, and only HTTP is missing. Pages are small, so that every listing has several.
 */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Api, NewSession } from "../model/ec2-model.js";
import { awsFilter, awsInstance, awsInterface, awsSession, awsTarget, fromAwsTags } from "./aws-shapes.js";

const PAGE = 3;

interface Filter {
  Name: string;
  Values: string[];
}
type Input = Record<string, unknown> & { Filters?: Filter[]; NextToken?: string };

/** Of each page that describes something: which of its items it lacks. */
export type Missing = (action: string) => (index: number) => boolean;

/** `attempts`: how often the SDK itself tries again what failed on the way, with the same idempotency token. */
export function fakeEc2(api: Api, attempts: number, missing: Missing = () => () => false): EC2Client {
  let tokens = 0;
  const send = async ({
    constructor,
    input,
  }: {
    constructor: { name: string };
    input: Input;
  }): Promise<unknown> => {
    const name = constructor.name.replace(/^_+|Command$|\d+$/g, "");
    const action = actions[name];
    if (!action) throw new Error(`the fake client has no ${constructor.name}`);
    const token = `token-${String(++tokens)}`;
    for (let attempt = 1; ; attempt++) {
      try {
        return without(await action(api, input, token), () => missing(name));
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        const onTheWay = status === undefined || status >= 500;
        if (!onTheWay || attempt >= attempts) throw error;
      }
    }
  };
  return { send } as unknown as EC2Client;
}

const LISTS = [
  "NetworkInterfaces",
  "TrafficMirrorFilters",
  "TrafficMirrorSessions",
  "TrafficMirrorTargets",
  "VpcEndpoints",
] as const;

interface Page {
  readonly Reservations?: readonly { readonly Instances: readonly Page[] }[];
  readonly NetworkInterfaces?: readonly unknown[];
}

/** The page without what it is to lack: interfaces of an instance too. */
function without(answer: unknown, missing: () => (index: number) => boolean): unknown {
  if (answer === undefined) return answer;
  const page = answer as Page & Partial<Record<string, readonly unknown[]>>;
  if (page.Reservations !== undefined) {
    const isMissing = missing();
    const left = (instance: Page): Page => ({
      ...instance,
      NetworkInterfaces: (instance.NetworkInterfaces ?? []).filter((_, index) => !isMissing(index)),
    });
    const Instances = page.Reservations.flatMap((each) => each.Instances);
    return {
      ...page,
      Reservations: [{ Instances: Instances.filter((_, n) => !isMissing(n + 1)).map(left) }],
    };
  }
  const list = LISTS.find((name) => page[name] !== undefined);
  if (list === undefined) return answer;
  const isMissing = missing();
  return { ...page, [list]: page[list]?.filter((_, index) => !isMissing(index)) };
}

/** No load balancer is a target in these histories; the unit tests of receivers.ts have them. */
export function fakeLoadBalancing(): ElasticLoadBalancingV2Client {
  return { send: () => Promise.resolve({}) } as unknown as ElasticLoadBalancingV2Client;
}

const actions: Record<string, ((api: Api, input: Input, token: string) => Promise<unknown>) | undefined> = {
  async DescribeInstances(api, input) {
    const vpcIds = values(input, "vpc-id");
    const ids = values(input, "instance-id");
    const page = await api.listInstances({
      ...(vpcIds && { vpcIds }),
      // By id every page is one of the whole list: the model, like EC2, has no ids beside pages.
      ...(ids ? {} : { maxResults: PAGE }),
      ...next(input),
    });
    const items = page.items.filter((instance) => !ids || ids.includes(instance.id));
    return { Reservations: [{ Instances: items.map(awsInstance) }], NextToken: page.nextToken };
  },
  async DescribeNetworkInterfaces(api, input) {
    const ids = values(input, "network-interface-id");
    const requesters = values(input, "requester-id");
    const vpcIds = values(input, "vpc-id");
    const page = await api.listInterfaces({ ...(vpcIds && { vpcIds }), ...next(input) });
    const items = page.items.filter(
      (each) =>
        (!ids || ids.includes(each.id)) && (!requesters || requesters.includes(each.requesterId ?? "")),
    );
    return { NetworkInterfaces: items.map(awsInterface), NextToken: page.nextToken };
  },
  async DescribeTrafficMirrorSessions(api, input) {
    const interfaceIds = values(input, "network-interface-id");
    const page = await api.listSessions({
      ...(interfaceIds && { interfaceIds }),
      maxResults: PAGE,
      ...next(input),
    });
    return { TrafficMirrorSessions: page.items.map(awsSession), NextToken: page.nextToken };
  },
  async DescribeTrafficMirrorTargets(api, input) {
    const page = await api.listTargets({ maxResults: PAGE, ...next(input) });
    return { TrafficMirrorTargets: page.items.map(awsTarget), NextToken: page.nextToken };
  },
  async DescribeTrafficMirrorFilters(api, input) {
    const page = await api.listFilters({ maxResults: PAGE, ...next(input) });
    return { TrafficMirrorFilters: page.items.map(awsFilter), NextToken: page.nextToken };
  },
  async DescribeVpcEndpoints(api) {
    const { items } = await api.listTargets();
    const endpoints = items.flatMap(({ endpoint }) => endpoint ?? []);
    return {
      VpcEndpoints: endpoints.map(({ id, service, available }) => ({
        VpcEndpointId: id,
        ServiceName: service,
        State: available ? "available" : "pending",
      })),
    };
  },
  DescribeVpcEndpointServiceConfigurations: () => Promise.resolve({ ServiceConfigurations: [] }),
  CreateTrafficMirrorSession: (api, input, token) => {
    const session = {
      interfaceId: input["NetworkInterfaceId"],
      targetId: input["TrafficMirrorTargetId"],
      filterId: input["TrafficMirrorFilterId"],
      number: input["SessionNumber"],
      ...(input["VirtualNetworkId"] !== undefined && { vni: input["VirtualNetworkId"] }),
      ...(input["PacketLength"] !== undefined && { packetLength: input["PacketLength"] }),
      ...(input["Description"] !== undefined && { description: input["Description"] }),
      tags: fromAwsTags((input["TagSpecifications"] as [{ Tags: [] }])[0].Tags),
      token,
    };
    return api.createSession(session as unknown as NewSession);
  },
  ModifyTrafficMirrorSession: (api, input) =>
    api.modifySession(input["TrafficMirrorSessionId"] as string, {
      ...(input["TrafficMirrorTargetId"] !== undefined && {
        targetId: input["TrafficMirrorTargetId"] as string,
      }),
      ...(input["TrafficMirrorFilterId"] !== undefined && {
        filterId: input["TrafficMirrorFilterId"] as string,
      }),
      ...(input["SessionNumber"] !== undefined && { number: input["SessionNumber"] as number }),
      ...(input["VirtualNetworkId"] !== undefined && { vni: input["VirtualNetworkId"] as number }),
      ...(input["PacketLength"] !== undefined && { packetLength: input["PacketLength"] as number }),
      ...(input["Description"] !== undefined && { description: input["Description"] as string }),
      ...(input["RemoveFields"] !== undefined && { removeFields: input["RemoveFields"] as [] }),
    }),
  DeleteTrafficMirrorSession: (api, input) => api.deleteSession(input["TrafficMirrorSessionId"] as string),
  CreateTags: async (api, input) => {
    for (const id of input["Resources"] as string[])
      await api.tagSession(id, fromAwsTags(input["Tags"] as []));
  },
};

function values(input: Input, name: string): string[] | undefined {
  return input.Filters?.find((filter) => filter.Name === name)?.Values;
}

function next(input: Input): { nextToken?: string } {
  return input.NextToken === undefined ? {} : { nextToken: input.NextToken };
}
