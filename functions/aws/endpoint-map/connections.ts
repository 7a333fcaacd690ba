/** Endpoints that are connected to a service of ours, with their owners. */
import { DescribeVpcEndpointConnectionsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { Connection } from "../../core/endpoint-map.js";
import { everyPage } from "../pages.js";

const PAGE = 1000;

/** Whatever their state: one that waits to be accepted is known before its first packet. */
export async function readConnections(client: EC2Client, serviceId: string): Promise<Connection[]> {
  const found = await everyPage("DescribeVpcEndpointConnections", async (NextToken) => {
    const page = await client.send(
      new DescribeVpcEndpointConnectionsCommand({
        Filters: [{ Name: "service-id", Values: [serviceId] }],
        MaxResults: PAGE,
        NextToken,
      }),
    );
    return { items: page.VpcEndpointConnections ?? [], next: page.NextToken };
  });
  return found.flatMap(({ VpcEndpointId: endpointId, VpcEndpointOwner: account }) =>
    endpointId && account ? [{ endpointId, account }] : [],
  );
}
