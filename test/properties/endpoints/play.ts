/** Plays a history, lets faults end, and says what is not as it should be then. */
import type { EndpointSettings, Zone } from "../../../functions/core/endpoints/model.js";
import {
  TAG_ENDPOINTS,
  TAG_TARGET_LEAVING,
  TAG_TARGET_VPC,
  TAG_TARGET_ZONE,
} from "../../../functions/core/tags.js";
import { EndpointModel } from "../../model/endpoint-model.js";
import type { EndpointHistory, Step } from "./history.js";
import { EndpointWorld } from "./world.js";

const SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";
const OTHER_SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210";
const VPCS = ["vpc-0a", "vpc-0b"] as const;
/** The hub does not serve the third; names and ids are in another order, as they are between accounts. */
const ZONES: readonly Zone[] = [
  { id: "euw1-az3", name: "eu-west-1a" },
  { id: "euw1-az1", name: "eu-west-1b" },
  { id: "euw1-az2", name: "eu-west-1c" },
];
const OFFERED = new Set(["euw1-az1", "euw1-az3"]);
const NAME = "mirror";
const EVACUATE = "traffic-mirror:evacuate";
/** Minutes until all is settled: a failed endpoint is tried again after ten, an idle zone left after sixty. */
const ROUNDS = 110;

export interface Played {
  readonly problems: readonly string[];
  readonly writes: readonly string[];
}

export async function playEndpoints(history: EndpointHistory): Promise<Played> {
  const settings: EndpointSettings = {
    name: NAME,
    service: SERVICE,
    vpcIds: [...VPCS],
    serviceZoneIds: null,
    zones: history.zones,
    subnetTags: {},
    evacuationTag: { key: EVACUATE, value: "true" },
    idleMs: 60 * 60_000,
    ownTags: { Team: "security" },
    defaultTags: {},
  };
  const clock = { now: () => 0 };
  const options = { ...history, service: SERVICE, offered: OFFERED };
  const model = new EndpointModel(options, () => clock.now());
  const world = new EndpointWorld(model, settings);
  clock.now = () => world.clock;
  furnish(model);
  const untouched = JSON.stringify(
    [...model.foreign].map((id) => model.endpoints.get(id) ?? model.targets.get(id)),
  );

  for (const step of history.steps) await take(world, step);
  for (let round = 0; round < ROUNDS; round++) {
    world.clock += 61_000;
    await world.run();
    world.reconcileSessions();
  }
  const problems = [...world.wrong, ...verdict(world)];
  const before = world.calls;
  await world.run();
  // Nor does it go on asking for what EC2 refuses.
  if (world.calls > before) problems.push(`restless: ${model.writes.slice(-3).join(", ")}`);
  const now = JSON.stringify(
    [...model.foreign].map((id) => model.endpoints.get(id) ?? model.targets.get(id)),
  );
  if (now !== untouched) problems.push("something foreign was changed");
  problems.push(...(await uninstall(world, history)));
  return { problems, writes: model.writes };
}

/** In the end nothing of ours is left, whatever one answer lacks, and nothing of others was asked for. */
async function uninstall(world: EndpointWorld, { drain }: EndpointHistory): Promise<string[]> {
  const report = await world.drain(drain).catch((error: unknown) => String(error));
  const { model } = world;
  const left = [...model.endpoints.keys(), ...model.targets.keys()].filter((id) => !model.foreign.has(id));
  return left.length === 0 && typeof report === "object"
    ? []
    : [`after the drain ${left.join(", ")} is left: ${JSON.stringify(report)}`];
}

/**
 * Each VPC has a subnet in the first zone; somebody else has endpoints of another service there, one with a target. A
 * third party has put our tag on those without one.
 */
function furnish(model: EndpointModel): void {
  for (const vpcId of VPCS) {
    const [zone] = ZONES;
    if (!zone) continue;
    const id = model.id("subnet");
    model.subnets.set(id, { id, vpcId, zone, freeAddresses: 50, ipv4: true, tags: {} });
    model.addForeignEndpoint(id, OTHER_SERVICE, { [TAG_ENDPOINTS]: "somebody-else" });
    model.addForeignEndpoint(id, OTHER_SERVICE, {}, false);
    model.addForeignEndpoint(id, OTHER_SERVICE, { [TAG_ENDPOINTS]: NAME }, false);
  }
}

const at = <T>(all: Iterable<T>, index: number): T | undefined => {
  const list = [...all];
  return list[index % Math.max(1, list.length)];
};

async function take(world: EndpointWorld, step: Step): Promise<void> {
  const { model } = world;
  switch (step.do) {
    case "add-subnet": {
      const [vpcId, zone] = [VPCS[step.vpc], ZONES[step.zone]];
      const id = model.id("subnet");
      if (vpcId && zone)
        model.subnets.set(id, { id, vpcId, zone, freeAddresses: step.free * 10, ipv4: step.ipv4, tags: {} });
      return;
    }
    case "run":
      return world.run(step.trouble);
    case "two-runs":
      await Promise.all([world.run(step.first), world.run(step.second)]);
      return;
    case "sweep-sessions": {
      world.reconcileSessions();
      return;
    }
    case "minutes":
      for (let minute = 0; minute < step.number; minute++) {
        world.clock += 61_000;
        await world.run(step.trouble);
        world.reconcileSessions();
      }
      return;
    case "wait":
      world.clock += step.seconds * 1000;
      return;
    case "remove-source":
      model.sources.delete(at(model.sources.keys(), step.source) ?? "");
      return;
    case "others-delete-target": {
      const ours = [...model.targets.keys()].filter((id) => !model.foreign.has(id));
      model.deleteTarget(at(ours, step.target) ?? "", "others");
      return;
    }
    case "others-delete-endpoint":
    case "endpoint-fails": {
      const ours = [...model.endpoints.values()].filter(({ id }) => !model.foreign.has(id));
      const endpoint = at(ours, step.endpoint);
      if (!endpoint) return;
      if (step.do === "endpoint-fails") endpoint.doomed = true;
      else model.deleteEndpoint(endpoint.id, "others");
      return;
    }
    default:
      changeSubnet(model, step);
  }
}

function changeSubnet(model: EndpointModel, step: Step & { readonly subnet: number }): void {
  const subnet = at(model.subnets.values(), step.subnet);
  if (!subnet) return;
  if (step.do === "add-source" && subnet.ipv4) model.sources.set(model.id("eni"), subnet.id);
  if (step.do === "evacuate") subnet.tags = { [EVACUATE]: "true" };
  if (step.do === "stay") subnet.tags = {};
  if (step.do === "fill") subnet.freeAddresses = 0;
  if (step.do === "empty") subnet.freeAddresses = 100;
  const used =
    [...model.endpoints.values()].some(({ subnetId }) => subnetId === subnet.id) ||
    [...model.sources.values()].includes(subnet.id);
  if (step.do === "remove-subnet" && !used) model.subnets.delete(subnet.id);
}

function verdict({ model, settings }: EndpointWorld): string[] {
  const problems: string[] = [];
  const endpoints = model
    .listEndpoints()
    .filter(({ id, tags }) => tags[TAG_ENDPOINTS] === NAME && !model.foreign.has(id));
  const targets = model.listTargets().filter(({ tags }) => tags[TAG_ENDPOINTS] === NAME);
  const zoneOf = (subnetId: string) => model.subnets.get(subnetId)?.zone.id;
  for (const vpcId of VPCS) {
    for (const zone of ZONES) {
      const place = `${vpcId} ${zone.name}`;
      const subnets = [...model.subnets.values()].filter(
        (each) => each.vpcId === vpcId && each.zone.id === zone.id,
      );
      const hosts = subnets.filter((each) => each.ipv4 && each.tags[EVACUATE] === undefined);
      const inhabited = subnets.some((each) => [...model.sources.values()].includes(each.id));
      const needed = OFFERED.has(zone.id) && hosts.length > 0 && (settings.zones === "subnets" || inhabited);
      const here = endpoints.filter((each) => each.vpcId === vpcId && zoneOf(each.subnetId) === zone.id);
      const theirs = targets.filter(
        ({ tags }) => tags[TAG_TARGET_VPC] === vpcId && tags[TAG_TARGET_ZONE] === zone.name,
      );
      if (!needed) {
        if (here.length + theirs.length > 0)
          problems.push(
            `${place} is not needed and has ${String(here.length)} endpoints, ${String(theirs.length)} targets`,
          );
        continue;
      }
      // Where no subnet has an address left there is nothing to do but to say so.
      if (here.length === 0 && hosts.every(({ freeAddresses }) => freeAddresses === 0)) continue;
      const full = hosts.every(
        ({ freeAddresses, id }) => freeAddresses === 0 && !here.some((e) => e.subnetId === id),
      );
      if (full) continue;
      if (here.length !== 1) problems.push(`${place} has ${String(here.length)} endpoints`);
      const [endpoint] = here;
      if (endpoint?.state !== "available")
        problems.push(`${place}: the endpoint is ${String(endpoint?.state)}`);
      if (!hosts.some(({ id }) => id === endpoint?.subnetId))
        problems.push(`${place}: the endpoint is in a bad subnet`);
      const [target] = theirs;
      if (theirs.length !== 1) problems.push(`${place} has ${String(theirs.length)} targets`);
      if (target?.endpointId !== endpoint?.id) problems.push(`${place}: the target is of another endpoint`);
      if (target?.tags[TAG_TARGET_LEAVING] !== undefined) problems.push(`${place}: the target is leaving`);
      for (const [sourceId, subnetId] of model.sources) {
        if (!subnets.some(({ id }) => id === subnetId)) continue;
        const to = model.sessions.get(sourceId)?.targetId;
        if (to !== target?.id) problems.push(`${sourceId} is mirrored to ${String(to)}`);
      }
    }
  }
  for (const { sourceId, targetId } of model.sessions.values()) {
    if (!model.targets.has(targetId)) problems.push(`${sourceId} is mirrored to ${targetId}, which is gone`);
  }
  return problems;
}
