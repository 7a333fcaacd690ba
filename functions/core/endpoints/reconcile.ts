/**
 * One run over everything: observe, plan, execute; and once more while that brought something further. What one answer
 * did not show is not gone, so a removal waits until two looks, a moment apart, ask for it.
 */
import { mayStart, type Deadlines } from "../deadlines.js";
import type { EndpointAction, EndpointPlan } from "./decisions.js";
import { executeEndpoints, type EndpointDone } from "./execute.js";
import type { EndpointSettings, Service } from "./model.js";
import { planEndpoints } from "./plan.js";
import type { Proven } from "./ownership.js";
import type { EndpointPorts } from "./ports.js";
import { createDoubt } from "./removals.js";

export interface EndpointRun extends Deadlines {
  readonly ports: EndpointPorts;
  readonly settings: EndpointSettings;
  readonly proven: Proven;
  /** An event came before the run: what it is about may not be in every list yet, so nothing to do is believed the second time. */
  readonly isEarly?: true;
  readonly onDone: (done: EndpointDone) => void;
}

export interface EndpointReport {
  readonly service: Service;
  /** As last seen. */
  readonly plan: EndpointPlan;
  readonly done: readonly EndpointDone[];
}

/** Endpoint made and available at once, target made, what it replaces gone, and a look at the result. */
const ROUNDS = 5;
/** So long after a look another one may show what it did not. */
export const LOOK_AGAIN_MS = 5_000;

/** Throws when EC2 cannot be read. */
export async function reconcileEndpoints(run: EndpointRun): Promise<EndpointReport> {
  const done: EndpointDone[] = [];
  const doubt = createDoubt();
  for (let round = 1; ; round++) {
    const observation = await run.ports.observer.everything(run.settings);
    const plan = planEndpoints(run.settings, observation, run.ports.clock.now(), run.proven);
    const report = { service: observation.service, plan, done };
    if (round > ROUNDS || !mayStart(run.ports.clock, run)) return report;
    if (plan.actions.length === 0) {
      if (run.isEarly !== true || round > 1) return report;
      await run.ports.clock.sleep(LOOK_AGAIN_MS);
      continue;
    }
    const options = { ...run, service: run.settings.service };
    const { certain, doubtful } = doubt.over(plan.actions);
    const steps = await executeEndpoints(certain, options);
    done.push(...steps);
    doubt.hear(steps, observation.targets);
    // What made no step forward will not make one at once.
    if (!doubtful && !steps.some(({ outcome }) => outcome.kind === "done")) return report;
    if (doubtful) await run.ports.clock.sleep(LOOK_AGAIN_MS);
  }
}

/** How many actions of a kind have had their effect. */
export function succeeded({ done }: EndpointReport, kind: EndpointAction["kind"]): number {
  const ofKind = done.filter(({ action, outcome }) => action.kind === kind && outcome.kind === "done");
  // Asked for again with its token, since no list showed it yet, an endpoint is the same one.
  const made = ofKind.map(({ action }) => ("token" in action ? action.token : action));
  return new Set(made).size;
}
