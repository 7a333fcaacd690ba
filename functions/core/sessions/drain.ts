/**
 * Takes every session of ours away. It needs no policy, so that a broken one cannot stand in the way of
 * uninstalling, and no guardrail: whoever destroys has said so.
 */
import type { SourcePlan, Done } from "./decisions.js";
import { execute } from "./execute.js";
import { isOurs } from "../tags.js";
import type { Ports } from "./ports.js";
import type { Session } from "../model.js";

export interface DrainReport {
  readonly deleted: number;
  /** Sessions of ours that are still there. */
  readonly remaining: number;
}

const CONCURRENCY = 8;

export async function drain(
  ports: Pick<Ports, "observer" | "writer" | "clock">,
  controller: string,
  deadline: number,
  onDone: (done: Done) => void,
): Promise<DrainReport> {
  // By id: what is gone may stay in the list for a moment, and is then removed twice.
  const deleted = new Set<string>();
  for (;;) {
    const ours = (await ports.observer.sessions()).filter((session) => isOurs(session.tags, controller));
    if (ours.length === 0 || ports.clock.now() >= deadline) {
      return { deleted: deleted.size, remaining: ours.length };
    }
    const { done } = await execute(ours.map(removalOf), {
      ...ports,
      deadline,
      createsUntil: 0,
      concurrency: CONCURRENCY,
      permissionsSpreadUntil: 0,
      replan: () => Promise.resolve(undefined),
      onDone,
    });
    const gone = done.filter(({ outcome }) => outcome.kind === "done" || outcome.kind === "gone");
    for (const { action } of gone) if (action.kind === "delete") deleted.add(action.sessionId);
    // A round that removed nothing will not do better at once: say what is left rather than spin.
    if (gone.length === 0) return { deleted: deleted.size, remaining: ours.length };
  }
}

function removalOf({ id, interfaceId }: Session): SourcePlan {
  const removal = { interfaceId, kind: "delete", reason: "drain", sessionId: id, byPolicy: false } as const;
  return { source: { id: interfaceId }, facts: "", decisions: [removal] };
}
