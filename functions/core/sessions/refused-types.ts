/**
 * Instance types that EC2 refuses, learnt from its own answers: no API lists them, and public copies of its guide
 * contradict each other. A type counts as refused after EC2's final code on two instances while no session of ours
 * stands on it. That holds for a day; then one instance tries for all.
 */
import { isCreate, withoutCreates, type Done, type SourcePlan } from "./decisions.js";

/** Type → until when it is not tried, in milliseconds since the epoch. */
export type RefusedTypes = Readonly<Record<string, number>>;

export interface TypeMemory {
  /** Forgets what a session that stands disproves, and what nobody has used for days. `known`: what was learnt elsewhere. */
  begin(known: RefusedTypes, plans: readonly SourcePlan[], now: number): void;
  /** The plan without its create, while its type counts as refused. Asked right before the create begins. */
  withoutRefused(plan: SourcePlan, now: number): SourcePlan;
  learn(plan: SourcePlan, done: Done, now: number): void;
  refused(): RefusedTypes;
}

const INSTANCES = 2;
const DAY_MS = 86_400_000;
/** As many as fit into the record beside the rest (4,096 bytes); the latest stay. */
const MOST_TYPES = 40;

/**
 * `reason`: what a source of a refused type is. A sweep has seen what stands, and knows; a run for events has not, so
 * that its guess must end no launch.
 */
export function createTypeMemory(reason: "instance-type" | "pending" = "instance-type"): TypeMemory {
  const refused = new Map<string, number>();
  /** Types that one instance is trying for all, by who it is. */
  const trying = new Map<string, string>();
  const instances = new Map<string, Set<string>>();
  const standing = new Set<string>();
  const forget = (type: string) => {
    refused.delete(type);
    trying.delete(type);
    instances.delete(type);
  };

  return {
    begin(known, plans, now) {
      for (const [type, until] of Object.entries(known)) {
        refused.set(type, Math.max(until, refused.get(type) ?? 0));
      }
      trying.clear();
      standing.clear();
      for (const { kept, instanceType } of plans) if (kept && instanceType) standing.add(instanceType);
      for (const type of standing) forget(type);
      for (const [type, until] of refused) if (until + DAY_MS < now) forget(type);
    },
    withoutRefused(plan, now) {
      const { instanceType: type, decisions, source } = plan;
      const until = type === undefined ? undefined : refused.get(type);
      if (type === undefined || until === undefined || !decisions.some(isCreate)) return plan;
      if (now >= until && (trying.get(type) ?? source.id) === source.id) {
        trying.set(type, source.id);
        return plan;
      }
      return withoutCreates(plan, reason);
    },
    learn({ instanceType: type, instanceState }, { action, outcome }, now) {
      const { instanceId } = action;
      if (type !== undefined) trying.delete(type);
      if (action.kind !== "create" || type === undefined || instanceId === undefined) return;
      if (outcome.kind === "done") {
        standing.add(type);
        forget(type);
      }
      // EC2 may refuse what is only starting or stopped (?): that says nothing of the type.
      if (outcome.kind !== "refused" || instanceState !== "running" || standing.has(type)) return;
      const seen = instances.get(type) ?? new Set();
      instances.set(type, seen.add(instanceId));
      if (seen.size >= INSTANCES || refused.has(type)) {
        refused.set(type, Math.floor((now + DAY_MS) / 1000) * 1000);
        seen.clear();
      }
    },
    refused: () =>
      Object.fromEntries([...refused].sort(([, one], [, other]) => other - one).slice(0, MOST_TYPES)),
  };
}
