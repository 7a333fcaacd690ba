/**
 * Carries decisions out: in an order in which nobody starves, a few at a time, until the work or the time is
 * done. What is left is found again by the next run; nothing is handed over.
 */
import type { Clock } from "../clock.js";
import { mayCreate, mayStart, type Deadlines } from "../deadlines.js";
import { stableHash } from "../hash.js";
import type { Outcome } from "../outcomes.js";
import { waitedForPermission } from "../permissions.js";
import { isAction, isBookkeeping, leftAlone, type Action, type SourcePlan, type Done } from "./decisions.js";
import type { SessionWriter } from "./ports.js";

export interface ExecuteOptions extends Deadlines {
  readonly writer: SessionWriter;
  readonly clock: Clock;
  /** Interfaces worked on at the same time. The pace is the writer's; this only hides latency. */
  readonly concurrency: number;
  /** Sees an interface again after a conflict and decides anew; undefined when it is not there any more. */
  readonly replan: (plan: SourcePlan) => Promise<SourcePlan | undefined>;
  /** What was learnt since the plan was made may change it, right before it is carried out. */
  readonly revise?: (plan: SourcePlan) => SourcePlan;
  /** Whether somebody has asked for the interface since its demands were read: then it keeps what it has. */
  readonly isClaimedAgain?: ((interfaceId: string) => Promise<boolean>) | undefined;
  /** What came of an action of this plan, for what is to be learnt from it. */
  readonly learn?: (plan: SourcePlan, done: Done) => void;
  /** Called as each action ends, for logs and progress. */
  readonly onDone: (done: Done) => void;
}

export interface Executed {
  /** Planned actions that are missing here were not started before the deadline. */
  readonly done: readonly Done[];
  /** Interfaces that were decided anew after a conflict, with what was decided then. */
  readonly replanned: ReadonlyMap<string, SourcePlan>;
}

/** Tries of one action in one run; what still fails then is left to the next. */
const MAX_TRIES = 5;
/** EC2's lists are seconds old at most ("Ensuring eventual consistency", Amazon EC2 Developer Guide). */
const LISTS_CATCH_UP_MS = 3_500;

export async function execute(plans: readonly SourcePlan[], options: ExecuteOptions): Promise<Executed> {
  const done: Done[] = [];
  const replanned = new Map<string, SourcePlan>();
  let next = 0;
  const work = async () => {
    while (mayStart(options.clock, options)) {
      const first = plans[next++];
      if (first === undefined) return;
      const plan = options.revise?.(first) ?? first;
      if (plan !== first) replanned.set(plan.source.id, plan);
      for await (const step of settle(plan, options)) {
        if ("outcome" in step) {
          done.push(step);
          options.learn?.(plan, step);
          options.onDone(step);
        } else replanned.set(plan.source.id, step);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, plans.length) }, work));
  return { done, replanned };
}

/**
 * All actions of one interface, one after the other: the next may depend on the one before. Yields each
 * result, and the new plan where a conflict led to one.
 */
async function* settle(plan: SourcePlan, options: ExecuteOptions): AsyncGenerator<Done | SourcePlan> {
  let actions = plan.decisions.filter(isAction);
  let tries = 0;
  let refusedBefore: Done["outcome"] | undefined;
  let listsAreCurrent = false;
  for (let action = actions[0]; action && mayStart(options.clock, options); action = actions[0]) {
    if (action.kind === "create" && !mayCreate(options.clock, options)) return;
    if (!(await options.writer.turn(options.deadline))) return;
    // After the turn, which may have taken most of a sweep's time.
    if (action.kind === "delete" && action.reason === "demand-ended") {
      if (await options.isClaimedAgain?.(action.interfaceId)) {
        yield withoutRemovals(plan);
        return;
      }
    }
    const answer = await perform(action, options.writer);
    const isPuzzling = repeatsUnknown(answer, refusedBefore);
    const outcome: Done["outcome"] =
      isPuzzling && listsAreCurrent ? { ...answer, kind: "unexplained" } : answer;
    if (outcome.kind === "not-permitted" && (await waitedForPermission(options.clock, options))) continue;
    tries += 1;
    if (outcome.kind === "throttled" && tries < MAX_TRIES) continue; // the writer has slowed down already
    // What explains it may be too young to be listed: the run that made it was here a moment ago.
    if (isPuzzling && !listsAreCurrent) listsAreCurrent = await waitedForLists(options);
    if (asksForAnotherLook(action, outcome) && tries < MAX_TRIES && (listsAreCurrent || !isPuzzling)) {
      // Not to be read now: this interface is left to the next run, and the others go on.
      const again = await options.replan(plan).catch(() => undefined);
      if (again !== undefined) {
        yield again;
        actions = again.decisions.filter(isAction);
        refusedBefore = outcome;
        continue;
      }
    }
    yield { action, outcome };
    actions = actions.slice(1);
    tries = 0;
    refusedBefore = undefined;
    listsAreCurrent = false;
  }
}

/** The next sweep sees whether what stays is what is asked for now. */
function withoutRemovals(plan: SourcePlan): SourcePlan {
  const decisions = plan.decisions.map((decision) =>
    decision.kind === "delete"
      ? leftAlone(decision, { covered: "unselected", reason: "left-to-sweep" })
      : decision,
  );
  return { ...plan, decisions };
}

type Refused = Extract<Done["outcome"], { code: string }>;

/**
 * A create that EC2 refused with a code that we do not know, again after another look: what is listed on the interface does
 * not explain it. When the lists are current, another call would not either.
 */
function repeatsUnknown(outcome: Done["outcome"], before: Done["outcome"] | undefined): outcome is Refused {
  if (outcome.kind !== "conflict" || before?.kind !== "conflict" || outcome.isKnown === true) return false;
  return outcome.code === before.code;
}

/** False where the time is too short: then the interface is left to the next run. */
async function waitedForLists({ clock, deadline }: ExecuteOptions): Promise<boolean> {
  if (clock.now() + LISTS_CATCH_UP_MS >= deadline) return false;
  await clock.sleep(LISTS_CATCH_UP_MS);
  return true;
}

/** Somebody else was at the interface, or took away the session that was to be changed. */
function asksForAnotherLook({ kind }: Action, outcome: Done["outcome"]): boolean {
  return outcome.kind === "conflict" || (outcome.kind === "gone" && (kind === "modify" || kind === "retag"));
}

function perform(action: Action, writer: SessionWriter): Promise<Outcome<string | undefined>> {
  switch (action.kind) {
    case "create":
      return writer.create(action.desired);
    case "modify":
      return writer.modify(action.sessionId, action.changes);
    case "retag":
      return writer.tag(action.sessionId, action.tags);
    case "delete":
      return writer.remove(action.sessionId);
  }
}

/**
 * The order of a sweep. Removals, changes and creations take turns, so that a backfill does not hold up a
 * target that is to go, nor the reverse; within each, the start turns with `turn`. Interfaces on which the last
 * sweep failed, and mere tags, come last: failures use only the time that the others leave.
 */
export function inFairOrder(
  plans: readonly SourcePlan[],
  turn: number,
  isLate: (plan: SourcePlan) => boolean = () => false,
): readonly SourcePlan[] {
  const late = plans.filter(isLate);
  const rest = plans.filter((plan) => !isLate(plan));
  return [...weave(rest, turn), ...weave(late, turn)];
}

function weave(plans: readonly SourcePlan[], turn: number): readonly SourcePlan[] {
  const lists: Record<Action["kind"], SourcePlan[]> = { delete: [], modify: [], create: [], retag: [] };
  for (const plan of plans) {
    const first = plan.decisions.find(isAction);
    if (first) lists[isBookkeeping(first) ? "retag" : first.kind].push(plan);
  }
  const turned = [lists.delete, lists.modify, lists.create].map((list) => rotate(list, turn));
  const woven: SourcePlan[] = [];
  for (let index = 0; index < Math.max(...turned.map((list) => list.length)); index++) {
    for (const list of turned) {
      const plan = list[index];
      if (plan) woven.push(plan);
    }
  }
  return [...woven, ...rotate(lists.retag, turn)];
}

function rotate(list: readonly SourcePlan[], turn: number): readonly SourcePlan[] {
  const start = list.length === 0 ? 0 : stableHash(String(turn)) % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
