/**
 * Whether something that carries the run's tag is there still: EC2 lists tags for some time after the end of what has
 * them ("Tag your resources" in the EC2 guide). What stands in a VPC needs no look of its own: with it the VPC is there.
 */
import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { endpointState, refusal, type Clients } from "./clients.js";
import { RUN_TAG } from "./tags.js";

type Look = (clients: Clients, id: string) => Promise<boolean>;

/** Anything but AWS's word that it is gone counts as there. */
const described = async (call: Promise<unknown>): Promise<boolean> =>
  !/NotFound/.test((await refusal(call)) ?? "");

const instance: Look = async ({ ec2 }, id) => {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const all = Reservations.flatMap(({ Instances = [] }) => Instances);
  return all.some(({ State }) => State?.Name !== "terminated");
};

const endpoint: Look = async (clients, id) => {
  const state = await endpointState(clients, id);
  return state !== undefined && state !== "deleted";
};

const always: Look = () => Promise.resolve(true);

const LOOKS: Readonly<Record<string, Look>> = {
  i: instance,
  vpce: endpoint,
  tms: always,
  tmt: always,
  tmf: always,
  vpc: ({ ec2 }, id) => described(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] }))),
  eni: ({ ec2 }, id) =>
    described(ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }))),
  vol: ({ ec2 }, id) => described(ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))),
  lt: async ({ ec2 }, id) => {
    const Filters = [{ Name: "tag-key", Values: [RUN_TAG] }];
    const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({ Filters }));
    return LaunchTemplates.some(({ LaunchTemplateId }) => LaunchTemplateId === id);
  },
  eipalloc: ({ ec2 }, id) => described(ec2.send(new DescribeAddressesCommand({ AllocationIds: [id] }))),
};

const lookOf = (id: string): Look | undefined =>
  id.startsWith("vpce-svc-") ? undefined : LOOKS[id.slice(0, id.indexOf("-"))];

export const alive = async (clients: Clients, ids: readonly string[]): Promise<readonly string[]> => {
  const there: string[] = [];
  for (const id of ids) {
    const look = lookOf(id);
    if (look !== undefined && (await look(clients, id))) there.push(id);
  }
  return there;
};
