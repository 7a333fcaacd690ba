/**
 * Takes every endpoint and target of ours away, and waits until they are gone, since the subnets and the endpoint
 * service that they use are usually destroyed next. It needs neither the service nor the VPCs.
 */
import { mayStart } from "../deadlines.js";
import type { Tags } from "../model.js";
import { TAG_ENDPOINTS } from "../tags.js";
import type { EndpointAction } from "./decisions.js";
import { isDying } from "./draft.js";
import { executeEndpoints } from "./execute.js";
import type { EndpointRun } from "./reconcile.js";

export interface EndpointDrainReport {
  readonly deletedTargets: number;
  readonly deletedEndpoints: number;
  readonly remainingTargets: number;
  readonly remainingEndpoints: number;
  /** Why, in AWS's words, the last time something could not be removed. */
  readonly because?: string;
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
  for (;;) {
    const observation = await observer.everything({ ...run.settings, vpcIds: [] });
    const ours = ({ tags }: { readonly tags: Tags }) => tags[TAG_ENDPOINTS] === run.settings.name;
    const targets = observation.targets.filter(ours);
    const endpoints = observation.endpoints.filter(
      (endpoint) => ours(endpoint) && endpoint.state !== "deleted",
    );
    const report = {
      deletedTargets: removed.targets.size,
      deletedEndpoints: removed.endpoints.size,
      remainingTargets: targets.length,
      remainingEndpoints: endpoints.length,
      ...(because !== undefined && { because }),
    };
    const nothingLeft = targets.length + endpoints.length === 0;
    if (nothingLeft || idle >= IDLE_ROUNDS || !mayStart(clock, run)) return report;

    const behind = new Set(observation.targets.map(({ endpointId }) => endpointId));
    const actions: EndpointAction[] = [
      ...targets.map(({ id }) => ({ kind: "delete-target", id, reason: "drain" }) as const),
      ...endpoints
        .filter((endpoint) => !behind.has(endpoint.id) && !isDying(endpoint))
        .map(({ id }) => ({ kind: "delete-endpoint", id, reason: "drain" }) as const),
    ];
    const steps = await executeEndpoints(actions, { ...run, service: run.settings.service });
    for (const { action, outcome } of steps) {
      if (outcome.kind !== "done") because = `${outcome.code}: ${outcome.message}`;
      else if (action.kind === "delete-target") removed.targets.add(action.id);
      else if (action.kind === "delete-endpoint") removed.endpoints.add(action.id);
    }
    const moved = steps.some(({ outcome }) => outcome.kind === "done");
    idle = moved || endpoints.some(isDying) ? 0 : idle + 1;
    if (!moved) await clock.sleep(Math.min(POLL_MS, Math.max(0, run.deadline - clock.now())));
  }
}
