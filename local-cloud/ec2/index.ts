/**
 * The EC2 side of the local cloud: Traffic Mirroring, Gateway Load Balancer endpoints, and instances and interfaces
 * where moto is wrong or too slow. For whoever builds the control API around it:
 *
 * `POST /_local/fleet` hands its JSON body to `ec2.fleet.control(body)` and answers what that resolves to; a wrong
 * body rejects with a ZodError or an Error whose message says why. Every body has `account` and `region` and `do`:
 *   {"do":"add","spec":{"count":1000,"vpcId":"vpc-…","subnets":[{"subnetId":"subnet-…","zone":"eu-west-1a"}],
 *     "instanceType":"m5.large","interfacesPerInstance":1,"tags":{},"state":"running"},"emit":false}
 *       or, in the place of count, "instances":[{"id","subnetId","type","state","tags","interfaces":[{"id","type",
 *       "description","requesterManaged","requesterId","ipv6Only","tags","deleteOnTermination"}]}]
 *       and "interfaces":[…] for interfaces without an instance → {"instances":[{"id","interfaceIds"}],"interfaces":[]}
 *   {"do":"setState","instanceId":"i-…","state":"stopped","emit":true}     {"do":"remove","instanceId":"i-…"}
 *   {"do":"attachInterface","instanceId":"i-…","interfaceId":"eni-…"?}     {"do":"detach","interfaceId":"eni-…"}
 *   {"do":"deleteInterface","interfaceId":"eni-…"}                         {"do":"list"}
 * `emit` also puts the instance's state-change event on the default bus; RunInstances, TerminateInstances and their
 * like leave that to events/instances.ts, for instances of the fleet as well.
 *
 * `POST /_local/ec2` hands its body to `ec2.configure(body)`, any of
 *   {"quotas":{"sessions":20,"sessionsPerInterface":3,…}}                  what is not given has its documented value
 *   {"shares":[{"account","region","targetId":"tmt-…","with":["…"]}]}      all mirror targets that are shared by RAM
 *   {"pendingMilliseconds":2000}                                           how long launched instances show `pending`; 0
 */
import type { Answer, Call, Cloud, Handler } from "../types.js";
import { ec2Error, ec2Ok } from "../xml.js";
import type { Action } from "./actions/action.js";
import { describeActions } from "./actions/describe-instances.js";
import { endpointActions } from "./actions/endpoints.js";
import { filterActions } from "./actions/filters.js";
import { lifecycleActions, type Forwarding } from "./actions/lifecycle.js";
import { sessionActions } from "./actions/sessions.js";
import { changeTags, describeTags } from "./actions/tags.js";
import { targetActions } from "./actions/targets.js";
import { createFleetControl, parseSettings, type FleetControl } from "./control.js";
import { EndpointServices } from "./endpoints/services.js";
import { longestLagOf } from "../interference/lag.js";
import { Ec2Fault } from "./fault.js";
import type { Where } from "./moto-view.js";
import { refuseNotKnownYet } from "./not-known-yet.js";
import { createRegion, type Common, type Region } from "./region.js";
import { TargetShares } from "./shares.js";
import { DEFAULT_QUOTAS } from "./store/model.js";

export interface Ec2 extends Handler {
  readonly fleet: FleetControl;
  /** Quotas for tests, of all accounts, and mirror targets that accounts share. */
  configure(settings: unknown): void;
  /** For tests that look behind the API. */
  region(where: Where): Region;
}

const READS = /^(Describe|Get|List|Search|Export)/;

export function createEc2(cloud: Cloud): Ec2 {
  const regions = new Map<string, Region>();
  const services = new EndpointServices(cloud);
  const shares = new TargetShares(() => regions.values(), cloud.switches);
  let quotas = DEFAULT_QUOTAS;
  let pending = 0;
  let seq = 0;
  const common: Common = {
    services,
    shares,
    quotas: () => quotas,
    pendingMilliseconds: () => pending,
    nextSeq: () => ++seq,
  };

  const region = (where: Where): Region => {
    const key = `${where.account}/${where.region}`;
    const known = regions.get(key);
    if (known) return known;
    const { account, region: name } = where;
    const made = createRegion(cloud, { account, region: name }, common);
    regions.set(key, made);
    return made;
  };

  const own = new Map<string, Action>(
    [sessionActions, filterActions, targetActions, describeActions].flatMap((actions) =>
      Object.entries(actions),
    ),
  );
  const shared = new Map<string, Forwarding>(
    [
      lifecycleActions,
      endpointActions((name) => [...regions.values()].filter((r) => r.region === name)),
      { CreateTags: changeTags, DeleteTags: changeTags, DescribeTags: describeTags },
    ].flatMap((actions) => Object.entries(actions)),
  );

  async function answer(call: Call): Promise<Answer | undefined> {
    const request = { call, params: call.params, region: region(call) };
    await refuseNotKnownYet(request);
    const action = own.get(call.action);
    if (action) return ec2Ok(call.action, await action(request));
    if (call.action.includes("TrafficMirror")) {
      throw new Ec2Fault("InvalidAction", `The action ${call.action} is not valid for this web service.`);
    }
    if (!READS.test(call.action)) await request.region.lists.changing(call.action);
    const answered = (await shared.get(call.action)?.(request)) ?? request.region.lists.answer(call);
    if (!answered && !READS.test(call.action)) await changing(request.region, call.action);
    return answered;
  }

  /** The call goes on to moto and may change what this side shows of it. */
  async function changing(at: Region, action: string): Promise<void> {
    await at.moto.changing(action, longestLagOf(cloud, "instances", "interfaces"));
  }

  return {
    name: "ec2",
    fleet: createFleetControl(region),
    configure: (settings) => {
      const parsed = parseSettings(settings);
      for (const share of parsed.shares ?? []) region(share).mirror.targets.get(share.targetId);
      if (parsed.shares) shares.set(parsed.shares);
      quotas = parsed.quotas ?? quotas;
      pending = parsed.pendingMilliseconds ?? pending;
    },
    region,
    reset: () => {
      regions.clear();
      services.reset();
      shares.set([]);
      quotas = DEFAULT_QUOTAS;
      pending = 0;
    },
    handle: async (call) => {
      if (call.service === "autoscaling" && !READS.test(call.action))
        await changing(region(call), call.action);
      if (call.service !== "ec2") return undefined;
      try {
        const answered = await answer(call);
        return answered && { ...answered, by: answered.by ?? "ec2" };
      } catch (error) {
        if (!(error instanceof Ec2Fault)) throw error;
        return { ...ec2Error("ec2", error.code, error.message, error.status), by: "ec2" };
      }
    },
  };
}
