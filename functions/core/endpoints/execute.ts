/**
 * Carries actions out, one after the other: there are few, and EC2 lets only few of them out. What is not started
 * before the deadline, or fails, is found again by the next run; nothing is handed over.
 */
import { mayCreate, type Deadlines } from "../deadlines.js";
import { waitedForPermission } from "../permissions.js";
import type { CreateEndpoint, EndpointAction } from "./decisions.js";
import { markLeaving } from "./draft.js";
import type { Bucket, EndpointOutcome, EndpointPorts } from "./ports.js";

export interface EndpointDone {
  readonly action: EndpointAction;
  readonly outcome: EndpointOutcome;
}

export interface EndpointExecuteOptions extends Deadlines {
  readonly ports: EndpointPorts;
  readonly service: string;
  /** Called as each action ends, for logs. */
  readonly onDone: (done: EndpointDone) => void;
}

/** What brings mirrors closer goes first; deletions of endpoints go last and in one call. */
const order: readonly EndpointAction["kind"][] = [
  "untag",
  "create-target",
  "tag",
  "create-endpoint",
  "delete-target",
  "delete-endpoint",
];
/** As many as one call of ours deletes; EC2 documents no limit. */
const DELETIONS_A_CALL = 25;

/** Actions that are missing in the answer were not started. */
export async function executeEndpoints(
  actions: readonly EndpointAction[],
  options: EndpointExecuteOptions,
): Promise<readonly EndpointDone[]> {
  const done: EndpointDone[] = [];
  const end = (action: EndpointAction, outcome: EndpointOutcome) => {
    done.push({ action, outcome });
    options.onDone({ action, outcome });
  };
  /** Buckets that are empty, by EC2's word or by our pace: the rest of their actions waits for the next run. */
  const spent = new Set<Bucket>();
  const turn = async (bucket: Bucket): Promise<boolean> => {
    if (spent.has(bucket)) return false;
    if (await options.ports.writer.turn(bucket, options.deadline)) return true;
    spent.add(bucket);
    return false;
  };
  const settle = async (
    bucket: Bucket,
    perform: () => Promise<EndpointOutcome>,
  ): Promise<EndpointOutcome | undefined> => {
    for (;;) {
      if (!(await turn(bucket))) return undefined;
      const outcome = await perform();
      if (outcome.kind === "throttled") spent.add(bucket);
      if (outcome.kind !== "not-permitted") return outcome;
      if (!(await waitedForPermission(options.ports.clock, options))) return outcome;
    }
  };

  const sorted = [...actions].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const action of sorted) {
    if (action.kind === "delete-endpoint") continue;
    if (action.kind === "create-endpoint" || action.kind === "create-target") {
      if (!mayCreate(options.ports.clock, options)) continue;
    }
    if (action.kind === "create-endpoint") {
      for (const step of await createEndpoint(action, options, settle)) end(step.action, step.outcome);
      continue;
    }
    const outcome = await settle("other", () => perform(action, options.ports.writer));
    if (outcome !== undefined) end(action, outcome);
  }

  const deletions = sorted.filter((action) => action.kind === "delete-endpoint");
  for (let start = 0; start < deletions.length; start += DELETIONS_A_CALL) {
    let batch = deletions.slice(start, start + DELETIONS_A_CALL);
    while (batch.length > 0 && (await turn("delete-endpoint"))) {
      const outcomes = await options.ports.writer.deleteEndpoints(batch.map(({ id }) => id));
      const refused = batch.filter((_, index) => outcomes[index]?.kind === "not-permitted");
      const again = refused.length > 0 && (await waitedForPermission(options.ports.clock, options));
      batch.forEach((action, index) => {
        const outcome = outcomes[index];
        if (outcome?.kind === "throttled") spent.add("delete-endpoint");
        if (outcome !== undefined && !(again && refused.includes(action))) end(action, outcome);
      });
      batch = again ? refused : [];
    }
  }
  return done;
}

type Settle = (
  bucket: Bucket,
  perform: () => Promise<EndpointOutcome>,
) => Promise<EndpointOutcome | undefined>;

/** Tries one subnet after the other where one is full. */
async function createEndpoint(
  action: CreateEndpoint,
  { ports, service }: EndpointExecuteOptions,
  settle: Settle,
): Promise<readonly EndpointDone[]> {
  let outcome: EndpointOutcome | undefined;
  for (const [attempt, subnetId] of action.subnetIds.slice(0, 10).entries()) {
    const { vpcId, tags } = action;
    // Another subnet is another request, and another request needs another token.
    const token = `${action.token}-${String(attempt)}`;
    outcome = await settle("create-endpoint", () =>
      ports.writer.createEndpoint({ service, vpcId, subnetId, token, tags }),
    );
    if (outcome?.kind !== "no-address") break;
  }
  if (outcome === undefined) return [];
  const steps: EndpointDone[] = [{ action, outcome }];
  if (!asksForRoom(outcome)) return steps;
  for (const id of action.makeRoom) {
    const leaving = markLeaving(id, "make-room");
    const marked = await settle("other", () => perform(leaving, ports.writer));
    if (marked !== undefined) steps.push({ action: leaving, outcome: marked });
  }
  return steps;
}

/**
 * "A single Gateway Load Balancer endpoint per Availability Zone per service" (AWS PrivateLink guide); whether EC2
 * refuses a second one, and how, is (?). When it does, what must go anyway goes first.
 */
function asksForRoom({ kind }: EndpointOutcome): boolean {
  return kind === "conflict" || kind === "refused" || kind === "quota";
}

function perform(
  action: Exclude<EndpointAction, { kind: "create-endpoint" | "delete-endpoint" }>,
  writer: EndpointPorts["writer"],
): Promise<EndpointOutcome> {
  switch (action.kind) {
    case "create-target":
      return writer.createTarget(action);
    case "delete-target":
      return writer.deleteTarget(action.id);
    case "tag":
      return writer.tag(action.id, action.tags);
    case "untag":
      return writer.untag(action.id, action.keys);
  }
}
