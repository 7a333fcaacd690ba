import { Ec2Fault, invalidParameter } from "../fault.js";
import { createId } from "../random.js";
import { Timeline } from "../timeline.js";
import { checkTags, inRange, notFound, oneOf, required } from "./checks.js";
import { checkSource } from "./eligibility.js";
import type { FilterStore } from "./filters.js";
import type { Context, Session, SourceFacts, Tags, Target } from "./model.js";
import type { TargetStore } from "./targets.js";
import { Tokens } from "./tokens.js";

export interface SessionInput {
  interfaceId?: string | undefined;
  targetId?: string | undefined;
  filterId?: string | undefined;
  number?: number | undefined;
  vni?: number | undefined;
  /** Bytes, 1–8500. */
  packetLength?: number | undefined;
  description?: string | undefined;
  tags: Tags;
}

export type SessionChange = Omit<SessionInput, "interfaceId" | "tags"> & { removeFields?: readonly string[] };

const MAX_NUMBER = 32766;
const MAX_LENGTH = 8500;
const MAX_VNI = 16_777_215;
const FIELDS = ["packet-length", "description", "virtual-network-id"];

/** Sessions with the rules of the API reference and the quotas page; see `model.ts` for where each comes from. */
export class SessionStore {
  readonly sessions: Timeline<Session>;
  readonly #byInterface = new Map<string, Set<string>>();
  readonly #tokens: Tokens<Session>;

  constructor(
    private readonly context: Context,
    private readonly filters: FilterStore,
    private readonly targets: TargetStore,
  ) {
    this.sessions = new Timeline(context.now);
    this.#tokens = new Tokens(context.now);
  }

  get(id: string): Session {
    const found = this.sessions.get(id);
    if (!found) throw notFound("session", id, this.context.switches);
    return found;
  }

  ofInterface(interfaceId: string): Session[] {
    return [...(this.#byInterface.get(interfaceId) ?? [])].flatMap((id) => this.sessions.get(id) ?? []);
  }

  interfaces(): IterableIterator<string> {
    return this.#byInterface.keys();
  }

  usesTarget = (targetId: string): boolean => this.sessions.some((s) => s.targetId === targetId);
  usesFilter = (filterId: string): boolean => this.sessions.some((s) => s.filterId === filterId);

  /** `source` is what is known of the interface, undefined when there is none. */
  create(input: SessionInput, source: SourceFacts | undefined, token?: string): Session {
    const interfaceId = required(input.interfaceId, "NetworkInterfaceId");
    const targetId = required(input.targetId, "TrafficMirrorTargetId");
    const filterId = required(input.filterId, "TrafficMirrorFilterId");
    const number = required(input.number, "SessionNumber");
    this.#checkValues(input);
    const answerDeleted = this.context.switches.get("token-after-delete") === "answers-old";
    return this.#tokens.once({
      token,
      request: input,
      find: (id) => this.sessions.get(id),
      answerDeleted,
      make: () => {
        const target = this.targets.usable(targetId);
        this.filters.get(filterId);
        this.#checkInterface(interfaceId, source);
        this.#checkNumber(interfaceId, number);
        this.#checkQuotas(interfaceId);
        this.#checkTarget(target, interfaceId);
        const session: Session = {
          id: createId("tms", this.context.random),
          seq: this.context.nextSeq(),
          interfaceId,
          targetId,
          filterId,
          number,
          vni: input.vni ?? this.#freeVni(),
          packetLength: input.packetLength,
          description: input.description,
          tags: checkTags(input.tags),
        };
        this.#put(session);
        return session;
      },
    });
  }

  modify(id: string, change: SessionChange): Session {
    const session = this.get(id);
    const { removeFields = [] } = change;
    for (const field of removeFields) oneOf(field, "removeFields", FIELDS);
    this.#checkValues(change);
    if (change.filterId !== undefined) this.filters.get(change.filterId);
    if (change.targetId !== undefined && change.targetId !== session.targetId) {
      this.#checkTarget(this.targets.usable(change.targetId), session.interfaceId);
    }
    if (change.number !== undefined) this.#checkNumber(session.interfaceId, change.number, id);
    const gone = (field: string) => removeFields.includes(field);
    const changed: Session = {
      ...session,
      targetId: change.targetId ?? session.targetId,
      filterId: change.filterId ?? session.filterId,
      number: change.number ?? session.number,
      vni: change.vni ?? (gone("virtual-network-id") ? this.#freeVni() : session.vni),
      packetLength: change.packetLength ?? (gone("packet-length") ? undefined : session.packetLength),
      description: change.description ?? (gone("description") ? undefined : session.description),
    };
    this.#put(changed);
    return changed;
  }

  delete(id: string): void {
    this.#drop(this.get(id));
  }

  /** EC2 deletes the sessions of an interface together with it. */
  interfaceDeleted(interfaceId: string): void {
    for (const session of this.ofInterface(interfaceId)) this.#drop(session);
  }

  setTags(id: string, tags: Tags): void {
    this.#put({ ...this.get(id), tags: checkTags(tags) });
  }

  #put(session: Session): void {
    this.sessions.set(session);
    const ids = this.#byInterface.get(session.interfaceId) ?? new Set<string>();
    this.#byInterface.set(session.interfaceId, ids.add(session.id));
  }

  #drop(session: Session): void {
    this.sessions.delete(session.id);
    const ids = this.#byInterface.get(session.interfaceId);
    ids?.delete(session.id);
    if (ids?.size === 0) this.#byInterface.delete(session.interfaceId);
  }

  #checkValues({ number, packetLength, vni }: SessionChange): void {
    if (number !== undefined) inRange(number, "sessionNumber", 1, MAX_NUMBER);
    if (packetLength !== undefined) inRange(packetLength, "packetLength", 1, MAX_LENGTH);
    if (vni !== undefined) inRange(vni, "virtualNetworkId", 1, MAX_VNI);
  }

  #checkInterface(interfaceId: string, source: SourceFacts | undefined): void {
    if (!source) {
      const message = `The networkInterface ID '${interfaceId}' does not exist`;
      throw new Ec2Fault("InvalidNetworkInterfaceID.NotFound", message);
    }
    checkSource(source, this.context.switches);
    const target = this.targets.ofInterface(interfaceId);
    if (target)
      throw invalidParameter(`Network interface ${interfaceId} is traffic mirror target ${target.id}`);
  }

  #checkNumber(interfaceId: string, number: number, except?: string): void {
    if (this.ofInterface(interfaceId).some((s) => s.number === number && s.id !== except)) {
      throw new Ec2Fault(
        this.context.switches.get("session-number-taken-code"),
        `Session number ${number} is already in use on network interface ${interfaceId}`,
      );
    }
  }

  #checkQuotas(interfaceId: string): void {
    const { sessions, sessionsPerInterface } = this.context.quotas();
    if (this.ofInterface(interfaceId).length >= sessionsPerInterface) {
      throw new Ec2Fault(
        "TrafficMirrorSessionsPerInterfaceLimitExceeded",
        `Network interface ${interfaceId} has ${sessionsPerInterface} sessions`,
      );
    }
    if (this.sessions.size >= sessions) {
      throw new Ec2Fault("TrafficMirrorSessionLimitExceeded", `The account has ${sessions} sessions`);
    }
  }

  #checkTarget(target: Target, interfaceId: string): void {
    if (target.destination.type !== "network-interface") return;
    const sources = new Set(
      this.sessions.values().flatMap((s) => (s.targetId === target.id ? s.interfaceId : [])),
    );
    if (!sources.has(interfaceId) && sources.size >= this.context.quotas().sourcesPerInterfaceTarget) {
      throw new Ec2Fault(
        "TrafficMirrorSourcesPerTargetLimitExceeded",
        `Traffic mirror target ${target.id} has ${sources.size} sources`,
      );
    }
  }

  /** "An account-wide unique ID is chosen at random" (CreateTrafficMirrorSession). */
  #freeVni(): number {
    for (;;) {
      const vni = 1 + Math.floor(this.context.random() * MAX_VNI);
      if (!this.sessions.some((s) => s.vni === vni)) return vni;
    }
  }
}
