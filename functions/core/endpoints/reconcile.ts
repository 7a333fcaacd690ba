/** One run over everything: observe, plan, execute; and once more while that brought something further. */
import { mayStart, type Deadlines } from "../deadlines.js";
import type { EndpointAction, EndpointPlan } from "./decisions.js";
import { executeEndpoints, type EndpointDone } from "./execute.js";
import type { EndpointSettings, Service } from "./model.js";
import { planEndpoints } from "./plan.js";
import type { EndpointPorts } from "./ports.js";

export interface EndpointRun extends Deadlines {
  readonly ports: EndpointPorts;
  readonly settings: EndpointSettings;
  readonly onDone: (done: EndpointDone) => void;
}

export interface EndpointReport {
  readonly service: Service;
  /** As last seen. */
  readonly plan: EndpointPlan;
  readonly done: readonly EndpointDone[];
}

/** Endpoint made and available at once, target made, and a look at the result. */
const ROUNDS = 3;

/** Throws when EC2 cannot be read. */
export async function reconcileEndpoints(run: EndpointRun): Promise<EndpointReport> {
  const done: EndpointDone[] = [];
  for (let round = 1; ; round++) {
    const observation = await run.ports.observer.everything(run.settings);
    const plan = planEndpoints(run.settings, observation, run.ports.clock.now());
    const report = { service: observation.service, plan, done };
    if (plan.actions.length === 0 || round > ROUNDS || !mayStart(run.ports.clock, run)) return report;
    const options = { ...run, service: run.settings.service };
    const steps = await executeEndpoints(plan.actions, options);
    done.push(...steps);
    // What made no step forward will not make one at once.
    if (!steps.some(({ outcome }) => outcome.kind === "done")) return report;
  }
}

/** How many actions of a kind have had their effect. */
export function succeeded({ done }: EndpointReport, kind: EndpointAction["kind"]): number {
  return done.filter(({ action, outcome }) => action.kind === kind && outcome.kind === "done").length;
}
