/** All that the EC2 side keeps for one account and region. */
import type { Cloud } from "../types.js";
import { EndpointStore } from "./endpoints/store.js";
import type { EndpointServices } from "./endpoints/services.js";
import { Fleet } from "./fleet/fleet.js";
import { MotoLists } from "./moto-lists.js";
import { MotoView, type View, type Where } from "./moto-view.js";
import { createRandom } from "./random.js";
import type { TargetShares } from "./shares.js";
import { TrafficMirrorStore } from "./store/index.js";
import type { Context, Quotas, SourceFacts } from "./store/model.js";
import { text } from "./moto-fixes.js";

export interface Region extends Where {
  readonly cloud: Cloud;
  readonly context: Context;
  readonly mirror: TrafficMirrorStore;
  readonly fleet: Fleet;
  readonly endpoints: EndpointStore;
  readonly services: EndpointServices;
  readonly shares: TargetShares;
  readonly moto: MotoView;
  readonly lists: MotoLists;
  readonly pendingMilliseconds: () => number;
  /** Generation of the moto view at which sessions were last held against it. */
  checked: number;
}

/** What the regions of all accounts have in common. */
export interface Common {
  readonly services: EndpointServices;
  readonly shares: TargetShares;
  readonly quotas: () => Quotas;
  /** For how long an instance that moto launches shows `pending`; moto itself shows `running` at once. */
  readonly pendingMilliseconds: () => number;
  /** One sequence for all, so that what several accounts made can be listed together. */
  readonly nextSeq: () => number;
}

export function createRegion(cloud: Cloud, where: Where, common: Common): Region {
  const { services, shares, quotas, pendingMilliseconds, nextSeq } = common;
  const seed = Buffer.from(`${where.account}/${where.region}`).reduce(
    (sum, byte) => (sum * 31 + byte) >>> 0,
    7,
  );
  const context: Context = {
    now: () => cloud.now(),
    nextSeq,
    random: createRandom(seed),
    switches: cloud.switches,
    quotas,
    targetOfOthers: (id) => shares.targetsFor(where).find((target) => target.id === id),
  };
  const mirror = new TrafficMirrorStore(context);
  const fleet = new Fleet(context, (id) => mirror.sessions.interfaceDeleted(id));
  const moto = new MotoView(cloud, where, context.nextSeq);
  const lists = new MotoLists(cloud, where);
  const endpoints = new EndpointStore(context, fleet);
  const parts = { context, mirror, fleet, endpoints, services, shares, moto, lists };
  return { ...where, cloud, ...parts, pendingMilliseconds, checked: 0 };
}

export function factsFrom(view: View, interfaceId: string): SourceFacts | undefined {
  const found = view.interfaces.find((e) => e.id === interfaceId)?.tree;
  if (!found) return undefined;
  const instanceId = text(found, "attachment", "instanceId");
  const instance = view.instances.find((e) => e.id === instanceId)?.tree;
  return {
    id: interfaceId,
    type: text(found, "interfaceType") ?? "interface",
    status: text(found, "status") ?? "",
    requesterManaged: text(found, "requesterManaged") === "true",
    requesterId: text(found, "requesterId"),
    description: text(found, "description") ?? "",
    instance:
      instanceId === undefined
        ? undefined
        : {
            id: instanceId,
            type: text(instance, "instanceType") ?? "",
            state: text(instance, "instanceState", "name") ?? "",
          },
  };
}

/** What is known of an interface, wherever it lives. */
export async function sourceFacts(region: Region, interfaceId: string): Promise<SourceFacts | undefined> {
  return region.fleet.sourceFacts(interfaceId) ?? factsFrom(await region.moto.now(), interfaceId);
}

/** Interfaces that moto dropped without a call that passed here (an autoscaling group shrank) take their sessions along. */
export async function dropOrphans(region: Region): Promise<void> {
  const { mirror, fleet, moto } = region;
  if (region.checked === moto.generation && moto.restful()) return;
  const foreign = [...mirror.sessions.interfaces()].filter((id) => !fleet.interfaces.get(id));
  const generation = moto.generation;
  if (foreign.length > 0) {
    const present = new Set((await moto.now()).interfaces.map((e) => e.id));
    for (const id of foreign) if (!present.has(id)) mirror.sessions.interfaceDeleted(id);
  }
  region.checked = generation;
}
