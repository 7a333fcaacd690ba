/** Lets instances go on that lifecycle hooks hold, once their interfaces are mirrored, or ends them. */
import type { HookDuty } from "../core/events/follow-ups.js";
import { breaks, decideHook, hookOf, type HookDecision } from "../core/sessions/lifecycle-hook.js";
import type { Policy } from "../core/sessions/policy.js";
import type { Report } from "../core/sessions/report.js";
import type { App } from "../runtime/app.js";
import type { LifecycleHooks } from "../core/events/ports.js";

/** What became of one hook. */
export type Completed = "continued" | "abandoned" | "breaker" | "later" | "none";

const HOUR_MS = 3_600_000;

export async function completeHook(
  app: App,
  hooks: LifecycleHooks,
  policy: Policy,
  duty: HookDuty,
  report: Pick<Report, "sources" | "unseen" | "verdicts">,
): Promise<Completed> {
  const { logger } = app.telemetry;
  const fields = { group: duty.group, hook: duty.hook, instance: duty.instanceId };
  try {
    const decision = await withBreaker(
      app,
      hooks,
      policy,
      duty,
      decideHook(duty, policy, report, app.settings.mode === "enforce"),
    );
    if (decision.is === "none" || decision.is === "later") return decision.is;
    const result = decision.is === "abandon" ? "ABANDON" : "CONTINUE";
    const outcome = await hooks.complete(duty, result);
    const said = { ...fields, result, reason: decision.reason, outcome: outcome.kind };
    if (outcome.kind === "done" || outcome.kind === "gone") {
      const breaking = decision.reason === BREAKER;
      if (breaking) logger.error("hook breaker open: the instance goes on without a mirror", said);
      else logger.info("hook completed", said);
      if (outcome.kind === "gone") return "none";
      return breaking ? "breaker" : decision.is === "abandon" ? "abandoned" : "continued";
    }
    logger.warn("hook not completed", { ...said, code: outcome.code, message_of_aws: outcome.message });
    return "later";
  } catch (error) {
    logger.warn("hook not completed", { ...fields, error: error as Error });
    return "later";
  }
}

const BREAKER = "breaker";

async function withBreaker(
  app: App,
  hooks: LifecycleHooks,
  policy: Policy,
  duty: HookDuty,
  decision: HookDecision,
): Promise<HookDecision> {
  const hook = hookOf(policy, duty);
  if (decision.is !== "abandon" || hook === undefined) return decision;
  const failed = await hooks.failedLaunches(duty.group, app.ports.clock.now() - HOUR_MS);
  return breaks(hook, failed) ? { is: "continue", reason: BREAKER } : decision;
}
