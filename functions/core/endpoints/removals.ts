/** Removals wait for a second look: an answer that lacked something may have asked for the first. */
import { TAG_TARGET_LEAVING } from "../tags.js";
import type { EndpointAction } from "./decisions.js";
import type { EndpointDone } from "./execute.js";
import type { EndpointTarget } from "./model.js";

export interface Doubt {
  /** Which of these may be carried out now; `doubtful`: whether others wait for the next look. */
  over(actions: readonly EndpointAction[]): {
    readonly certain: readonly EndpointAction[];
    readonly doubtful: boolean;
  };
  /** An endpoint whose target was removed here is known to have none. */
  hear(steps: readonly EndpointDone[], targets: readonly EndpointTarget[]): void;
}

export function createDoubt(): Doubt {
  /** What the look before was to remove. A target that it marked may be deleted now. */
  let before = new Set<string>();
  return {
    over(actions) {
      const certain = actions.filter((action) => !isRemoval(action) || before.has(action.id));
      before = new Set(actions.filter(isRemoval).map(({ id }) => id));
      return { certain, doubtful: certain.length < actions.length };
    },
    hear(steps, targets) {
      const endpointOf = new Map(targets.map(({ id, endpointId }) => [id, endpointId]));
      for (const { action, outcome } of steps) {
        if (action.kind !== "delete-target" || outcome.kind !== "done") continue;
        const endpointId = endpointOf.get(action.id);
        if (endpointId !== undefined) before.add(endpointId);
      }
    },
  };
}

type Removal = Extract<EndpointAction, { kind: "delete-target" | "delete-endpoint" | "tag" }>;

/** The mark of a target that leaves moves the sessions on it, or ends them. */
function isRemoval(action: EndpointAction): action is Removal {
  if (action.kind === "tag") return action.tags[TAG_TARGET_LEAVING] !== undefined;
  return action.kind === "delete-target" || action.kind === "delete-endpoint";
}
