/**
 * Takes every session of ours away. It needs no policy, so that a broken one cannot stand in the way of
 * uninstalling, and no guardrail: whoever destroys has said so. One list may lack what is there, so it ends when two of
 * them, a moment apart, show nothing of ours.
 */
import { mayStart, type Deadlines } from "../deadlines.js";
import type { Session } from "../model.js";
import type { SourcePlan, Done } from "./decisions.js";
import { execute } from "./execute.js";
import { ownershipOf, type Ownership } from "./ownership.js";
import type { Ports } from "./ports.js";

export interface DrainReport {
  readonly deleted: number;
  /** Sessions of ours that are still there. */
  readonly remaining: number;
  /** Why, in AWS's words, the last time one could not be removed; there while some remain. */
  readonly because?: string;
  /** Sessions that are ours by their description and not by their tag: IAM does not let us remove them. */
  readonly lost?: readonly string[];
}

const CONCURRENCY = 8;
const LOOK_AGAIN_MS = 3_000;
/** Lists are seconds old at most. What EC2 still lists after that it did not know when it was to be removed. */
const LISTS_ARE_OLD_MS = 10_000;

export interface DrainRun extends Deadlines {
  readonly ports: Pick<Ports, "observer" | "writer" | "clock">;
  readonly controller: string;
  readonly onDone: (done: Done) => void;
}

export async function drain(run: DrainRun): Promise<DrainReport> {
  const { ports, controller } = run;
  let because: string | undefined;
  // By id: what is gone may stay in the list for a moment.
  const deleted = new Set<string>();
  /** When each was removed by EC2's own word: a list that shows one right after is an old list. */
  const removedAt = new Map<string, number>();
  let wasEmpty = false;
  for (;;) {
    const sessions = await ports.observer.sessions();
    const owned = (ownership: Ownership) =>
      sessions.filter((session) => ownershipOf(session, controller) === ownership);
    const listed = owned("ours");
    const isOld = (id: string) => ports.clock.now() - (removedAt.get(id) ?? -Infinity) < LISTS_ARE_OLD_MS;
    const ours = listed.filter(({ id }) => !isOld(id));
    const lost = owned("lost").map(({ id }) => id);
    const report = () => ({
      deleted: deleted.size,
      remaining: ours.length,
      ...(ours.length > 0 && because !== undefined && { because }),
      ...(lost.length > 0 && { lost }),
    });
    // An old list is no proof that nothing is left.
    const isEmpty = listed.length === 0;
    if ((isEmpty && wasEmpty) || !mayStart(ports.clock, run)) return report();
    wasEmpty = isEmpty;
    if (ours.length === 0) {
      await ports.clock.sleep(LOOK_AGAIN_MS);
      continue;
    }
    const { done } = await execute(ours.map(removalOf), {
      ...run,
      ...ports,
      concurrency: CONCURRENCY,
      replan: () => Promise.resolve(undefined),
    });
    for (const { outcome } of done) {
      if (outcome.kind !== "done") because = `${outcome.code}: ${outcome.message}`;
    }
    const gone = done.filter(({ outcome }) => outcome.kind === "done" || outcome.kind === "gone");
    for (const { action } of gone) {
      if (action.kind !== "delete") continue;
      deleted.add(action.sessionId);
      removedAt.set(action.sessionId, ports.clock.now());
    }
    // A round that removed nothing will not do better at once: say what is left rather than spin.
    if (gone.length === 0) return report();
  }
}

function removalOf({ id, interfaceId }: Session): SourcePlan {
  const removal = { interfaceId, kind: "delete", reason: "drain", sessionId: id, byPolicy: false } as const;
  return { source: { id: interfaceId }, facts: "", decisions: [removal] };
}
