/**
 * Instances in VPCs that the policy does not list. No sweep sees them, so they get a listing of their own: of VPCs, and
 * of the instances in those that are neither listed nor left out on purpose.
 */
import { DescribeVpcsCommand, type EC2Client, type Instance } from "@aws-sdk/client-ec2";
import type { OutsideVpc } from "../../core/sessions/outside-vpcs.js";
import { everyPage } from "../pages.js";
import { endingWith, inChunks, readInstances } from "../read.js";

/** `known`: VPCs that are not looked at. Throws when EC2 could not be read. */
export type FindOutside = (
  known: ReadonlySet<string>,
  signal?: AbortSignal,
) => Promise<readonly OutsideVpc[]>;

export function createFindOutside(client: EC2Client): FindOutside {
  return async (known, signal) => {
    const reader = endingWith(client, signal);
    const vpcIds = await everyPage("DescribeVpcs", async (NextToken) => {
      const page = await reader.send(new DescribeVpcsCommand({ MaxResults: 1000, NextToken }));
      return { items: (page.Vpcs ?? []).flatMap(({ VpcId }) => VpcId ?? []), next: page.NextToken };
    });
    const outside = vpcIds.filter((id) => !known.has(id));
    const found = await inChunks(outside, (Values) =>
      readInstances(reader, { Name: "vpc-id", Values }, running),
    );
    const byVpc = new Map<string, string[]>();
    for (const { vpcId, id } of found) {
      const ids = byVpc.get(vpcId);
      if (ids) ids.push(id);
      else byVpc.set(vpcId, [id]);
    }
    return [...byVpc].map(([vpcId, instanceIds]) => ({ vpcId, instanceIds }));
  };
}

function running({ InstanceId: id, VpcId: vpcId, State }: Instance) {
  const isRunning = State?.Name === "running" || State?.Name === "pending";
  return id !== undefined && vpcId !== undefined && isRunning ? [{ vpcId, id }] : [];
}
