/** What happens to an account besides the program under test: plain calls that take effect at once. */
import type { EndpointService, EndpointStore } from "../../local-cloud/ec2/endpoints/store.js";
import type { Fleet, InstanceSpec, InterfaceSpec, Place } from "../../local-cloud/ec2/fleet/fleet.js";
import type { InstanceState } from "../../local-cloud/ec2/fleet/model.js";
import type { TrafficMirrorStore } from "../../local-cloud/ec2/store/index.js";
import type { Tags } from "../../local-cloud/ec2/store/model.js";
import type { SessionChange, SessionInput } from "../../local-cloud/ec2/store/sessions.js";
import {
  interfaceShape,
  sessionShape,
  type FilterContents,
  type ModelInterface,
  type ModelSession,
} from "./shapes.js";

export interface World {
  /** The ids of the instance and of its interfaces. */
  launch(spec: Partial<InstanceSpec> & Place): { id: string; interfaceIds: readonly string[] };
  /** `terminated` takes the interfaces along, but for those to be kept. */
  setState(instanceId: string, state: InstanceState): void;
  /** An interface of its own, attached to nothing; of a service where the spec says so. */
  addInterface(spec: InterfaceSpec, place: Place): string;
  attach(interfaceId: string, instanceId: string): void;
  detach(interfaceId: string): void;
  deleteInterface(interfaceId: string): void;
  setInstanceTags(instanceId: string, tags: Tags): void;
  addFilter(): string;
  /** In place of all that it holds. */
  setFilter(id: string, contents: FilterContents): void;
  /** A mirror target behind a new Gateway Load Balancer endpoint of the service. */
  addEndpointTarget(place: Place, service: string, tags: Tags): string;
  addInterfaceTarget(interfaceId: string, tags?: Tags): string;
  setTargetTags(targetId: string, tags: Tags): void;
  /** Throws `TrafficMirrorTargetInUse` while a session names it. */
  removeTarget(targetId: string): void;
  createSession(input: Omit<SessionInput, "tags"> & { tags?: Tags }): string;
  modifySession(id: string, change: SessionChange): void;
  deleteSession(id: string): void;
  setSessionTags(id: string, tags: Tags): void;
  /** The truth, as no caller sees it. */
  sessions(): ModelSession[];
  interfaces(): ModelInterface[];
}

const ACCOUNT = "111111111111";

function serviceOf(name: string, zone: string): EndpointService {
  const id = name.split(".").pop() ?? name;
  return {
    name,
    id,
    owner: ACCOUNT,
    acceptanceRequired: false,
    zones: [zone],
    principals: [],
    gateway: true,
  };
}

export function createWorld(mirror: TrafficMirrorStore, fleet: Fleet, endpoints: EndpointStore): World {
  return {
    launch: (spec) => {
      const defaults = { type: "m5.large", state: "running" as const, tags: {}, interfaces: [{}] };
      const { id, interfaceIds } = fleet.addInstance({ ...defaults, ...spec });
      return { id, interfaceIds };
    },
    setState: (instanceId, state) => fleet.setState(instanceId, state),
    addInterface: (spec, place) => fleet.addInterface(spec, place).id,
    attach: (interfaceId, instanceId) => {
      fleet.attach(interfaceId, instanceId);
    },
    detach: (interfaceId) => fleet.detach(interfaceId),
    deleteInterface: (interfaceId) => fleet.deleteInterface(interfaceId, true),
    setInstanceTags: (instanceId, tags) => fleet.setTags(instanceId, tags),
    addFilter: () => mirror.filters.create({ tags: {} }).id,
    setFilter: (filterId, { rules, services }) => {
      for (const { id } of mirror.filters.rulesOf(filterId)) mirror.filters.deleteRule(id);
      for (const rule of rules) {
        mirror.filters.createRule({
          ...rule,
          filterId,
          sourceCidr: "0.0.0.0/0",
          destinationCidr: "0.0.0.0/0",
          tags: {},
        });
      }
      const there = mirror.filters.get(filterId).services;
      mirror.filters.modifyServices(
        filterId,
        services,
        there.filter((service) => !services.includes(service)),
      );
    },
    addEndpointTarget: (place, service, tags) => {
      const endpoint = endpoints.create({
        service: serviceOf(service, place.zone),
        place,
        account: ACCOUNT,
        tags: {},
      });
      const destination = { type: "gateway-load-balancer-endpoint", endpointId: endpoint.id } as const;
      return mirror.targets.create({ destination, tags }).id;
    },
    addInterfaceTarget: (interfaceId, tags = {}) =>
      mirror.targets.create({ destination: { type: "network-interface", interfaceId }, tags }).id,
    setTargetTags: (targetId, tags) => mirror.setTags(targetId, tags),
    removeTarget: (targetId) => mirror.targets.delete(targetId, mirror.sessions.usesTarget(targetId)),
    createSession: ({ tags = {}, ...input }) =>
      mirror.sessions.create({ ...input, tags }, fleet.sourceFacts(input.interfaceId ?? "")).id,
    modifySession: (id, change) => {
      mirror.sessions.modify(id, change);
    },
    deleteSession: (id) => mirror.sessions.delete(id),
    setSessionTags: (id, tags) => mirror.setTags(id, tags),
    sessions: () => mirror.sessions.sessions.values().map(sessionShape),
    interfaces: () =>
      fleet.interfaces
        .values()
        .map((each) => interfaceShape(each, fleet.instances.get(each.attachment?.instanceId ?? ""))),
  };
}
