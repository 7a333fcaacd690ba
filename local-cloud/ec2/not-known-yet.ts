/**
 * Calls that name what has just been made: EC2 may answer them that there is no such thing ("Ensuring eventual
 * consistency", Amazon EC2 Developer Guide), and knows it a moment later. By the lag of the list that would show it.
 */
import { lagOf, type Lagging } from "../interference/lag.js";
import { list } from "../xml.js";
import type { Request } from "./actions/action.js";
import { Ec2Fault } from "./fault.js";
import type { Region } from "./region.js";
import { notFound } from "./store/checks.js";

interface Kind {
  readonly what: Lagging;
  /** Whether it stands there now, and stood there some time ago. */
  readonly is: (region: Region, id: string) => Promise<boolean>;
  readonly was: (region: Region, id: string, lag: number) => Promise<boolean>;
  readonly fault: (region: Region, id: string) => Ec2Fault;
}

const ago = ({ context }: Region, lag: number): number => context.now() - lag;
const among = (entries: readonly { readonly id: string }[], id: string): boolean =>
  entries.some((entry) => entry.id === id);

const target: Kind = {
  what: "targets",
  is: async ({ mirror }, id) => mirror.targets.targets.get(id) !== undefined,
  was: async (region, id, lag) => region.mirror.targets.targets.getAsOf(id, ago(region, lag)) !== undefined,
  fault: ({ context }, id) => notFound("target", id, context.switches),
};
const filter: Kind = {
  what: "filters",
  is: async ({ mirror }, id) => mirror.filters.filters.get(id) !== undefined,
  was: async (region, id, lag) => region.mirror.filters.filters.getAsOf(id, ago(region, lag)) !== undefined,
  fault: ({ context }, id) => notFound("filter", id, context.switches),
};
const endpoint: Kind = {
  what: "endpoints",
  is: async ({ endpoints }, id) => endpoints.endpoints.get(id) !== undefined,
  was: async (region, id, lag) => region.endpoints.endpoints.getAsOf(id, ago(region, lag)) !== undefined,
  fault: (_, id) =>
    new Ec2Fault("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`),
};
const networkInterface: Kind = {
  what: "interfaces",
  is: async ({ fleet, moto }, id) =>
    fleet.interfaces.get(id) !== undefined || among((await moto.now()).interfaces, id),
  was: async (region, id, lag) =>
    region.fleet.interfaces.getAsOf(id, ago(region, lag)) !== undefined ||
    among((await region.moto.ago(lag)).interfaces, id),
  fault: (_, id) =>
    new Ec2Fault("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${id}' does not exist`),
};
const instance: Kind = {
  what: "instances",
  is: async ({ fleet, moto }, id) =>
    fleet.instances.get(id) !== undefined || among((await moto.now()).instances, id),
  was: async (region, id, lag) =>
    region.fleet.instances.getAsOf(id, ago(region, lag)) !== undefined ||
    among((await region.moto.ago(lag)).instances, id),
  fault: (_, id) => new Ec2Fault("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`),
};

const states = { InstanceId: instance };
/** The parameters of each call that name something; a list is `InstanceId.1`, `InstanceId.2` … */
const NAMED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  CreateTrafficMirrorSession: {
    NetworkInterfaceId: networkInterface,
    TrafficMirrorTargetId: target,
    TrafficMirrorFilterId: filter,
  },
  CreateTrafficMirrorTarget: {
    NetworkInterfaceId: networkInterface,
    GatewayLoadBalancerEndpointId: endpoint,
  },
  TerminateInstances: states,
  StopInstances: states,
  StartInstances: states,
};

/** Throws where the call comes too early for what it names; nothing is done then, to none of several. */
export async function refuseNotKnownYet({ call, params, region }: Request): Promise<void> {
  for (const [name, { what, is, was, fault }] of Object.entries(NAMED[call.action] ?? {})) {
    const lag = lagOf(region.cloud, what, call);
    if (lag <= 0) continue;
    const given = params[name];
    for (const id of given === undefined ? list(params, name) : [given]) {
      if ((await is(region, id)) && !(await was(region, id, lag))) throw fault(region, id);
    }
  }
}
