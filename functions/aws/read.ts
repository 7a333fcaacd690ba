/** Paged reads of EC2. Each throws when a page could not be had, so that no caller takes a part for the whole. */
import { everyPage } from "./pages.js";
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

/** The client, with calls that end when `signal` does: one slow page is no failure, a hundred of them are. */
export function endingWith(client: EC2Client, signal: AbortSignal | undefined): EC2Client {
  if (signal === undefined) return client;
  const send = async (command: Parameters<EC2Client["send"]>[0]): Promise<unknown> => {
    try {
      return await client.send(command, { abortSignal: signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new Error(`reading took too long, it ended in ${command.constructor.name}`, { cause: error });
    }
  };
  return Object.create(client, { send: { value: send } }) as EC2Client;
}

/**
 * What `of` makes of each item, page by page: the SDK's objects, some forty fields an instance, are let go with their
 * page, and only what is needed of them stays.
 */
type Of<T, R> = (item: T) => readonly R[];

/** Instances with their interfaces. Filters and pages, not explicit ids: one unknown id would fail the call. */
export function readInstances<R>(client: EC2Client, filter: Filter, of: Of<Instance, R>): Promise<R[]> {
  return everyPage("DescribeInstances", async (NextToken) => {
    const page = await client.send(
      new DescribeInstancesCommand({ Filters: [filter], MaxResults: PAGE, NextToken }),
    );
    // A reservation can hold more than one instance.
    return {
      items: (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances).flatMap(of),
      next: page.NextToken,
    };
  });
}

export function readInterfaces<R>(
  client: EC2Client,
  filters: Filter[],
  of: Of<NetworkInterface, R>,
): Promise<R[]> {
  return everyPage("DescribeNetworkInterfaces", async (NextToken) => {
    const page = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: filters, MaxResults: PAGE, NextToken }),
    );
    return { items: (page.NetworkInterfaces ?? []).flatMap(of), next: page.NextToken };
  });
}

/** No tag filter is documented for sessions, so ours are told from others' on our side. */
export function readSessions<R>(
  client: EC2Client,
  of: Of<TrafficMirrorSession, R>,
  ...filters: Filter[]
): Promise<R[]> {
  return everyPage("DescribeTrafficMirrorSessions", async (NextToken) => {
    const page = await client.send(
      new DescribeTrafficMirrorSessionsCommand({
        ...(filters.length > 0 && { Filters: filters }),
        MaxResults: PAGE,
        NextToken,
      }),
    );
    return { items: (page.TrafficMirrorSessions ?? []).flatMap(of), next: page.NextToken };
  });
}

/** With their rules inside. */
export function readFilters(client: EC2Client, filter?: Filter): Promise<TrafficMirrorFilter[]> {
  return everyPage("DescribeTrafficMirrorFilters", async (NextToken) => {
    const page = await client.send(
      new DescribeTrafficMirrorFiltersCommand({
        ...(filter && { Filters: [filter] }),
        MaxResults: PAGE,
        NextToken,
      }),
    );
    return { items: page.TrafficMirrorFilters ?? [], next: page.NextToken };
  });
}

export function readTargets(client: EC2Client, filter?: Filter): Promise<TrafficMirrorTarget[]> {
  return everyPage("DescribeTrafficMirrorTargets", async (NextToken) => {
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
  return everyPage("DescribeVpcEndpoints", async (NextToken) => {
    const page = await client.send(new DescribeVpcEndpointsCommand({ Filters, MaxResults: PAGE, NextToken }));
    return { items: page.VpcEndpoints ?? [], next: page.NextToken };
  });
}

/** One endpoint by its id. Throws EC2's error where it does not know the id. */
export async function readEndpoint(client: EC2Client, id: string): Promise<VpcEndpoint | undefined> {
  const { VpcEndpoints = [] } = await client.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  return VpcEndpoints[0];
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
