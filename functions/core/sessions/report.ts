/** What a run came to: the summary that `sweep` answers, the numbers behind the metrics, what to try again. */
import type { Observation } from "../model.js";
import { uncoveredReasons, type OutcomeKind, type Reason, type UncoveredReason } from "../outcomes.js";
import { isAction, isBookkeeping, type SourcePlan, type Done } from "./decisions.js";
import type { ChangedFilter } from "./filter-drift.js";
import type { Held } from "./removal-window.js";
import type { Rival } from "./rivals.js";
import type { Mode, Settings } from "./settings.js";
import { verdictOf, type Judgement, type Verdict } from "./verdict.js";

/** An interface without a session of ours, by name. */
export interface NotMirrored {
  readonly interfaceId: string;
  readonly instanceId?: string;
  readonly ruleName?: string;
  /** Whether the policy asks for it. */
  readonly selected: boolean;
  readonly reason: Reason;
  /** Whose session takes its packets. */
  readonly by?: Rival;
}

export interface Report {
  readonly mode: Mode;
  /** Every action that was carried out, with what came of it. */
  readonly done: readonly Done[];
  /** Interfaces that the policy selects and that could be mirrored if nothing stood in the way. */
  readonly selected: number;
  readonly mirrored: number;
  readonly created: number;
  /** Interfaces that got their session in this run. */
  readonly createdOn: ReadonlySet<string>;
  readonly modified: number;
  readonly retagged: number;
  readonly deleted: number;
  /** Selected interfaces that are not mirrored, by reason. Every reason is there, most are 0. */
  readonly uncovered: Readonly<Record<UncoveredReason, number>>;
  /** Creates that AWS refused in this run, by its error code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Calls that ended in each class. */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  readonly foreign: number;
  readonly otherControllers: number;
  readonly sessionsOfOurs: number;
  readonly heldRemovals: number;
  readonly heldBecause: Held | undefined;
  readonly heldCreations: number;
  /** What sessions of ours there are when everything planned is done, what is held back included. */
  readonly sessionsPlanned: number;
  /** Actions that were planned and are not done. */
  readonly remaining: number;
  /** Of these, the ones that change or remove a session that exists. */
  readonly remainingChanges: number;
  /** Sessions that stay on a target that is to go, since what replaces it was not seen or is not available. */
  readonly waiting: number;
  /** Interfaces with a session of ours about which nothing could be said: no answer showed them whole. */
  readonly notSeen: number;
  /** Interfaces whose actions another try may still carry out. */
  readonly unsettled: ReadonlySet<string>;
  /** By interface. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly notMirrored: readonly NotMirrored[];
  /** Sessions of which tags and description say different things. */
  readonly disputed: readonly string[];
  /** Filters of our sessions that accept nothing. */
  readonly silentFilters: readonly string[];
  /** Filters of our sessions that are not what Terraform declared. */
  readonly changedFilters: readonly ChangedFilter[];
  readonly filtersRead: boolean;
  /** Targets in a zone without a healthy node. */
  readonly unhealthyTargets: readonly string[];
  /** Whether it is known which zones have a healthy node. */
  readonly zonesRead: boolean;
  readonly sources: Observation["sources"];
  /** Load balancers of which it is not known what stands behind them. */
  readonly receiversUnread: readonly string[];
  readonly unseen: readonly string[];
}

interface Input {
  readonly run: { readonly settings: Settings };
  readonly observation: Observation;
  readonly plans: readonly SourcePlan[];
  readonly done: readonly Done[];
  readonly replanned: ReadonlyMap<string, SourcePlan>;
  readonly heldRemovals: number;
  readonly heldBecause?: Held;
  readonly leftRemovals?: number;
  readonly heldCreations: number;
  readonly foreign: number;
  readonly otherControllers: number;
  readonly sessionsOfOurs: number;
  readonly changedFilters?: readonly ChangedFilter[];
  readonly judgement?: Judgement;
  /** Interfaces that have sessions of ours and are in no answer. */
  readonly sessionsNotSeen: number;
}

/** What can become of a creation without a session, now or by the next sweep. */
const noSession: ReadonlySet<UncoveredReason> = new Set([
  "instance-type",
  "aws-refused",
  "quota",
  "not-permitted",
] as const);

export function report(input: Input): Report {
  const { plans, done } = input;
  const results = new Map<string, Done[]>();
  for (const result of done) {
    const id = result.action.interfaceId;
    results.set(id, [...(results.get(id) ?? []), result]);
  }
  const uncovered = zeros(uncoveredReasons);
  const { changedFilters = [], judgement } = input;
  const unsettled = new Set<string>();
  const verdicts = new Map<string, Verdict>();
  const notMirrored: NotMirrored[] = [];
  const waitingRemovals = input.heldRemovals + (input.leftRemovals ?? 0);
  let [selected, mirrored, remaining, remainingChanges] = [0, 0, waitingRemovals, waitingRemovals];
  let waiting = 0;
  let sessionsPlanned = input.sessionsOfOurs + input.heldCreations;
  for (const first of plans) {
    const plan = input.replanned.get(first.source.id) ?? first;
    const mine = results.get(plan.source.id) ?? [];
    const settled = new Set(mine.filter(isSettled).map(({ action }) => action));
    const left = plan.decisions.filter(isAction).filter((action) => !settled.has(action));
    remaining += left.length;
    remainingChanges += left.filter((action) => action.kind !== "create" && !isBookkeeping(action)).length;
    if (plan.waits === true) waiting += 1;
    const verdict = verdictOf(plan, mine, judgement);
    const refused = verdict.is === "uncovered" && noSession.has(verdict.reason);
    for (const { kind } of plan.decisions) {
      if (kind === "delete") sessionsPlanned -= 1;
      if (kind === "create" && !refused) sessionsPlanned += 1;
    }
    const notSeen = verdict.is === "uncovered" && verdict.reason === "not-seen";
    // Observing alone changes nothing, however often it is tried.
    if ((left.length > 0 || notSeen) && input.run.settings.mode === "enforce") unsettled.add(plan.source.id);
    verdicts.set(plan.source.id, verdict);
    if (verdict.is !== "mirrored") notMirrored.push(without(plan, verdict));
    if (verdict.is === "unselected") continue;
    selected += 1;
    if (verdict.is === "mirrored") mirrored += 1;
    else uncovered[verdict.reason] += 1;
  }
  const succeededAt = (kind: string) =>
    done.filter(({ action, outcome }) => action.kind === kind && outcome.kind === "done");
  const succeeded = (kind: string) => succeededAt(kind).length;
  return {
    mode: input.run.settings.mode,
    done,
    selected,
    mirrored,
    created: succeeded("create"),
    createdOn: new Set(succeededAt("create").map(({ action }) => action.interfaceId)),
    modified: succeeded("modify"),
    retagged: succeeded("retag"),
    deleted: succeeded("delete"),
    uncovered,
    refused: refusedByCode(done),
    outcomes: countOutcomes(done),
    foreign: input.foreign,
    otherControllers: input.otherControllers,
    sessionsOfOurs: input.sessionsOfOurs,
    heldRemovals: input.heldRemovals,
    heldBecause: input.heldBecause,
    heldCreations: input.heldCreations,
    sessionsPlanned,
    remaining,
    remainingChanges,
    waiting,
    notSeen: input.sessionsNotSeen + plans.filter(isNotSeen).length,
    unsettled,
    verdicts,
    notMirrored,
    silentFilters: [...(judgement?.silentFilters ?? [])],
    changedFilters,
    filtersRead: input.observation.filters !== undefined,
    unhealthyTargets: [...(input.observation.unhealthyTargets ?? [])],
    zonesRead: input.observation.unhealthyTargets !== undefined,
    disputed: plans.flatMap(({ disputed = [] }) => disputed),
    sources: input.observation.sources,
    receiversUnread: input.observation.topology.receivers.unread,
    unseen: input.observation.unseen,
  };
}

const isNotSeen = ({ kept, decisions: [decision] }: SourcePlan): boolean =>
  kept !== undefined && decision?.reason === "not-seen";

function without(plan: SourcePlan, verdict: Exclude<Verdict, { is: "mirrored" }>): NotMirrored {
  const { is, reason } = verdict;
  const [decision] = plan.decisions;
  const { interfaceId = plan.source.id, instanceId, ruleName } = decision ?? {};
  return {
    interfaceId,
    ...(instanceId !== undefined && { instanceId }),
    ...(ruleName !== undefined && { ruleName }),
    selected: is === "uncovered",
    reason,
    ...(verdict.is === "uncovered" && verdict.by && { by: verdict.by }),
  };
}

/** Another try cannot change it, at least not soon. */
function isSettled({ action, outcome }: Done): boolean {
  return (
    outcome.kind === "done" ||
    (outcome.kind === "gone" && action.kind !== "create") ||
    outcome.kind === "refused" ||
    outcome.kind === "unexplained" ||
    outcome.kind === "quota"
  );
}

function refusedByCode(done: readonly Done[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action, outcome } of done) {
    if (action.kind !== "create" || outcome.kind === "done" || outcome.kind === "gone") continue;
    counts[outcome.code] = (counts[outcome.code] ?? 0) + 1;
  }
  return counts;
}

function countOutcomes(done: readonly Done[]): Record<OutcomeKind, number> {
  const kinds = [
    "done",
    "gone",
    "conflict",
    "throttled",
    "transient",
    "refused",
    "unexplained",
    "quota",
    "not-permitted",
  ] as const;
  const counts = zeros(kinds);
  for (const { outcome } of done) counts[outcome.kind] += 1;
  return counts;
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
