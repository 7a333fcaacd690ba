/**
 * A small EC2 for endpoints and targets: what the AWS PrivateLink and Traffic Mirroring guides say, with the questions
 * that only an account could answer as options. It refuses what EC2 refuses, above all to delete a target in use, and
 * throws when somebody else's resource is written to.
 */
import type { Endpoint, EndpointTarget, Subnet } from "../../functions/core/endpoints/model.js";
import type { EndpointOutcome, NewEndpoint } from "../../functions/core/endpoints/ports.js";
import type { Tags } from "../../functions/core/model.js";

export interface ModelOptions {
  /** Whether a second endpoint of the service in a zone is refused (?). */
  readonly onePerZone: boolean;
  /** Whether a known token is answered with what was made then, although that has been deleted (?). */
  readonly tokenAnswersDeleted: boolean;
  readonly service: string;
  readonly offered: ReadonlySet<string>;
}

export interface ModelSession {
  readonly sourceId: string;
  targetId: string;
}

export const SETTLE_MS = 60_000;
const done: EndpointOutcome = { kind: "done", value: undefined };
const refuse = (kind: Exclude<EndpointOutcome["kind"], "done">, code: string): EndpointOutcome => ({
  kind,
  code,
  message: code,
});

type Held = { -readonly [K in keyof Endpoint]: Endpoint[K] } & { changesAt: number; doomed: boolean };

export class EndpointModel {
  readonly subnets = new Map<string, { -readonly [K in keyof Subnet]: Subnet[K] }>();
  readonly endpoints = new Map<string, Held>();
  readonly targets = new Map<string, { id: string; endpointId: string; description?: string; tags: Tags }>();
  /** By source. */
  readonly sessions = new Map<string, ModelSession>();
  readonly sources = new Map<string, string>();
  readonly foreign = new Set<string>();
  readonly writes: string[] = [];
  readonly #tokens = new Map<string, { request: string; id: string }>();
  #next = 0;

  constructor(
    readonly options: ModelOptions,
    readonly now: () => number,
  ) {}

  id(prefix: string): string {
    return `${prefix}-${(++this.#next).toString(16).padStart(8, "0")}`;
  }

  addForeignEndpoint(subnetId: string, service: string, tags: Tags, withTarget = true): string {
    const subnet = this.subnets.get(subnetId);
    const id = this.id("vpce");
    this.endpoints.set(id, {
      ...{ id, vpcId: subnet?.vpcId ?? "", subnetId, service, state: "available", createdAt: 0, tags },
      ...{ changesAt: 0, doomed: false },
    });
    this.foreign.add(id);
    if (withTarget) {
      const targetId = this.id("tmt");
      this.targets.set(targetId, { id: targetId, endpointId: id, tags: {} });
      this.foreign.add(targetId);
    }
    return id;
  }

  /** Time passes: what was asked for becomes so. */
  settle(): void {
    for (const [id, endpoint] of this.endpoints) {
      if (this.now() < endpoint.changesAt) continue;
      if (endpoint.state === "pending") endpoint.state = endpoint.doomed ? "failed" : "available";
      if (endpoint.state === "deleting") this.endpoints.delete(id);
    }
  }

  listEndpoints(): readonly Endpoint[] {
    this.settle();
    return [...this.endpoints.values()].map(({ changesAt: _at, doomed: _doomed, ...endpoint }) => ({
      ...endpoint,
    }));
  }

  listTargets(): readonly EndpointTarget[] {
    return [...this.targets.values()].map((target) => ({ ...target }));
  }

  sessionsOn(targetId: string): number {
    return [...this.sessions.values()].filter((session) => session.targetId === targetId).length;
  }

  createEndpoint(request: NewEndpoint): EndpointOutcome {
    const known = this.#known(request.token, request, this.endpoints);
    if (known) return known;
    const subnet = this.subnets.get(request.subnetId);
    if (!subnet || subnet.vpcId !== request.vpcId) return refuse("refused", "InvalidSubnetId.NotFound");
    if (!this.options.offered.has(subnet.zone.id)) return refuse("refused", "InvalidParameter");
    if (subnet.freeAddresses < 1) return refuse("no-address", "InsufficientFreeAddressesInSubnet");
    const twin = [...this.endpoints.values()].some(
      (each) =>
        each.vpcId === request.vpcId &&
        each.service === request.service &&
        each.state !== "deleting" &&
        this.subnets.get(each.subnetId)?.zone.id === subnet.zone.id,
    );
    if (twin && this.options.onePerZone) return refuse("conflict", "DuplicateSubnetsInSameZone");
    const id = this.id("vpce");
    subnet.freeAddresses -= 1;
    const { vpcId, subnetId, service, tags } = request;
    const changesAt = this.now() + SETTLE_MS;
    this.endpoints.set(id, {
      ...{ id, vpcId, subnetId, service, state: "pending", createdAt: this.now(), tags },
      ...{ changesAt, doomed: false },
    });
    this.#remember(request.token, request, id);
    this.writes.push(`create ${id}`);
    return done;
  }

  createTarget(request: { endpointId: string; token: string; tags: Tags }): EndpointOutcome {
    const { endpointId, token, tags } = request;
    const known = this.#known(token, { endpointId, tags }, this.targets);
    if (known) return known;
    const endpoint = this.endpoints.get(endpointId);
    if (!endpoint) return refuse("gone", "InvalidVpcEndpointId.NotFound");
    if (endpoint.state !== "available") return refuse("refused", "InvalidParameterValue");
    const id = this.id("tmt");
    // As functions/aws/endpoints/writer.ts asks for it.
    this.targets.set(id, { id, endpointId, description: tags["Name"] ?? "", tags });
    this.#remember(token, { endpointId, tags }, id);
    this.writes.push(`create ${id}`);
    return done;
  }

  deleteTarget(id: string, by: "us" | "others" = "us"): EndpointOutcome {
    if (by === "us") this.#ours(id);
    if (!this.targets.has(id)) return done;
    if (this.sessionsOn(id) > 0) return refuse("conflict", "TrafficMirrorTargetInUse");
    this.targets.delete(id);
    this.writes.push(`delete ${id}`);
    return done;
  }

  deleteEndpoint(id: string, by: "us" | "others" = "us"): EndpointOutcome {
    if (by === "us") this.#ours(id);
    const endpoint = this.endpoints.get(id);
    if (!endpoint || endpoint.state === "deleting") return done;
    endpoint.state = "deleting";
    endpoint.changesAt = this.now() + SETTLE_MS;
    const subnet = this.subnets.get(endpoint.subnetId);
    if (subnet) subnet.freeAddresses += 1;
    this.writes.push(`delete ${id}`);
    return done;
  }

  tag(id: string, tags: Tags): EndpointOutcome {
    return this.#retag(id, (now) => ({ ...now, ...tags }));
  }

  untag(id: string, keys: readonly string[]): EndpointOutcome {
    return this.#retag(id, (now) =>
      Object.fromEntries(Object.entries(now).filter(([key]) => !keys.includes(key))),
    );
  }

  #retag(id: string, change: (tags: Tags) => Tags): EndpointOutcome {
    this.#ours(id);
    const found = this.endpoints.get(id) ?? this.targets.get(id);
    if (!found) return refuse("gone", "NotFound");
    found.tags = change(found.tags);
    this.writes.push(`tag ${id}`);
    return done;
  }

  #ours(id: string): void {
    if (this.foreign.has(id)) throw new Error(`${id} is somebody else's`);
  }

  #remember(token: string, request: object, id: string): void {
    this.#tokens.set(token, { request: JSON.stringify(request), id });
  }

  #known(token: string, request: object, things: ReadonlyMap<string, unknown>): EndpointOutcome | undefined {
    const before = this.#tokens.get(token);
    if (before === undefined) return undefined;
    if (before.request !== JSON.stringify(request)) return refuse("conflict", "IdempotentParameterMismatch");
    return things.has(before.id) || this.options.tokenAnswersDeleted ? done : undefined;
  }
}
