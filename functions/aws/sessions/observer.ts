/** Sees EC2 as the core wants it: for a look with three reads for each 200 ids of it, for a sweep page by page. */
import type { EC2Client, Instance, NetworkInterface, TrafficMirrorSession } from "@aws-sdk/client-ec2";
import {
  nothingReceives,
  type Look,
  type Observation,
  type Session,
  type Source,
  type Topology,
} from "../../core/model.js";
import { managedKinds } from "../../core/sessions/managed-interfaces.js";
import { rulesOf, type Policy } from "../../core/sessions/policy.js";
import type { Observer } from "../../core/sessions/ports.js";
import { endingWith, inChunks, readFilters, readInstances, readInterfaces, readSessions } from "../read.js";
import { toFilter, toInstance, toLoneSource, toSession, toSources } from "../shapes.js";
import type { TopologySource } from "./topology.js";

/**
 * `ours`: whether a session is this controller's; interfaces of others are none of our business. `account`: whoever
 * shares a target sees the sessions that other accounts make on it ("Cross-account traffic mirror targets", Traffic
 * Mirroring guide), so every read of sessions asks for this account's own.
 */
export function createObserver(
  client: EC2Client,
  topology: TopologySource,
  { account, ours }: { readonly account: string; readonly ours: (session: Session) => boolean },
): Observer {
  const own = { Name: "owner-id", Values: [account] };
  const sessionsOn = async (
    reader: EC2Client,
    interfaceIds: readonly string[],
  ): Promise<readonly Session[]> => {
    return inChunks(interfaceIds, (Values) =>
      readSessions(reader, session, { Name: "network-interface-id", Values }, own),
    );
  };

  /** The interfaces of a look, with their instances; `unseen` are the ids that EC2 does not know. */
  const sourcesOf = async (
    reader: EC2Client,
    look: Look,
  ): Promise<{ sources: readonly Source[]; unseen: readonly string[] }> => {
    const lone = await inChunks(look.interfaceIds, (Values) =>
      readInterfaces(reader, [{ Name: "network-interface-id", Values }], whole),
    );
    const attachedTo = lone.flatMap((nic) => nic.Attachment?.InstanceId ?? []);
    const instanceIds = [...new Set([...look.instanceIds, ...attachedTo])];
    const instances = await inChunks(instanceIds, (Values) =>
      readInstances(reader, { Name: "instance-id", Values }, whole),
    );
    const known = instances.flatMap((each) => toInstance(each) ?? []);
    const byId = new Map(known.map((instance) => [instance.id, instance]));
    const sources = new Map<string, Source>();
    for (const nic of lone) {
      // An instance that was seen may not show an interface of its own yet: the interface names it.
      const source = toLoneSource(nic, account, byId);
      if (source) sources.set(source.id, source);
    }
    // What an instance says of its interfaces is worth more: it brings state, type and tags.
    for (const source of instances.flatMap(toSources)) sources.set(source.id, source);
    const seen = new Set([
      ...sources.keys(),
      ...instances.filter(isWhole).map((each) => toInstance(each)?.id),
    ]);
    return {
      sources: [...sources.values()],
      unseen: [...look.instanceIds, ...look.interfaceIds].filter((id) => !seen.has(id)),
    };
  };

  /**
   * What is remembered, unless the policy lists a target that is not in it: an apply has just made that one, and
   * sessions are to move to it rather than end because their old target left the list.
   */
  const topologyFor = async (policy: Policy): Promise<Topology> => {
    const remembered = await topology.read(policy);
    const known = new Set(remembered.targets.map(({ id }) => id));
    if (listedTargets(policy).every((id) => known.has(id))) return remembered;
    topology.forget();
    return topology.read(policy);
  };

  return {
    async look(look, policy, signal) {
      const reader = endingWith(client, signal);
      const seen = await sourcesOf(reader, look);
      const vpcs = new Set(policy.vpcs.map((vpc) => vpc.vpc_id));
      const sources = seen.sources.filter((source) => vpcs.has(source.vpcId));
      // What is not in our VPCs costs one describe a batch, no more.
      const sessions = await sessionsOn(
        reader,
        sources.map((source) => source.id),
      );
      const receivers = sources.length > 0 ? await topologyFor(policy) : nothingReceives;
      return { sources, sessions, topology: receivers, unseen: seen.unseen };
    },

    async everything(policy, alsoInterfaceIds = [], signal): Promise<Observation> {
      const reader = endingWith(client, signal);
      // Sessions first: one that an event makes from here on is not in this list, so that its interface,
      // which the list of instances may miss, is not taken for one that is no longer there.
      const sessions = await readSessions(reader, session, own);
      // Where targets come and go without an apply, one that appeared since the last sweep is to be used by this one.
      if (policy.vpcs.some((vpc) => vpc.targets === null)) topology.forget();
      const everything = await topologyFor(policy);
      const sources = new Map(
        (await allSources(reader, policy, account)).map((source) => [source.id, source]),
      );
      const strays = [
        ...sessions.filter(ours).map((session) => session.interfaceId),
        ...alsoInterfaceIds,
      ].filter((id) => !sources.has(id));
      if (strays.length > 0) {
        // Looked at one by one before anything is decided: detached, in another VPC, or attached just now.
        const { sources: found } = await sourcesOf(reader, {
          instanceIds: [],
          interfaceIds: [...new Set(strays)],
        });
        for (const source of found) if (!sources.has(source.id)) sources.set(source.id, source);
      }
      // They judge what is mirrored and decide nothing: a sweep goes on without them.
      const filters = await readFilters(reader).catch(() => undefined);
      const unhealthyTargets = await topology.unhealthyTargets(policy).catch(() => undefined);
      return {
        sources: [...sources.values()],
        sessions,
        topology: everything,
        unseen: [],
        ...(filters && { filters: filters.flatMap((filter) => toFilter(filter) ?? []) }),
        ...(unhealthyTargets && { unhealthyTargets }),
      };
    },

    async filters(ids) {
      const found = await inChunks(ids, (Values) =>
        readFilters(client, { Name: "traffic-mirror-filter-id", Values }),
      );
      return found.flatMap((filter) => toFilter(filter) ?? []);
    },

    async sessions() {
      return readSessions(client, session, own);
    },

    async sessionsById(ids) {
      return inChunks(ids, (Values) =>
        readSessions(client, session, { Name: "traffic-mirror-session-id", Values }, own),
      );
    },
  };
}

const session = (described: TrafficMirrorSession): readonly Session[] => {
  const one = toSession(described);
  return one === undefined ? [] : [detached(one)];
};
const sources = (described: Instance): readonly Source[] => toSources(described).map(detached);

/**
 * With strings of its own: those that were cut out of an answer keep the whole of it in memory (V8's sliced strings), some
 * four megabytes for a page of instances.
 */
function detached<T>(plain: T): T {
  return JSON.parse(JSON.stringify(plain)) as T;
}

/** Of a few, more is needed than what is made of them. */
const whole = <T>(item: T): readonly T[] => [item];

/** An instance that is being launched may be shown before its interfaces are (?): then it has not been seen yet. */
function isWhole(instance: Instance): boolean {
  return toSources(instance).length > 0 || toInstance(instance)?.state !== "pending";
}

function listedTargets(policy: Policy): readonly string[] {
  return [
    ...policy.vpcs.flatMap(({ targets }) => (targets ?? []).map(({ target_id }) => target_id)),
    ...rulesOf(policy).flatMap(({ target_id }) => target_id ?? []),
  ];
}

async function allSources(client: EC2Client, policy: Policy, account: string): Promise<readonly Source[]> {
  const vpcIds = policy.vpcs.map((vpc) => vpc.vpc_id);
  const ofInstances = await inChunks(vpcIds, (Values) =>
    readInstances(client, { Name: "vpc-id", Values }, sources),
  );
  const managed = await managedSources(client, policy, vpcIds, account);
  // What an instance says of its interfaces is worth more, so it comes last.
  return [...managed, ...ofInstances];
}

/** Interfaces without an instance, of the kinds that the policy allows. */
async function managedSources(
  client: EC2Client,
  { options }: Policy,
  vpcIds: readonly string[],
  account: string,
): Promise<readonly Source[]> {
  const allowed = managedKinds.filter(({ isAllowed }) => isAllowed(options)).map(({ filter }) => filter);
  const found: Source[] = [];
  // Of several filters all must match, so each field gets a call of its own.
  for (const Name of new Set(allowed.map(({ name }) => name))) {
    const patterns = allowed.filter(({ name }) => name === Name).map(({ value }) => value);
    const filters = (Values: string[]) => [
      { Name: "vpc-id", Values },
      { Name, Values: patterns },
    ];
    // One of an instance that the list above does not show yet is left to the next sweep.
    const lone = (nic: NetworkInterface) =>
      nic.Attachment?.InstanceId === undefined ? [toLoneSource(nic, account) ?? []].flat() : [];
    const interfaces = await inChunks(vpcIds, (Values) => readInterfaces(client, filters(Values), lone));
    for (const source of interfaces) found.push(source);
  }
  return found;
}
