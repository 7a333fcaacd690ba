/** What a plan consists of: one decision for every session of ours and every interface that was looked at. */
import type { InstanceState, Session, Source, Tags } from "../model.js";
import type { Outcome, UncoveredReason, UnselectedReason } from "../outcomes.js";

export interface DesiredSession {
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  readonly number: number;
  /** undefined: AWS picks a random one, and whatever is there stays. */
  readonly vni?: number;
  /** undefined: the whole packet. */
  readonly packetLength?: number;
  /** Whose the session is, in the form of ownership.ts. */
  readonly description: string;
  readonly tags: Tags;
}

/** Only what differs. `packetLength: null` takes the limit away. */
export interface SessionChanges {
  readonly targetId?: string;
  readonly filterId?: string;
  readonly number?: number;
  readonly vni?: number;
  readonly packetLength?: number | null;
  readonly description?: string;
}

interface About {
  readonly interfaceId: string;
  readonly instanceId?: string;
  /** Name of the rule that selected the interface. */
  readonly ruleName?: string;
}

export type Action =
  | (About & {
      readonly kind: "create";
      readonly reason: "not-mirrored";
      readonly desired: DesiredSession;
      readonly order: number;
    })
  | (About & {
      readonly kind: "modify";
      /** description-differs: nothing else of it, so that no packet goes another way. */
      readonly reason: "session-differs" | "description-differs";
      readonly sessionId: string;
      readonly changes: SessionChanges;
    })
  | (About & {
      readonly kind: "retag";
      readonly reason: "tags-differ";
      readonly sessionId: string;
      readonly tags: Tags;
      /** Only the provider's `default_tags` differ, which may wait. */
      readonly defaults?: true;
    })
  | (About & {
      readonly kind: "delete";
      readonly reason: UnselectedReason | UncoveredReason | "surplus" | "drain";
      readonly sessionId: string;
      /** Somebody's change of rules, tags or targets caused it, so that the guardrail on mass removal counts it. */
      readonly byPolicy: boolean;
    });

/** What it means for the promise that nothing is done about an interface, and why. */
export type Coverage =
  | { readonly covered: "mirrored"; readonly reason: "mirrored" }
  | { readonly covered: "uncovered"; readonly reason: UncoveredReason }
  | {
      readonly covered: "unselected";
      readonly reason: UnselectedReason | "left-to-sweep" | "removal-held";
    };

export type Leave = About & Coverage & { readonly kind: "leave" };

export type Decision = Action | Leave;

/** Everything decided about one interface, in the order in which it must happen. */
export interface SourcePlan {
  readonly source: Pick<Source, "id">;
  /** What AWS's refusal of an interface depends on; another value is worth another try. */
  readonly facts: string;
  /** undefined: on no instance. */
  readonly instanceType?: string;
  /** As `instanceType`. */
  readonly instanceState?: InstanceState;
  /** Whether the guide's list, or the policy, says that the type can be mirrored; EC2 has the last word. */
  readonly isTypeListed?: boolean;
  readonly decisions: readonly Decision[];
  /** Sessions of others on it. */
  readonly foreign?: readonly Session[];
  /** Sessions on it of which tags and description say different things. */
  readonly disputed?: readonly string[];
  /** The session of ours that stays, if one does. */
  readonly kept?: Session;
  /** That session stays on a target that is to go, until what replaces it is seen and available. */
  readonly waits?: boolean;
  /** Position of the selecting rule; undefined when the interface is not selected. */
  readonly order?: number;
}

/** Nothing is done instead of what `decision` says, about the same interface. */
export function leftAlone(decision: Decision, coverage: Coverage): Leave {
  return { ...subjectOf(decision), kind: "leave", ...coverage };
}

export const isCreate = (decision: Decision) => decision.kind === "create";

/** The plan with nothing made, for this reason; all else of it goes on. */
export function withoutCreates(plan: SourcePlan, reason: UncoveredReason): SourcePlan {
  const decisions = plan.decisions.map((decision) =>
    isCreate(decision) ? leftAlone(decision, { covered: "uncovered", reason }) : decision,
  );
  return { ...plan, decisions };
}

export function subjectOf({ interfaceId, instanceId, ruleName }: Decision): About {
  return {
    interfaceId,
    ...(instanceId !== undefined && { instanceId }),
    ...(ruleName !== undefined && { ruleName }),
  };
}

/** Changes nothing about where packets go: it may wait, and nothing waits for it. */
export function isBookkeeping(decision: Decision): boolean {
  return decision.kind === "retag" || decision.reason === "description-differs";
}

export function isAction(decision: Decision): decision is Action {
  return decision.kind !== "leave";
}

export function about(source: Source, ruleName?: string): About {
  return {
    interfaceId: source.id,
    ...(source.instance && { instanceId: source.instance.id }),
    ...(ruleName !== undefined && { ruleName }),
  };
}

export interface Done {
  readonly action: Action;
  readonly outcome: Outcome<string | undefined>;
}
