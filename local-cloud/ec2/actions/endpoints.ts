/** VPC endpoints of type GatewayLoadBalancer, the services behind them, and what moto keeps of the other types. */
import { lagOf } from "../../interference/lag.js";
import type { Answer } from "../../types.js";
import { ec2Ok, filters, items, list, parseXml, tagSpec, type Node, type Params } from "../../xml.js";
import { endpointFilters, endpointXml, connectionXml } from "../endpoints/render.js";
import type { Endpoint } from "../endpoints/store.js";
import { Ec2Fault, invalidParameter } from "../fault.js";
import { compileFilters, page, pageRequest } from "../filtering.js";
import type { Place } from "../fleet/fleet.js";
import { text } from "../moto-fixes.js";
import type { Region } from "../region.js";
import { required } from "../store/checks.js";
import { refuseDryRun, type Request } from "./action.js";
import { forwarded, type Forwarding } from "./lifecycle.js";

const VERSION = "2016-11-15";

async function placeOf(region: Region, subnetId: string, vpcId: string): Promise<Place> {
  const answer = await region.cloud.moto(region, "ec2", {
    params: { Action: "DescribeSubnets", Version: VERSION, "SubnetId.1": subnetId },
  });
  const [subnet] = items(parseXml(answer.body.toString()), "DescribeSubnetsResponse", "subnetSet");
  if (answer.status !== 200 || !subnet) {
    throw new Ec2Fault("InvalidSubnetId.NotFound", `The subnet ID '${subnetId}' does not exist`);
  }
  if (text(subnet, "vpcId") !== vpcId) {
    throw invalidParameter(`The subnet ID '${subnetId}' does not belong to VPC '${vpcId}'`);
  }
  return { subnetId, vpcId, zone: text(subnet, "availabilityZone") ?? "" };
}

const shown = (region: Region, endpoint: Endpoint, time?: number) =>
  endpointXml(endpoint, region.endpoints.stateOf(endpoint, time), region.account);

/** The time that a read shows. */
const timeOf = ({ call, region }: Request): number =>
  region.context.now() - lagOf(region.cloud, "endpoints", call);

async function createEndpoint({ call, params, region }: Request): Promise<Answer | undefined> {
  if (params["VpcEndpointType"] !== "GatewayLoadBalancer") return undefined;
  const name = required(params["ServiceName"], "ServiceName");
  const vpcId = required(params["VpcId"], "VpcId");
  const subnets = list(params, "SubnetId");
  const [subnetId] = subnets;
  if (subnetId === undefined || subnets.length > 1) {
    throw new Ec2Fault("InvalidParameter", "A Gateway Load Balancer endpoint takes exactly one subnet");
  }
  if (list(params, "SecurityGroupId").length > 0) {
    throw new Ec2Fault("InvalidParameter", "Gateway Load Balancer endpoints have no security groups");
  }
  refuseDryRun(params);
  const [service, place] = [await region.services.find(name, region), await placeOf(region, subnetId, vpcId)];
  if (!service) throw new Ec2Fault("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const tags = tagSpec(params, "vpc-endpoint");
  const endpoint = region.endpoints.create(
    { service, place, account: region.account, tags },
    params["ClientToken"],
  );
  return ec2Ok(call.action, { vpcEndpoint: shown(region, endpoint), clientToken: params["ClientToken"] });
}

async function motoEndpoints(request: Request, ids: readonly string[], params: Params): Promise<Answer> {
  const others = Object.entries(params).filter(([k]) => !/^(VpcEndpointId\.|MaxResults$|NextToken$)/.test(k));
  const rest = Object.fromEntries([
    ...others,
    ...ids.map((id, i) => [`VpcEndpointId.${i + 1}`, id]),
  ]) as Params;
  return request.region.cloud.forward({ ...request.call, params: rest });
}

/** Moto's own first, on the first page; then those in memory, page by page. */
async function describeEndpoints(request: Request): Promise<Answer> {
  const { call, params, region } = request;
  refuseDryRun(params);
  const ids = list(params, "VpcEndpointId");
  const wanted = filters(params);
  const time = timeOf(request);
  const { endpoints } = region.endpoints;
  const keep = compileFilters(
    wanted,
    endpointFilters((e) => region.endpoints.stateOf(e, time)),
  );
  const own = ids.length > 0 ? ids.flatMap((id) => endpoints.getAsOf(id, time) ?? []) : undefined;
  const foreign = ids.filter((id) => !own?.some((e) => e.id === id));
  let others: Node[] = [];
  if ((ids.length === 0 || foreign.length > 0) && params["NextToken"] === undefined) {
    const answer = await motoEndpoints(request, foreign, params);
    if (answer.status !== 200) return answer;
    others = items(parseXml(answer.body.toString()), "DescribeVpcEndpointsResponse", "vpcEndpointSet");
  }
  const found = page(own ?? endpoints.asOf(time), keep, pageRequest(params));
  const set = [...others, ...found.items.map((e) => shown(region, e, time))];
  return ec2Ok(call.action, { vpcEndpointSet: set, nextToken: found.nextToken });
}

async function deleteEndpoints(request: Request): Promise<Answer | undefined> {
  const { call, params, region } = request;
  const ids = list(params, "VpcEndpointId");
  const own = ids.filter((id) => region.endpoints.endpoints.get(id));
  if (own.length === 0) return undefined;
  refuseDryRun(params);
  const unsuccessful: unknown[] = [];
  for (const id of own) {
    const target = region.mirror.targets.ofEndpoint(id);
    if (target && region.context.switches.get("endpoint-behind-target") === "kept") {
      const message = `The endpoint '${id}' is used by traffic mirror target '${target.id}'`;
      unsuccessful.push({ resourceId: id, error: { code: "InvalidState", message } });
    } else {
      region.endpoints.delete(id);
    }
  }
  const foreign = ids.filter((id) => !own.includes(id));
  if (foreign.length > 0) {
    const others = Object.entries(params).filter(([k]) => !k.startsWith("VpcEndpointId."));
    const rest = Object.fromEntries([
      ...others,
      ...foreign.map((id, i) => [`VpcEndpointId.${i + 1}`, id]),
    ]) as Params;
    const answer = await forwarded(request, rest);
    if (answer.status !== 200) return answer;
    unsuccessful.push(
      ...items(parseXml(answer.body.toString()), "DeleteVpcEndpointsResponse", "unsuccessful"),
    );
  }
  return ec2Ok(call.action, { unsuccessful });
}

async function modifyEndpoint({ call, params, region }: Request): Promise<Answer | undefined> {
  if (!region.endpoints.endpoints.get(params["VpcEndpointId"] ?? "")) return undefined;
  refuseDryRun(params);
  if (list(params, "AddSubnetId").length + list(params, "RemoveSubnetId").length > 0) {
    throw new Ec2Fault(
      "InvalidParameter",
      "The subnet of a Gateway Load Balancer endpoint cannot be changed",
    );
  }
  return ec2Ok(call.action, { return: true });
}

/** Moto's accounts all call a zone the same. */
async function zoneIds(region: Region, names: readonly string[]): Promise<string[]> {
  const answer = await region.cloud.moto(region, "ec2", {
    params: { Action: "DescribeAvailabilityZones", Version: VERSION },
  });
  return items(parseXml(answer.body.toString()), "DescribeAvailabilityZonesResponse", "availabilityZoneInfo")
    .filter((zone) => names.includes(text(zone, "zoneName") ?? ""))
    .map((zone) => text(zone, "zoneId") ?? "");
}

/** A service of another account is answered from its owner's account, if the caller may use it. */
async function describeServices({ call, params, region }: Request): Promise<Answer | undefined> {
  const [name, ...more] = list(params, "ServiceName");
  if (name === undefined || more.length > 0 || !name.includes("vpce-svc-")) return undefined;
  const service = await region.services.find(name, region);
  if (!service) throw new Ec2Fault("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const detail = {
    serviceName: name,
    serviceId: service.id,
    serviceType: [{ serviceType: service.gateway ? "GatewayLoadBalancer" : "Interface" }],
    availabilityZoneIdSet: await zoneIds(region, service.zones),
    availabilityZoneSet: [...service.zones],
    owner: service.owner,
    baseEndpointDnsNameSet: [],
    vpcEndpointPolicySupported: false,
    acceptanceRequired: service.acceptanceRequired,
    managesVpcEndpoints: false,
    tagSet: [],
    privateDnsNameSet: [],
    supportedIpAddressTypeSet: ["ipv4"],
  };
  return ec2Ok(call.action, { serviceNameSet: [name], serviceDetailSet: [detail] });
}

/** `everywhere`: all accounts of the region, because connections join two of them. */
export function endpointActions(
  everywhere: (region: string) => readonly Region[],
): Readonly<Record<string, Forwarding>> {
  const connections = (owner: Region, time = Infinity) =>
    everywhere(owner.region).flatMap((client) =>
      client.endpoints.endpoints
        .asOf(time)
        .filter((e) => e.serviceOwner === owner.account)
        .map((endpoint) => ({ client, endpoint, serviceId: endpoint.serviceName.split(".").pop() ?? "" })),
    );

  async function decide({ call, params, region }: Request): Promise<Answer> {
    const serviceId = required(params["ServiceId"], "ServiceId");
    refuseDryRun(params);
    const unsuccessful: unknown[] = [];
    for (const id of list(params, "VpcEndpointId")) {
      const found = connections(region).find((c) => c.endpoint.id === id && c.serviceId === serviceId);
      if (found) found.client.endpoints.decide(id, call.action === "AcceptVpcEndpointConnections");
      else
        unsuccessful.push({ resourceId: id, error: { code: "InvalidVpcEndpointId.NotFound", message: id } });
    }
    return ec2Ok(call.action, { unsuccessful });
  }

  return {
    CreateVpcEndpoint: createEndpoint,
    DescribeVpcEndpoints: describeEndpoints,
    DeleteVpcEndpoints: deleteEndpoints,
    ModifyVpcEndpoint: modifyEndpoint,
    DescribeVpcEndpointServices: describeServices,
    AcceptVpcEndpointConnections: decide,
    RejectVpcEndpointConnections: decide,
    async DescribeVpcEndpointConnections(request) {
      const { call, params, region } = request;
      refuseDryRun(params);
      const time = timeOf(request);
      const all = connections(region, time).map((c) => ({ ...c, seq: c.endpoint.seq }));
      const keep = compileFilters<(typeof all)[number]>(filters(params), (name) => {
        if (name === "service-id") return (c) => [c.serviceId];
        if (name === "vpc-endpoint-id") return (c) => [c.endpoint.id];
        if (name === "vpc-endpoint-owner") return (c) => [c.client.account];
        if (name === "vpc-endpoint-state") return (c) => [c.client.endpoints.stateOf(c.endpoint, time)];
        return name === "ip-address-type" ? () => ["ipv4"] : undefined;
      });
      const set = all
        .filter(keep)
        .map(({ client, endpoint, serviceId }) =>
          connectionXml(endpoint, client.endpoints.stateOf(endpoint, time), serviceId, client.account),
        );
      return ec2Ok(call.action, { vpcEndpointConnectionSet: set });
    },
    async CreateVpcEndpointServiceConfiguration({ region }) {
      region.services.sawOwner(region);
      return undefined;
    },
    // One with connections stays (code ExistingVpcEndpointConnections); the sentence is (?).
    async DeleteVpcEndpointServiceConfigurations({ call, params, region }) {
      const open = connections(region).filter(({ client, endpoint }) =>
        ["pendingAcceptance", "pending", "available"].includes(client.endpoints.stateOf(endpoint)),
      );
      const connected = list(params, "ServiceId").find((id) => open.some((c) => c.serviceId === id));
      if (connected === undefined) return undefined;
      const message = `Service ${connected} has existing active VPC Endpoint connections!`;
      const error = { code: "ExistingVpcEndpointConnections", message };
      return ec2Ok(call.action, { unsuccessful: [{ resourceId: connected, error }] });
    },
  };
}
