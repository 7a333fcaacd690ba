/** For tests of ec2/ alone: calls without HTTP, and in place of moto a few objects. */
import { createInterference, type ConfigurableInterference } from "../interference/index.js";
import { createSwitches } from "../switches.js";
import type { Answer, BusEvent, Call, Cloud } from "../types.js";
import { ec2Error, ec2Ok, items, list, parseXml, type Node, type Params } from "../xml.js";
import { createEc2, type Ec2 } from "../ec2/index.js";
import { isMembers, text } from "../ec2/moto-fixes.js";

export const WHERE = { account: "111111111111", region: "eu-west-1" };
export const OTHER = { account: "222222222222", region: "eu-west-1" };
export const SUBNETS = [
  { subnetId: "subnet-0a", zone: "eu-west-1a" },
  { subnetId: "subnet-0b", zone: "eu-west-1b" },
];
export const VPC = "vpc-01";

type Reply = (params: Params, account: string) => unknown;

export interface Bench {
  readonly ec2: Ec2;
  readonly cloud: Cloud;
  readonly interference: ConfigurableInterference;
  readonly events: BusEvent[];
  /** What the few-object moto answers, by action; a test may replace any. */
  readonly moto: Record<string, Reply>;
  readonly forwarded: Call[];
  now: number;
  /** The parsed content of the answer; an error is thrown as `Error("Code: message")`. */
  ask(action: string, params?: Params, where?: typeof WHERE): Promise<{ [name: string]: Node }>;
  answer(action: string, params?: Params, where?: typeof WHERE): Promise<Answer | undefined>;
}

export function callOf(action: string, params: Params = {}, where = WHERE, service = "ec2"): Call {
  return {
    service,
    action,
    ...where,
    accessKeyId: "AKIATEST",
    method: "POST",
    path: "/",
    params: { ...params, Action: action, Version: "2016-11-15" },
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.alloc(0),
  };
}

export function createBench(): Bench {
  const events: BusEvent[] = [];
  const forwarded: Call[] = [];
  const moto: Record<string, Reply> = {
    DescribeInstances: () => ({ reservationSet: [] }),
    DescribeNetworkInterfaces: () => ({ networkInterfaceSet: [] }),
    DescribeVpcEndpoints: () => ({ vpcEndpointSet: [] }),
    DescribeNatGateways: () => ({ natGatewaySet: [] }),
    DescribeTags: () => ({ tagSet: [] }),
    DescribeSubnets: (params) => ({
      subnetSet: SUBNETS.filter((s) => s.subnetId === params["SubnetId.1"]).map((s) => ({
        subnetId: s.subnetId,
        vpcId: VPC,
        availabilityZone: s.zone,
      })),
    }),
  };
  const reply = async (call: Call): Promise<Answer> => {
    const found = moto[call.action];
    if (!found) return ec2Error("ec2", "NoSuchAction", call.action);
    return ec2Ok(call.action, found(call.params, call.account));
  };
  const bench: Bench = {
    events,
    forwarded,
    moto,
    now: Date.UTC(2026, 0, 1),
    cloud: {
      now: () => bench.now,
      forward: (call) => {
        forwarded.push(call);
        return reply(call);
      },
      moto: (from, service, { params = {} }) =>
        reply(callOf(params["Action"] ?? "", params, { ...WHERE, ...from }, service)),
      emit: async (_from, event) => {
        events.push(event);
      },
      switches: createSwitches(),
    },
    get ec2() {
      return ec2;
    },
    get interference() {
      return interference;
    },
    answer: (action, params, where) => ec2.handle(callOf(action, params, where)),
    ask: async (action, params, where) => {
      const answer = await bench.answer(action, params, where);
      if (!answer) throw new Error(`${action}: not answered`);
      const root = parseXml(answer.body.toString());
      if (answer.status !== 200) {
        const message = text(root, "Response", "Errors", "Error", "Message") ?? "";
        throw new Error(`${errorCode(answer)}: ${message}`);
      }
      const content = isMembers(root) ? root[`${action}Response`] : undefined;
      return isMembers(content) ? content : {};
    },
  };
  const interference = createInterference(bench.cloud);
  const ec2 = createEc2(bench.cloud);
  return bench;
}

export function errorCode(answer: Answer | undefined): string {
  return /<Code>([^<]*)</.exec(answer?.body.toString() ?? "")?.[1] ?? "";
}

/** A filter, a target behind an endpoint of the account's own service, and the ids of a fleet of so many interfaces. */
export async function prepared(bench: Bench, count = 1, spec: object = {}) {
  offerService(bench, WHERE.account);
  const added = bench.ec2.fleet.add(WHERE, { count, vpcId: VPC, subnets: SUBNETS, ...spec });
  const filterId = text(
    await bench.ask("CreateTrafficMirrorFilter"),
    "trafficMirrorFilter",
    "trafficMirrorFilterId",
  );
  const targetId = await createTarget(bench, "subnet-0a");
  const interfaceIds = [...added.instances.flatMap((i) => i.interfaceIds), ...added.interfaces];
  return { instances: added.instances, interfaceIds, filterId: filterId ?? "", targetId };
}

export const SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123";

export function offerService(
  bench: Bench,
  owner: string,
  principals: readonly string[] = [],
  acceptance = false,
): void {
  bench.ec2.region({ ...WHERE, account: owner }).services.sawOwner({ ...WHERE, account: owner });
  const service = {
    serviceId: "vpce-svc-0123",
    serviceName: SERVICE,
    acceptanceRequired: acceptance,
    availabilityZoneSet: ["eu-west-1a", "eu-west-1b"],
    gatewayLoadBalancerArnSet: ["arn:gwy"],
  };
  bench.moto["DescribeVpcEndpointServiceConfigurations"] = (_, account) => ({
    serviceConfigurationSet: account === owner ? [service] : [],
  });
  bench.moto["DescribeVpcEndpointServicePermissions"] = () => ({
    allowedPrincipals: principals.map((principal) => ({ principal })),
  });
}

export async function createEndpoint(bench: Bench, subnetId = "subnet-0a", where = WHERE): Promise<string> {
  const params = {
    VpcEndpointType: "GatewayLoadBalancer",
    ServiceName: SERVICE,
    VpcId: VPC,
    "SubnetId.1": subnetId,
  };
  return text(await bench.ask("CreateVpcEndpoint", params, where), "vpcEndpoint", "vpcEndpointId") ?? "";
}

export async function createTarget(bench: Bench, subnetId: string): Promise<string> {
  const GatewayLoadBalancerEndpointId = await createEndpoint(bench, subnetId);
  const made = await bench.ask("CreateTrafficMirrorTarget", { GatewayLoadBalancerEndpointId });
  return text(made, "trafficMirrorTarget", "trafficMirrorTargetId") ?? "";
}

export function tagParams(tags: Record<string, string>, type: string): Params {
  const params: Params = { "TagSpecification.1.ResourceType": type };
  Object.entries(tags).forEach(([key, value], i) => {
    params[`TagSpecification.1.Tag.${i + 1}.Key`] = key;
    params[`TagSpecification.1.Tag.${i + 1}.Value`] = value;
  });
  return params;
}

export const ids = (content: Node, set: string, name: string): string[] =>
  items(content, set).map((item) => text(item, name) ?? "");

export { items, list, text };
