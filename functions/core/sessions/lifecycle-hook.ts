/** Whether an instance that a lifecycle hook holds may go into service. */
import type { HookFollowUp } from "../events/follow-ups.js";
import { whoseReason, type UncoveredReason } from "../outcomes.js";
import type { LifecycleHook, Policy } from "./policy.js";
import type { Report } from "./report.js";

export type HookDecision =
  | { readonly is: "continue"; readonly reason: string }
  /** The user wants no such instance; the breaker may still let it go on. */
  | { readonly is: "abandon"; readonly reason: string }
  /** Not decided yet: tried again soon. The hook's own time-out lets the instance go on in the end. */
  | { readonly is: "later"; readonly reason: string }
  /** Not one of the hooks that the policy names. */
  | { readonly is: "none" };

export function hookOf(policy: Policy, { group, hook }: HookFollowUp): LifecycleHook | undefined {
  return policy.lifecycle_hooks.find(
    (each) => each.autoscaling_group_name === group && each.hook_name === hook,
  );
}

/** `enforcing`: false in modes that mirror nothing, where nothing is worth waiting for. */
export function decideHook(
  followUp: HookFollowUp,
  policy: Policy,
  report: Pick<Report, "sources" | "unseen" | "verdicts">,
  enforcing: boolean,
): HookDecision {
  const hook = hookOf(policy, followUp);
  if (hook === undefined) return { is: "none" };
  if (!enforcing) return { is: "continue", reason: "mode" };
  if (report.unseen.includes(followUp.instanceId)) return { is: "later", reason: "not-seen" };
  let own: UncoveredReason | undefined;
  let outside: UncoveredReason | undefined;
  for (const { id, instance } of report.sources) {
    if (instance?.id !== followUp.instanceId) continue;
    const verdict = report.verdicts.get(id);
    if (verdict?.is !== "uncovered") continue;
    const { reason } = verdict;
    const is = whoseReason(reason, instance.state);
    if (is === "open") return { is: "later", reason };
    if (is === "own") own ??= reason;
    else outside ??= reason;
  }
  if (own !== undefined) return { is: hook.when_not_mirrored, reason: own };
  // Without a reason it is mirrored, or nothing of it is to be.
  return { is: "continue", reason: outside ?? "mirrored" };
}

/** Launch loops end here: when so many launches came to nothing within the hour, the next instance goes on. */
export function breaks(hook: LifecycleHook, failedLaunches: number): boolean {
  return failedLaunches >= hook.abandons_per_hour;
}
