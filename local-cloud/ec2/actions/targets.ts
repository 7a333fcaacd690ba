import { lagOf } from "../../interference/lag.js";
import { tagSpec, type Params } from "../../xml.js";
import { Ec2Fault, invalidParameter } from "../fault.js";
import { sourceFacts, type Region } from "../region.js";
import { together, type Seen } from "../shares.js";
import { notFound, required } from "../store/checks.js";
import type { Target, TargetDestination } from "../store/model.js";
import { refuseDryRun, type Actions } from "./action.js";
import { describe } from "./describe.js";
import { targetXml } from "./mirror-render.js";

function destinationOf(params: Params): TargetDestination {
  const interfaceId = params["NetworkInterfaceId"];
  const loadBalancerArn = params["NetworkLoadBalancerArn"];
  const endpointId = params["GatewayLoadBalancerEndpointId"];
  const given: TargetDestination[] = [];
  if (interfaceId !== undefined) given.push({ type: "network-interface", interfaceId });
  if (loadBalancerArn !== undefined) given.push({ type: "network-load-balancer", loadBalancerArn });
  if (endpointId !== undefined) given.push({ type: "gateway-load-balancer-endpoint", endpointId });
  const [only] = given;
  if (!only || given.length > 1) {
    throw new Ec2Fault(
      "InvalidParameterCombination",
      "Exactly one of NetworkInterfaceId, NetworkLoadBalancerArn and GatewayLoadBalancerEndpointId must be given",
    );
  }
  return only;
}

async function checkDestination(region: Region, destination: TargetDestination): Promise<void> {
  switch (destination.type) {
    case "network-interface": {
      const { interfaceId } = destination;
      if (!(await sourceFacts(region, interfaceId))) {
        const message = `The networkInterface ID '${interfaceId}' does not exist`;
        throw new Ec2Fault("InvalidNetworkInterfaceID.NotFound", message);
      }
      if (region.mirror.sessions.ofInterface(interfaceId).length > 0) {
        throw invalidParameter(`Network interface ${interfaceId} is the source of a traffic mirror session`);
      }
      return;
    }
    case "network-load-balancer": {
      const { loadBalancerArn } = destination;
      const answer = await region.cloud.moto(region, "elasticloadbalancing", {
        params: {
          Action: "DescribeLoadBalancers",
          Version: "2015-12-01",
          "LoadBalancerArns.member.1": loadBalancerArn,
        },
      });
      // By its type: moto spells the ARNs of all types alike, and what this side is given is moto's spelling.
      if (answer.status !== 200 || !answer.body.includes("<Type>network</Type>")) {
        throw invalidParameter(`The Network Load Balancer '${loadBalancerArn}' does not exist`);
      }
      return;
    }
    case "gateway-load-balancer-endpoint": {
      const endpoint = region.endpoints.get(destination.endpointId);
      const state = region.endpoints.stateOf(endpoint);
      const early = region.context.switches.get("target-before-acceptance") === "accepted";
      if (state !== "available" && !(early && state === "pendingAcceptance")) {
        throw invalidParameter(`The VPC endpoint '${endpoint.id}' is ${state}, not available`);
      }
    }
  }
}

export const targetActions: Actions = {
  async CreateTrafficMirrorTarget({ params, region }) {
    const destination = destinationOf(params);
    refuseDryRun(params);
    await checkDestination(region, destination);
    const input = {
      destination,
      description: params["Description"],
      tags: tagSpec(params, "traffic-mirror-target"),
    };
    const target = region.mirror.targets.create(input, params["ClientToken"]);
    return { trafficMirrorTarget: targetXml(target, region.account), clientToken: params["ClientToken"] };
  },

  DeleteTrafficMirrorTarget({ params, region }) {
    const id = required(params["TrafficMirrorTargetId"], "TrafficMirrorTargetId");
    refuseDryRun(params);
    const usedByOthers = region.shares.sessionsFor(region).some(({ targetId }) => targetId === id);
    region.mirror.targets.delete(id, usedByOthers || region.mirror.sessions.usesTarget(id));
    return { trafficMirrorTargetId: id };
  },

  DescribeTrafficMirrorTargets(request) {
    const { params, region } = request;
    refuseDryRun(params);
    const { targets } = region.mirror.targets;
    const time = region.context.now() - lagOf(region.cloud, "targets", request.call);
    const others = region.shares.targetsFor(region, time);
    const ownerOf = ({ owner = region.account }: Seen<Target>) => owner;
    const { items, nextToken } = describe<Seen<Target>>(request, {
      idName: "TrafficMirrorTargetId",
      readers: {
        description: (t) => t.description,
        "network-interface-id": ({ destination: d }) =>
          d.type === "network-interface" ? d.interfaceId : undefined,
        "network-load-balancer-arn": ({ destination: d }) =>
          d.type === "network-load-balancer" ? d.loadBalancerArn : undefined,
        "owner-id": ownerOf,
        "traffic-mirror-target-id": (t) => t.id,
      },
      all: () => together<Seen<Target>>(targets.asOf(time), others),
      get: (id) => {
        const found = targets.getAsOf(id, time) ?? others.find((each) => each.id === id);
        if (!found) throw notFound("target", id, region.context.switches);
        return found;
      },
    });
    return { trafficMirrorTargetSet: items.map((t) => targetXml(t, ownerOf(t))), nextToken };
  },
};
