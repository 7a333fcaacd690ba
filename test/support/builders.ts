/** Small builders, so that a test says only what matters to it. Ids are short and stable. */
import type { Guardrails } from "../../functions/core/sessions/settings.js";
import type { Action, SourcePlan } from "../../functions/core/sessions/decisions.js";
import {
  nothingReceives,
  type Instance,
  type Observation,
  type Session,
  type Source,
  type Target,
  type Topology,
} from "../../functions/core/model.js";
import { describeSession } from "../../functions/core/sessions/ownership.js";
import type { PlanContext } from "../../functions/core/sessions/situation.js";
import { parsePolicy, type Policy, type PolicyVpc } from "../../functions/core/sessions/policy.js";
import type { Settings } from "../../functions/core/sessions/settings.js";
import {
  TAG_CONTROLLER,
  TAG_RULE,
  TAG_TARGET_VPC,
  TAG_TARGET_ZONE,
  sessionTags,
} from "../../functions/core/tags.js";

export const CONTROLLER = "mirror";
export const VPC = "vpc-1";
export const SUBNET = "subnet-1";
export const ZONE_A = "eu-west-1a";
export const ZONE_B = "eu-west-1b";
export const SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0hub";
export const OTHER_SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0other";

export function anInstance(over: Partial<Instance> = {}): Instance {
  return { id: "i-1", state: "running", type: "m5.large", tags: {}, ...over };
}

/** The primary interface of a running instance; `instance: null` is one that is attached to no instance. */
export function aSource(
  over: Omit<Partial<Source>, "instance" | "deviceIndex"> & {
    readonly instance?: Partial<Instance> | null;
    readonly deviceIndex?: number | null;
  } = {},
): Source {
  const { instance, deviceIndex = instance === null ? null : 0, ...rest } = over;
  return {
    id: "eni-1",
    vpcId: VPC,
    subnetId: SUBNET,
    zone: ZONE_A,
    type: "interface",
    addresses: ["10.0.0.10"],
    description: "",
    attachment: deviceIndex === null && instance === null && !over.requester ? "detached" : "attached",
    ...(deviceIndex !== null && { deviceIndex }),
    ...(instance !== null && { instance: anInstance(instance) }),
    ...rest,
  };
}

/** A session of ours on `eni-1`, exactly as the plain policy wants it. */
export function aSession(over: Partial<Session> = {}): Session {
  return {
    id: "tms-1",
    interfaceId: "eni-1",
    targetId: "tmt-a",
    filterId: "tmf-1",
    number: 1,
    tags: sessionTags(CONTROLLER, "all", {}),
    description: describeSession(CONTROLLER, over.interfaceId ?? "eni-1", "all"),
    ...over,
  };
}

/** A session of somebody else: with no tags, unless the test gives some. */
export function aForeignSession(over: Partial<Session> = {}): Session {
  const theirs = { id: "tms-foreign", targetId: "tmt-theirs", filterId: "tmf-theirs", description: "theirs" };
  return aSession({ ...theirs, tags: {}, ...over });
}

export function anotherControllersTags(rule = "all") {
  return { [TAG_CONTROLLER]: "another", [TAG_RULE]: rule };
}

/** A target in front of an available endpoint of the hub's service, tagged as ours are. */
export function aTarget(
  over: Partial<Target> & { readonly zone?: string; readonly vpcId?: string } = {},
): Target {
  const { zone = ZONE_A, vpcId = VPC, ...rest } = over;
  return {
    id: "tmt-a",
    kind: "endpoint",
    endpoint: { id: "vpce-1", service: SERVICE, available: true },
    tags: { [TAG_TARGET_VPC]: vpcId, [TAG_TARGET_ZONE]: zone },
    ...rest,
  };
}

export function anEndpoint(over: Partial<NonNullable<Target["endpoint"]>> = {}) {
  return { id: "vpce-1", service: SERVICE, available: true, ...over };
}

export function aTopology(
  targets: readonly Target[] = [aTarget()],
  receivers: Partial<Topology["receivers"]> = {},
): Topology {
  return { targets, receivers: { ...nothingReceives.receivers, ...receivers } };
}

/** One VPC whose only listed target is `tmt-a` in zone a; every interface of it is selected. */
export function aPolicyDocument() {
  return {
    version: 1,
    vpcs: [
      {
        key: "prod",
        vpc_id: VPC,
        filter_id: "tmf-1",
        vni: null as number | null,
        endpoint_service_name: SERVICE as string | null,
        targets: [{ target_id: "tmt-a", availability_zone: ZONE_A }] as
          { target_id: string; availability_zone: string }[] | null,
      },
    ],
  };
}

interface PolicyInput {
  readonly vpc?: Partial<PolicyVpc>;
  readonly sources?:
    | Readonly<Record<"tags" | "subnets" | "vpcs", readonly object[]>>
    | Partial<Record<"tags" | "subnets" | "vpcs", readonly object[]>>;
  readonly exclude?: object;
  readonly options?: object;
  readonly hooks?: readonly object[];
  readonly filters?: readonly object[];
}

/** Through the schema, as the functions read it, so that defaults are the product's and not the tests'. */
export function aPolicy({ vpc, sources, exclude, options, hooks, filters }: PolicyInput = {}): Policy {
  const document = aPolicyDocument();
  const text = JSON.stringify({
    ...document,
    vpcs: document.vpcs.map((plain) => ({ ...plain, ...vpc })),
    ...(sources && { sources }),
    ...(exclude && { exclude }),
    ...(options && { options }),
    ...(hooks && { lifecycle_hooks: hooks }),
    ...(filters && { filters }),
  });
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(`the test's policy is not valid: ${parsed.problems.join("; ")}`);
  return parsed.policy;
}

/** As a sweep sees it, unless the test says `mayRemoveByPolicy: false`. */
export function aContext(over: Partial<PlanContext> = {}): PlanContext {
  return {
    policy: aPolicy(),
    topology: aTopology(),
    controller: CONTROLLER,
    ownTags: {},
    defaultTags: {},
    rolloutPercent: 100,
    mayRemoveByPolicy: true,
    claims: new Map(),
    ...over,
  };
}

export function theGuardrails(over: Partial<Guardrails> = {}): Guardrails {
  return {
    removalPercent: 20,
    removalMinimum: 10,
    acknowledgedUntil: null,
    rolloutPercent: 100,
    maxSessions: null,
    firstApplySessions: null,
    ...over,
  };
}

export function theSettings(over: Partial<Settings> = {}): Settings {
  return {
    controller: CONTROLLER,
    mode: "enforce",
    ownTags: {},
    defaultTags: {},
    quota: 10_000,
    sessionUsdPerHour: 0.015,
    guardrails: theGuardrails(),
    ...over,
  };
}

export function anObservation(over: Partial<Observation> = {}): Observation {
  return { sources: [], sessions: [], topology: aTopology(), unseen: [], ...over };
}

export function aCreate(interfaceId: string, order = 0): Extract<Action, { kind: "create" }> {
  const desired = { interfaceId, targetId: "tmt-a", filterId: "tmf-1", number: 1, description: "", tags: {} };
  return { kind: "create", reason: "not-mirrored", interfaceId, desired, order };
}

export function aModify(
  interfaceId: string,
  sessionId = `tms-${interfaceId}`,
): Extract<Action, { kind: "modify" }> {
  return {
    kind: "modify",
    reason: "session-differs",
    interfaceId,
    sessionId,
    changes: { targetId: "tmt-b" },
  };
}

export function aRetag(
  interfaceId: string,
  sessionId = `tms-${interfaceId}`,
): Extract<Action, { kind: "retag" }> {
  return { kind: "retag", reason: "tags-differ", interfaceId, sessionId, tags: { [TAG_RULE]: "all" } };
}

export function aDelete(
  interfaceId: string,
  over: Partial<Extract<Action, { kind: "delete" }>> = {},
): Extract<Action, { kind: "delete" }> {
  return {
    kind: "delete",
    reason: "no-rule",
    interfaceId,
    sessionId: `tms-${interfaceId}`,
    byPolicy: true,
    ...over,
  };
}

/** What a plan says of its interface besides, where a test does not care. */
const FACTS = "interface 0 i-1 m5.large running";

/** A plan of the interface that its first decision names. */
export function aPlanOf(
  decision: SourcePlan["decisions"][number],
  ...more: SourcePlan["decisions"]
): SourcePlan {
  return { source: { id: decision.interfaceId }, facts: FACTS, decisions: [decision, ...more] };
}
