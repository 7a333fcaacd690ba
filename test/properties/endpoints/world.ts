/** The function's ports over the model, with what can go wrong on the way, and the controller as it chooses targets. */
import type { EndpointSettings, EndpointObservation } from "../../../functions/core/endpoints/model.js";
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
  readonly kind: "none" | "killed-before" | "killed-after" | "lost" | "throttled" | "error" | "stale";
  readonly at: number;
}

export const NO_TROUBLE: Trouble = { kind: "none", at: 0 };

export class EndpointWorld {
  clock = 1_767_614_400_000;
  /** Writes that were asked for, whatever they came to. */
  calls = 0;
  /** Earlier lists of endpoints and targets, which a stale read shows. */
  #before: Pick<EndpointObservation, "endpoints" | "targets"> = { endpoints: [], targets: [] };

  constructor(
    readonly model: EndpointModel,
    readonly settings: EndpointSettings,
  ) {}

  /** One run of the function, which may be cut short. */
  async run(trouble: Trouble = NO_TROUBLE): Promise<void> {
    const deadline = this.clock + 50_000;
    const run = { settings: this.settings, deadline, onDone: () => undefined };
    try {
      await reconcileEndpoints({ ...run, ports: this.#ports(trouble) });
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  #ports(trouble: Trouble): EndpointPorts {
    const { model, settings } = this;
    let writes = 0;
    const write = async (perform: () => EndpointOutcome): Promise<EndpointOutcome> => {
      const struck = writes++ === trouble.at;
      this.calls += 1;
      await Promise.resolve(); // where another run may come in between
      if (!struck || trouble.kind === "none" || trouble.kind === "stale") return perform();
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
        vpcsOf: async () => new Set(settings.vpcIds),
        everything: async () => {
          await Promise.resolve();
          return this.#sight(trouble.kind === "stale");
        },
      },
      writer: {
        turn: async () => true,
        createEndpoint: (request) => write(() => model.createEndpoint(request)),
        createTarget: (request) => write(() => model.createTarget(request)),
        deleteTarget: (id) => write(() => model.deleteTarget(id)),
        deleteEndpoints: async (ids) => {
          const outcomes: EndpointOutcome[] = [];
          for (const id of ids) outcomes.push(await write(() => model.deleteEndpoint(id)));
          return outcomes;
        },
        tag: (id, tags) => write(() => model.tag(id, tags)),
        untag: (id, keys) => write(() => model.untag(id, keys)),
      },
    };
  }

  #sight(stale: boolean): EndpointObservation {
    const { model, settings } = this;
    const fresh = { endpoints: model.listEndpoints(), targets: model.listTargets() };
    const lists = stale ? this.#before : fresh;
    this.#before = fresh;
    const leaving = lists.targets.filter(
      ({ tags }) => tags[TAG_ENDPOINTS] === settings.name && tags[TAG_TARGET_LEAVING] === "true",
    );
    return {
      ...lists,
      service: { usable: true, zoneIds: model.options.offered, zoneNames: new Set() },
      subnets: [...model.subnets.values()].map((subnet) => ({ ...subnet })),
      inhabited: new Set(model.sources.values()),
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
