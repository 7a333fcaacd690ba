/** Lets instances go on that lifecycle hooks hold, once their interfaces are mirrored, or ends them. */
import type { HookFollowUp } from "../core/events/follow-ups.js";
import type { LifecycleHooks } from "../core/events/ports.js";
import type { AbandonedLaunches } from "../core/sessions/abandoned-launches.js";
import { breaks, decideHook, hookOf, type HookDecision } from "../core/sessions/lifecycle-hook.js";
import type { Policy } from "../core/sessions/policy.js";
import type { Report } from "../core/sessions/report.js";
import type { App } from "../runtime/app.js";

type HookContext = App & { readonly hooks: LifecycleHooks; readonly abandoned: AbandonedLaunches };

/** What became of one hook. */
export type Completed = "continued" | "abandoned" | "breaker" | "later" | "none";

const HOUR_MS = 3_600_000;

export async function completeHook(
  context: HookContext,
  policy: Policy,
  followUp: HookFollowUp,
  report: Pick<Report, "sources" | "unseen" | "verdicts">,
): Promise<Completed> {
  const { logger } = context.telemetry;
  const fields = { group: followUp.group, hook: followUp.hook, instance: followUp.instanceId };
  try {
    const decided = decideHook(followUp, policy, report, context.settings.mode === "enforce");
    const decision = await withBreaker(context, policy, followUp, decided);
    if (decision.is === "none" || decision.is === "later") return decision.is;
    const result = decision.is === "abandon" ? "ABANDON" : "CONTINUE";
    const outcome = await context.hooks.complete(followUp, result);
    const said = { ...fields, result, reason: decision.reason, outcome: outcome.kind };
    if (outcome.kind === "done" || outcome.kind === "gone") {
      const breaking = decision.reason === BREAKER;
      if (breaking) logger.error("hook breaker open: the instance goes on without a mirror", said);
      else logger.info("hook completed", said);
      if (outcome.kind === "gone") return "none";
      if (decision.is === "abandon") context.abandoned.add(followUp.group, context.ports.clock.now());
      return breaking ? "breaker" : decision.is === "abandon" ? "abandoned" : "continued";
    }
    logger.warn("hook not completed", { ...said, code: outcome.code, aws_message: outcome.message });
    return "later";
  } catch (error) {
    logger.warn("hook not completed", { ...fields, error: error as Error });
    return "later";
  }
}

const BREAKER = "breaker";

async function withBreaker(
  { hooks, ports, abandoned }: HookContext,
  policy: Policy,
  followUp: HookFollowUp,
  decision: HookDecision,
): Promise<HookDecision> {
  const hook = hookOf(policy, followUp);
  if (decision.is !== "abandon" || hook === undefined) return decision;
  const shown = await hooks.failedLaunches(followUp.group, ports.clock.now() - HOUR_MS);
  const failed = abandoned.failed(followUp.group, shown, ports.clock.now());
  return breaks(hook, failed) ? { is: "continue", reason: BREAKER } : decision;
}
