/**
 * EC2's Traffic Mirroring as a value in memory, for tests that run a program through thousands of histories. It is
 * the store of the local cloud without HTTP: rules, quotas and refusals are the same code.
 *
 * `api` is what the program under test sees, one call at a time, each of which may be given a fault. `world` is
 * everybody else: people, autoscaling, other programs; it never fails, but for the rules. Nothing here reads a clock
 * or rolls dice: time is counted in ticks, ids come from the seed.
 */
import { Ec2Fault } from "../../local-cloud/ec2/fault.js";
import { page } from "../../local-cloud/ec2/filtering.js";
import { Fleet } from "../../local-cloud/ec2/fleet/fleet.js";
import { EndpointStore } from "../../local-cloud/ec2/endpoints/store.js";
import { createRandom } from "../../local-cloud/ec2/random.js";
import { TrafficMirrorStore } from "../../local-cloud/ec2/store/index.js";
import { DEFAULT_QUOTAS, type Context, type Quotas, type Tags } from "../../local-cloud/ec2/store/model.js";
import type { SessionChange, SessionInput } from "../../local-cloud/ec2/store/sessions.js";
import { createSwitches } from "../../local-cloud/switches.js";
import type { Switches } from "../../local-cloud/types.js";
import { errorOf, ModelError, noFaults, type FaultKind, type FaultSource } from "./faults.js";
import {
  filterShape,
  instanceShape,
  interfaceShape,
  sessionShape,
  targetShape,
  type ModelFilter,
  type ModelInstance,
  type ModelInterface,
  type ModelSession,
  type ModelTarget,
} from "./shapes.js";
import { createWorld, type World } from "./world.js";

export interface ModelOptions {
  readonly seed?: number;
  readonly quotas?: Partial<Quotas>;
  readonly switches?: Switches;
  readonly faults?: FaultSource;
  /** Awaited before each call takes effect and again before it is answered: a test interleaves runs here. */
  readonly turn?: (method: string) => Promise<void>;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

interface Pages {
  /** 5–1000 as in EC2; for short tests any positive number. */
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface InstanceQuery extends Pages {
  /** An id that is not there is an error, as in EC2. */
  readonly ids?: readonly string[];
  readonly vpcIds?: readonly string[];
  readonly states?: readonly string[];
}

export interface InterfaceQuery extends Pages {
  readonly ids?: readonly string[];
  readonly vpcIds?: readonly string[];
}

export interface SessionQuery extends Pages {
  readonly interfaceIds?: readonly string[];
}

export type NewSession = Omit<SessionInput, "tags"> & { readonly tags?: Tags; readonly token?: string };

export interface Api {
  listInstances(query?: InstanceQuery): Promise<Page<ModelInstance>>;
  listInterfaces(query?: InterfaceQuery): Promise<Page<ModelInterface>>;
  listSessions(query?: SessionQuery): Promise<Page<ModelSession>>;
  listTargets(query?: Pages): Promise<Page<ModelTarget>>;
  listFilters(query?: Pages): Promise<Page<ModelFilter>>;
  createSession(input: NewSession): Promise<ModelSession>;
  modifySession(id: string, change: SessionChange): Promise<ModelSession>;
  deleteSession(id: string): Promise<void>;
  tagSession(id: string, tags: Tags): Promise<void>;
}

export interface Ec2Model {
  readonly api: Api;
  readonly world: World;
  /** From now on; `noFaults` ends them. */
  setFaults(faults: FaultSource): void;
  /** Successful writes of the api since the start, and whether the caller got an answer. */
  readonly writes: readonly {
    readonly method: string;
    readonly id: string;
    readonly acknowledged: boolean;
  }[];
  readonly calls: ReadonlyMap<string, number>;
  readonly faultsSeen: ReadonlyMap<FaultKind, number>;
}

const count = <K>(counts: Map<K, number>, key: K): Map<K, number> =>
  counts.set(key, (counts.get(key) ?? 0) + 1);

export function createEc2Model(options: ModelOptions = {}): Ec2Model {
  const quotas = { ...DEFAULT_QUOTAS, ...options.quotas };
  let [seq, ticks] = [0, 0];
  const context: Context = {
    // Every look at the clock by a write is a tick, so that each change has a moment of its own.
    now: () => ++ticks,
    nextSeq: () => ++seq,
    random: createRandom(options.seed ?? 1),
    switches: options.switches ?? createSwitches(),
    quotas: () => quotas,
    targetOfOthers: () => undefined,
  };
  const mirror = new TrafficMirrorStore(context);
  const fleet = new Fleet(context, (id) => mirror.sessions.interfaceDeleted(id));
  const endpoints = new EndpointStore(context, fleet);

  let faults = options.faults ?? noFaults;
  const writes: { method: string; id: string; acknowledged: boolean }[] = [];
  const calls = new Map<string, number>();
  const faultsSeen = new Map<FaultKind, number>();
  let index = 0;

  /** One call: turn, fault before, effect, fault after, turn. */
  async function call<T>(
    method: string,
    write: boolean,
    effect: (time: number) => T,
    idOf?: (t: T) => string,
  ) {
    count(calls, method);
    const fault = faults({ method, index: index++, write });
    if (fault) count(faultsSeen, fault.kind);
    await options.turn?.(method);
    const error = fault && errorOf(fault);
    if (error && fault.kind !== "lost") throw error;
    const result = attempt(() => effect(fault?.kind === "stale" ? ticks - fault.ticks : ticks));
    if (write) writes.push({ method, id: idOf?.(result) ?? "", acknowledged: !error });
    await options.turn?.(method);
    if (error) throw error;
    return result;
  }

  const read = <T>(method: string, effect: (time: number) => T) => call(method, false, effect);

  const api: Api = {
    listInstances: (query = {}) =>
      read("listInstances", (time) => {
        const all = chosen(fleet.instances.asOf(time), query.ids, "InvalidInstanceID.NotFound");
        const gone = (state: string) => state === "terminated";
        return cut(
          all.filter(
            (i) =>
              (!query.vpcIds || (!gone(i.state) && query.vpcIds.includes(i.vpcId))) &&
              (!query.states || query.states.includes(i.state)),
          ),
          query,
          (i) => instanceShape(fleet, i, time),
        );
      }),
    listInterfaces: (query = {}) =>
      read("listInterfaces", (time) => {
        const all = chosen(fleet.interfaces.asOf(time), query.ids, "InvalidNetworkInterfaceID.NotFound");
        return cut(
          all.filter((i) => !query.vpcIds || query.vpcIds.includes(i.vpcId)),
          query,
          (i) => interfaceShape(i, fleet.instances.getAsOf(i.attachment?.instanceId ?? "", time)),
        );
      }),
    listSessions: (query = {}) =>
      read("listSessions", (time) => {
        const all = mirror.sessions.sessions.asOf(time);
        const { interfaceIds } = query;
        return cut(
          interfaceIds ? all.filter((s) => interfaceIds.includes(s.interfaceId)) : all,
          query,
          sessionShape,
        );
      }),
    listTargets: (query = {}) =>
      read("listTargets", (time) =>
        cut(mirror.targets.targets.asOf(time), query, (target) =>
          targetShape(target, (id) => {
            const found = endpoints.endpoints.getAsOf(id, time);
            return (
              found && { id, service: found.serviceName, available: endpoints.stateOf(found) === "available" }
            );
          }),
        ),
      ),
    listFilters: (query = {}) =>
      read("listFilters", (time) => {
        const rules = mirror.filters.rules.asOf(time);
        return cut(mirror.filters.filters.asOf(time), query, (filter) => filterShape(filter, rules));
      }),
    createSession: ({ token, ...input }) => {
      const source = () => fleet.sourceFacts(input.interfaceId ?? "");
      const create = () =>
        sessionShape(mirror.sessions.create({ ...input, tags: input.tags ?? {} }, source(), token));
      return call("createSession", true, create, (s) => s.id);
    },
    modifySession: (id, change) =>
      call(
        "modifySession",
        true,
        () => sessionShape(mirror.sessions.modify(id, change)),
        () => id,
      ),
    deleteSession: (id) =>
      call(
        "deleteSession",
        true,
        () => mirror.sessions.delete(id),
        () => id,
      ),
    tagSession: (id, tags) =>
      call(
        "tagSession",
        true,
        () => mirror.setTags(id, { ...mirror.tagsOf(id), ...tags }),
        () => id,
      ),
  };

  return {
    api,
    world: createWorld(mirror, fleet, endpoints),
    setFaults: (next) => {
      faults = next;
    },
    writes,
    calls,
    faultsSeen,
  };
}

/** The store's refusals as the SDK would show them. */
function attempt<T>(effect: () => T): T {
  try {
    return effect();
  } catch (error) {
    if (error instanceof Ec2Fault) throw new ModelError(error.code, error.message, error.status);
    throw error;
  }
}

function chosen<T extends { readonly id: string }>(
  all: readonly T[],
  ids: readonly string[] | undefined,
  code: string,
): readonly T[] {
  if (!ids) return all;
  const missing = ids.filter((id) => !all.some((item) => item.id === id));
  if (missing.length > 0) throw new Ec2Fault(code, `'${missing.join(", ")}' do not exist`);
  return all.filter((item) => ids.includes(item.id));
}

function cut<T extends { readonly seq: number }, S>(
  items: readonly T[],
  { maxResults = Number.POSITIVE_INFINITY, nextToken }: Pages,
  shape: (item: T) => S,
): Page<S> {
  const after =
    nextToken === undefined
      ? -1
      : Number(Buffer.from(nextToken, "base64url").toString().slice("after:".length));
  const found = page(items, () => true, { maxResults, after });
  const shaped = found.items.map(shape);
  return found.nextToken === undefined ? { items: shaped } : { items: shaped, nextToken: found.nextToken };
}
