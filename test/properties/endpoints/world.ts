/** The function's ports over the model, with what can go wrong on the way, and the controller as it chooses targets. */
import type { EndpointSettings, EndpointObservation } from "../../../functions/core/endpoints/model.js";
import { drainEndpoints, type EndpointDrainReport } from "../../../functions/core/endpoints/drain.js";
import { planEndpoints } from "../../../functions/core/endpoints/plan.js";
import type { EndpointOutcome, EndpointPorts } from "../../../functions/core/endpoints/ports.js";
import { reconcileEndpoints } from "../../../functions/core/endpoints/reconcile.js";
import { nothingReceives, type Source, type Target } from "../../../functions/core/model.js";
import { policyFor } from "./policy.js";
import { chooseTarget, mayStayOn } from "../../../functions/core/sessions/target.js";
import { TAG_ENDPOINTS, TAG_TARGET_LEAVING } from "../../../functions/core/tags.js";
import type { EndpointModel } from "../../model/endpoint-model.js";

export class Killed extends Error {}

/** What goes wrong in one run: at the n-th write the process ends, or the answer is lost, or EC2 refuses. */
export interface Trouble {
  readonly kind:
    "none" | "killed-before" | "killed-after" | "lost" | "throttled" | "error" | "stale" | "partial";
  readonly at: number;
  /** Of `partial`: what the answers of one look lack, one bit for each of their items, counted round by four. */
  readonly missing?: readonly number[];
}

export const NO_TROUBLE: Trouble = { kind: "none", at: 0 };

export class EndpointWorld {
  clock = 1_767_614_400_000;
  /** Writes that were asked for, whatever they came to. */
  calls = 0;
  /** Removals that a partial answer asked for and a whole one does not. */
  readonly wrong: string[] = [];
  /** As long as the process lives: a killed one forgets. */
  #proven = new Set<string>();
  /** Earlier lists of endpoints and targets, which a stale read shows. */
  #before: Pick<EndpointObservation, "endpoints" | "targets"> = { endpoints: [], targets: [] };

  constructor(
    readonly model: EndpointModel,
    readonly settings: EndpointSettings,
  ) {}

  /** One run of the function, which may be cut short. */
  async run(trouble: Trouble = NO_TROUBLE): Promise<void> {
    const deadline = this.clock + 50_000;
    const run = { settings: this.settings, proven: this.#proven, deadline, onDone: () => undefined };
    try {
      await reconcileEndpoints({ ...run, ports: this.#ports(trouble) });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#proven = new Set();
    }
  }

  /** Nothing is mirrored any more, and the function's drain runs, of which one look lacks something. */
  async drain(trouble: Trouble): Promise<EndpointDrainReport> {
    this.model.sessions.clear();
    const ports = this.#ports(trouble, true);
    const clock = {
      now: () => this.clock,
      sleep: async (milliseconds: number) => {
        this.clock += milliseconds;
      },
    };
    const deadline = this.clock + 800_000;
    const run = { settings: this.settings, proven: new Set<string>(), deadline, onDone: () => undefined };
    return drainEndpoints({ ...run, ports: { ...ports, clock } });
  }

  #ports(trouble: Trouble, drains = false): EndpointPorts {
    const { model, settings } = this;
    let writes = 0;
    let looks = 0;
    const write = async (perform: () => EndpointOutcome): Promise<EndpointOutcome> => {
      const struck = writes++ === trouble.at;
      this.calls += 1;
      await Promise.resolve(); // where another run may come in between
      if (!struck || ["none", "stale", "partial"].includes(trouble.kind)) return perform();
      const failure = { code: trouble.kind, message: trouble.kind };
      if (trouble.kind === "killed-before") throw new Killed();
      if (trouble.kind === "throttled") return { kind: "throttled", ...failure };
      if (trouble.kind === "error") return { kind: "transient", ...failure };
      perform();
      if (trouble.kind === "killed-after") throw new Killed();
      return { kind: "transient", ...failure };
    };
    return {
      clock: { now: () => this.clock, sleep: async () => undefined },
      observer: {
        vpcsOf: async () => ({ vpcIds: new Set(settings.vpcIds), unseen: [] }),
        everything: async () => {
          await Promise.resolve();
          const partial = trouble.kind === "partial" && looks++ === trouble.at % 2;
          return this.#sight(trouble.kind === "stale", partial ? (trouble.missing ?? []) : []);
        },
      },
      writer: {
        turn: async () => true,
        createEndpoint: (request) => write(() => model.createEndpoint(request)),
        createTarget: (request) => write(() => model.createTarget(request)),
        deleteTarget: (id) => {
          if (trouble.kind === "partial" && !drains) this.#judge(id);
          return write(() => model.deleteTarget(id));
        },
        deleteEndpoints: async (ids) => {
          const outcomes: EndpointOutcome[] = [];
          for (const id of ids) {
            if (trouble.kind === "partial" && !drains) this.#judge(id);
            outcomes.push(await write(() => model.deleteEndpoint(id)));
          }
          return outcomes;
        },
        tag: (id, tags) => {
          if (trouble.kind === "partial" && tags[TAG_TARGET_LEAVING] !== undefined) this.#judge(id);
          return write(() => model.tag(id, tags));
        },
        untag: (id, keys) => write(() => model.untag(id, keys)),
      },
    };
  }

  /** Whole answers would have asked for this removal too. */
  #judge(id: string): void {
    const { actions } = planEndpoints(this.settings, this.#sight(false), this.clock);
    const isMeant = actions.some((action) =>
      action.kind === "create-endpoint"
        ? action.makeRoom.includes(id)
        : "id" in action && action.id === id && action.kind !== "untag",
    );
    const target = this.model.targets.get(id);
    const leaves = target === undefined || target.tags[TAG_TARGET_LEAVING] === "true";
    // Of an endpoint nothing may be left that is used; of a target that left long ago, no session.
    if (isMeant || (target !== undefined && leaves && this.model.sessionsOn(id) === 0)) return;
    this.wrong.push(`${id} was to go because of an answer that lacked something`);
  }

  #sight(stale: boolean, missing: readonly number[] = []): EndpointObservation {
    const { model, settings } = this;
    let list = 0;
    const left = <T>(items: Iterable<T>): T[] => {
      const bits = missing[list++ % Math.max(1, missing.length)] ?? 0;
      return [...items].filter((_, index) => ((bits >> (index % 4)) & 1) === 0);
    };
    const fresh = { endpoints: left(model.listEndpoints()), targets: left(model.listTargets()) };
    const lists = stale ? this.#before : fresh;
    this.#before = fresh;
    const leaving = lists.targets.filter(
      ({ tags }) => tags[TAG_ENDPOINTS] === settings.name && tags[TAG_TARGET_LEAVING] === "true",
    );
    return {
      ...lists,
      service: { usable: true, zoneIds: model.options.offered, zoneNames: new Set() },
      // Asked by id, EC2 tells the truth.
      gone: new Set(
        lists.targets.flatMap(({ endpointId }) => (model.endpoints.has(endpointId) ? [] : endpointId)),
      ),
      subnets: left(model.subnets.values()).map((subnet) => ({ ...subnet })),
      inhabited: new Set(left(model.sources.values())),
      sessionsOn: new Map(leaving.map(({ id }) => [id, model.sessionsOn(id)])),
    };
  }

  /** What the controller's sweep makes of the targets that are there: its own choice, from its own code. */
  reconcileSessions(): void {
    const { model, settings } = this;
    const endpoints = new Map(model.listEndpoints().map((endpoint) => [endpoint.id, endpoint]));
    const targets = model.listTargets().map(({ id, endpointId, tags }): Target => {
      const endpoint = endpoints.get(endpointId);
      if (!endpoint) return { id, kind: "endpoint", tags };
      const { service, state } = endpoint;
      return {
        id,
        kind: "endpoint",
        endpoint: { id: endpointId, service, available: state === "available" },
        tags,
      };
    });
    const topology = { ...nothingReceives, targets };
    for (const [sourceId, subnetId] of model.sources) {
      const subnet = model.subnets.get(subnetId);
      if (!subnet) continue;
      const policy = { ...policyFor(subnet.vpcId, settings.service), topology };
      const source = { id: sourceId, vpcId: subnet.vpcId, zone: subnet.zone.name } as Source;
      const choice = chooseTarget(source, policy);
      const session = model.sessions.get(sourceId);
      if (choice.found) model.sessions.set(sourceId, { sourceId, targetId: choice.targetId });
      else if (session && !mayStayOn(session.targetId, policy)) model.sessions.delete(sourceId);
    }
    for (const sourceId of model.sessions.keys()) {
      if (!model.sources.has(sourceId)) model.sessions.delete(sourceId);
    }
  }
}
