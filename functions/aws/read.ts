/** Paged reads of EC2. Each throws when a page could not be had, so that no caller takes a part for the whole. */
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type NetworkInterface,
  type TrafficMirrorFilter,
  type TrafficMirrorSession,
  type TrafficMirrorTarget,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";

const PAGE = 1000;
/** A filter takes at most this many values (EC2 API reference, "Filter"). */
const FILTER_VALUES = 200;

/** Instances with their interfaces. Filters and pages, not explicit ids: one unknown id would fail the call. */
export function readInstances(client: EC2Client, filter: Filter): Promise<Instance[]> {
  return everyPage(async (NextToken) => {
    const page = await client.send(
      new DescribeInstancesCommand({ Filters: [filter], MaxResults: PAGE, NextToken }),
    );
    // A reservation can hold more than one instance.
    return {
      items: (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances),
      next: page.NextToken,
    };
  });
}

export function readInterfaces(client: EC2Client, filters: Filter[]): Promise<NetworkInterface[]> {
  return everyPage(async (NextToken) => {
    const page = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: filters, MaxResults: PAGE, NextToken }),
    );
    return { items: page.NetworkInterfaces ?? [], next: page.NextToken };
  });
}

/** No tag filter is documented for sessions, so ours are told from others' on our side. */
export function readSessions(client: EC2Client, filter?: Filter): Promise<TrafficMirrorSession[]> {
  return everyPage(async (NextToken) => {
    const page = await client.send(
      new DescribeTrafficMirrorSessionsCommand({
        ...(filter && { Filters: [filter] }),
        MaxResults: PAGE,
        NextToken,
      }),
    );
    return { items: page.TrafficMirrorSessions ?? [], next: page.NextToken };
  });
}

/** With their rules inside. */
export function readFilters(client: EC2Client): Promise<TrafficMirrorFilter[]> {
  return everyPage(async (NextToken) => {
    const page = await client.send(new DescribeTrafficMirrorFiltersCommand({ MaxResults: PAGE, NextToken }));
    return { items: page.TrafficMirrorFilters ?? [], next: page.NextToken };
  });
}

export function readTargets(client: EC2Client, filter?: Filter): Promise<TrafficMirrorTarget[]> {
  return everyPage(async (NextToken) => {
    const page = await client.send(
      new DescribeTrafficMirrorTargetsCommand({
        ...(filter && { Filters: [filter] }),
        MaxResults: PAGE,
        NextToken,
      }),
    );
    return { items: page.TrafficMirrorTargets ?? [], next: page.NextToken };
  });
}

export function readGatewayEndpoints(client: EC2Client, filter?: Filter): Promise<VpcEndpoint[]> {
  const ofType = { Name: "vpc-endpoint-type", Values: ["GatewayLoadBalancer"] };
  const Filters = filter ? [ofType, filter] : [ofType];
  return everyPage(async (NextToken) => {
    const page = await client.send(new DescribeVpcEndpointsCommand({ Filters, MaxResults: PAGE, NextToken }));
    return { items: page.VpcEndpoints ?? [], next: page.NextToken };
  });
}

/** Splits values over as many calls as the limit on filter values asks for. */
export async function inChunks<T>(
  values: readonly string[],
  read: (chunk: string[]) => Promise<T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let start = 0; start < values.length; start += FILTER_VALUES) {
    found.push(...(await read(values.slice(start, start + FILTER_VALUES))));
  }
  return found;
}

async function everyPage<T>(
  read: (token: string | undefined) => Promise<{ items: T[]; next: string | undefined }>,
): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    for (const item of page.items) found.push(item);
    token = page.next;
  } while (token);
  return found;
}
