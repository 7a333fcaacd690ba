/**
 * Takes every endpoint and target of ours away, and waits until they are gone, since the subnets and the endpoint
 * service that they use are usually destroyed next. It needs neither the service nor the VPCs. What carries our tag and
 * is not proved ours stays; that nothing is left, or nothing on an endpoint, counts when two looks show it.
 */
import { mayStart } from "../deadlines.js";
import type { EndpointAction } from "./decisions.js";
import { isDying } from "./draft.js";
import { executeEndpoints } from "./execute.js";
import { disputedOf, isOurEndpoint, isOurTarget, prove } from "./ownership.js";
import type { EndpointRun } from "./reconcile.js";
import { createDoubt } from "./removals.js";

export interface EndpointDrainReport {
  readonly deletedTargets: number;
  readonly deletedEndpoints: number;
  readonly remainingTargets: number;
  readonly remainingEndpoints: number;
  /** Why, in AWS's words, the last time something could not be removed. */
  readonly because?: string;
  /** What carries our tag without proof, or is ours and has lost it: it stays. */
  readonly disputed?: readonly string[];
}

/** Deleting an endpoint takes EC2 a minute or so. */
const POLL_MS = 5_000;
/** So often may a round bring nothing, with nothing under way, before we say what is left. */
const IDLE_ROUNDS = 3;

export async function drainEndpoints(run: EndpointRun): Promise<EndpointDrainReport> {
  const { clock, observer } = run.ports;
  const removed = { targets: new Set<string>(), endpoints: new Set<string>() };
  let because: string | undefined;
  let idle = 0;
  let wasEmpty = false;
  const doubt = createDoubt();
  for (;;) {
    const observation = await observer.everything({ ...run.settings, vpcIds: [] });
    prove(run.proven, observation, run.settings);
    const targets = observation.targets.filter((target) => isOurTarget(target, run.settings));
    const endpoints = observation.endpoints.filter(
      (endpoint) => isOurEndpoint(endpoint, run.settings, run.proven) && endpoint.state !== "deleted",
    );
    const disputed = disputedOf(observation, run.settings, run.proven);
    const report = {
      deletedTargets: removed.targets.size,
      deletedEndpoints: removed.endpoints.size,
      remainingTargets: targets.length,
      remainingEndpoints: endpoints.length,
      ...(because !== undefined && { because }),
      ...(disputed.length > 0 && { disputed }),
    };
    const isEmpty = targets.length + endpoints.length === 0;
    if ((isEmpty && wasEmpty) || idle >= IDLE_ROUNDS || !mayStart(clock, run)) return report;
    wasEmpty = isEmpty;

    const behind = new Set(observation.targets.map(({ endpointId }) => endpointId));
    const actions: EndpointAction[] = [
      ...targets.map(({ id }) => ({ kind: "delete-target", id, reason: "drain" }) as const),
      ...endpoints
        .filter((endpoint) => !behind.has(endpoint.id) && !isDying(endpoint))
        .map(({ id }) => ({ kind: "delete-endpoint", id, reason: "drain" }) as const),
    ];
    // A target in use EC2 keeps; an endpoint under a target it may not.
    const deletions = doubt.over(actions.filter(({ kind }) => kind === "delete-endpoint"));
    const certain = [...actions.filter(({ kind }) => kind === "delete-target"), ...deletions.certain];
    const steps = await executeEndpoints(certain, { ...run, service: run.settings.service });
    doubt.hear(steps, observation.targets);
    for (const { action, outcome } of steps) {
      if (outcome.kind !== "done") because = `${outcome.code}: ${outcome.message}`;
      else if (action.kind === "delete-target") removed.targets.add(action.id);
      else if (action.kind === "delete-endpoint") removed.endpoints.add(action.id);
    }
    const moved = steps.some(({ outcome }) => outcome.kind === "done");
    if (moved || endpoints.some(isDying)) idle = 0;
    else if (!isEmpty && !deletions.doubtful) idle += 1;
    if (!moved) await clock.sleep(Math.min(POLL_MS, Math.max(0, run.deadline - clock.now())));
  }
}
