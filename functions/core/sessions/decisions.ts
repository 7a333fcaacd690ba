/** What a plan consists of: one decision for every session of ours and every interface that was looked at. */
import type { Session, Source, Tags } from "../model.js";
import type { ChangeReason, Outcome, Reason, UncoveredReason, UnselectedReason } from "../outcomes.js";

export interface DesiredSession {
  readonly interfaceId: string;
  readonly targetId: string;
  readonly filterId: string;
  readonly number: number;
  /** undefined: AWS picks a random one, and whatever is there stays. */
  readonly vni?: number;
  /** undefined: the whole packet. */
  readonly packetLength?: number;
  readonly tags: Tags;
}

/** Only what differs. `packetLength: null` takes the limit away. */
export interface SessionChanges {
  readonly targetId?: string;
  readonly filterId?: string;
  readonly number?: number;
  readonly vni?: number;
  readonly packetLength?: number | null;
}

interface About {
  readonly interfaceId: string;
  readonly instanceId?: string;
  /** Name of the policy's entry that selected the interface. */
  readonly rule?: string;
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
      readonly reason: "session-differs";
      readonly sessionId: string;
      readonly changes: SessionChanges;
    })
  | (About & {
      readonly kind: "retag";
      readonly reason: "tags-differ";
      readonly sessionId: string;
      readonly tags: Tags;
    })
  | (About & {
      readonly kind: "delete";
      readonly reason: UnselectedReason | UncoveredReason | ChangeReason;
      readonly sessionId: string;
      /** A person's change of policy caused it, so that the guardrail on mass removal counts it. */
      readonly byPolicy: boolean;
    });

/** Nothing is done about an interface. `covered` says what that means for the promise. */
export type Rest = About & {
  readonly kind: "leave";
  readonly covered: "mirrored" | "uncovered" | "unselected";
  readonly reason: Reason;
};

export type Decision = Action | Rest;

/** Everything decided about one interface, in the order in which it must happen. */
export interface SourcePlan {
  readonly source: Pick<Source, "id">;
  /** What AWS's refusal of an interface depends on; another value is worth another try. */
  readonly facts: string;
  readonly decisions: readonly Decision[];
  /** The session of ours that stays, if one does. */
  readonly kept?: Session;
  /** Position of the selecting entry; undefined when the interface is not selected. */
  readonly order?: number;
}

/** Nothing is done instead of what `decision` says, about the same interface. */
export function leftAlone(decision: Decision, covered: Rest["covered"], reason: Reason): Rest {
  return { ...subjectOf(decision), kind: "leave", covered, reason };
}

export function subjectOf({ interfaceId, instanceId, rule }: Decision): About {
  return {
    interfaceId,
    ...(instanceId !== undefined && { instanceId }),
    ...(rule !== undefined && { rule }),
  };
}

export function isAction(decision: Decision): decision is Action {
  return decision.kind !== "leave";
}

export function about(source: Source, rule?: string): About {
  return {
    interfaceId: source.id,
    ...(source.instance && { instanceId: source.instance.id }),
    ...(rule !== undefined && { rule }),
  };
}

export interface Done {
  readonly action: Action;
  readonly outcome: Outcome<string | undefined>;
}
