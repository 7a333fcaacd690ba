import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonBody } from "./answers.js";
import { Keys, ownCall } from "./call.js";
import { createEc2, type Ec2 } from "./ec2/index.js";
import { createAutomaticEvents, type AutomaticEvents } from "./events/automatic.js";
import { createEvents, type Events } from "./events/index.js";
import { createIam, type Iam } from "./iam/index.js";
import { createInterference, type ConfigurableInterference } from "./interference/index.js";
import { createLambda, type Lambda } from "./lambda/index.js";
import { startMoto, type Moto } from "./moto.js";
import type { LifecycleCall } from "./patches/autoscaling-actions.js";
import { createPatches } from "./patches/index.js";
import { answerCall, type Gap, type Pipeline } from "./pipeline.js";
import { createRequests, type Requests } from "./requests/index.js";
import { createSqs } from "./sqs/index.js";
import { createSwitches } from "./switches.js";
import type { Answer, Call, Cloud, Switches } from "./types.js";

export interface Parts {
  readonly keys: Keys;
  readonly moto: Moto;
  readonly cloud: Cloud;
  readonly switches: Switches;
  readonly interference: ConfigurableInterference;
  readonly ec2: Ec2;
  readonly iam: Iam;
  readonly events: Events;
  readonly automaticEvents: AutomaticEvents;
  readonly lambda: Lambda;
  readonly gaps: Gap[];
  /** Holds calls against AWS's models. */
  readonly requests: Requests;
  /** Lifecycle actions of Auto Scaling that were completed or prolonged. */
  lifecycle(): readonly LifecycleCall[];
  answer(call: Call, touched: string[]): Promise<Answer>;
  /** Moves the local cloud's clock; a number of milliseconds added to the real one. */
  clock: { offset: number };
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything behind the HTTP front, wired together. `endpoint` is the front's URL, known once it listens. */
export const createParts = async (options: {
  python?: string;
  log?: (line: string) => void;
  endpoint: () => string;
}): Promise<Parts> => {
  const folder = mkdtempSync(join(tmpdir(), "local-cloud-"));
  const moto = await startMoto({
    ...(options.python === undefined ? {} : { python: options.python }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const sqs = createSqs((call) => moto.send(call));
  const keys = new Keys();
  const switches = createSwitches();
  const clock = { offset: 0 };
  const gaps: Gap[] = [];
  const requests = createRequests(moto.models, switches);

  // a mapping reads its queue as soon as somebody sends to it
  const forward = async (call: Call): Promise<Answer> => {
    const answer = (await sqs.handle(call)) ?? sqs.settled(call, await moto.send(call));
    if (call.service === "sqs" && call.action.startsWith("SendMessage")) {
      lambda.mappings.wake(jsonBody<{ QueueUrl: string }>(call).QueueUrl ?? "");
    }
    return answer;
  };
  const cloud: Cloud = {
    now: () => Date.now() + clock.offset,
    forward,
    moto: (from, service, request) => forward(ownCall(from, service, request)),
    emit: (from, event) => automaticEvents.emit(from, event),
    switches,
  };
  const roleId = async (arn: string): Promise<string | undefined> => {
    const role = await iam.roles.of(arn);
    return role.exists ? role.id : undefined;
  };
  const lambda = createLambda(cloud, { keys, folder, endpoint: options.endpoint, roleId });
  const events = createEvents(
    cloud,
    (arn, payload, limits) => lambda.invokeAsync(arn, payload, limits),
    async (roleArn, requests) => (iam.enabled ? iam.missing(roleArn, requests) : undefined),
  );
  const automaticEvents = createAutomaticEvents(cloud, {
    deliver: (from, event) => events.emit(from, event),
    failed: (from, event, error) => events.failed(from, event, error),
    ec2: async (from, params) => {
      const call = ownCall(from, "ec2", { params });
      return (await ec2.handle(call)) ?? forward(call);
    },
  });
  const interference = createInterference(cloud);
  const ec2 = createEc2(cloud);
  const iam = createIam(cloud, ec2, keys);
  const patches = createPatches(cloud, keys, (call) => iam.userIdOf(call));
  lambda.mappings.permits = iam;
  const pipeline: Pipeline = {
    interference,
    patches: [iam.patch, lambda.mappings.visibility.patch, ...automaticEvents.patches, ...patches.patches],
    handlers: [ec2, events, lambda],
    forward,
    check: (call) => requests.check(call),
    authorize: (call) => iam.authorize(call),
    gaps,
  };

  return {
    keys,
    moto,
    cloud,
    switches,
    interference,
    ec2,
    iam,
    events,
    automaticEvents,
    lambda,
    gaps,
    requests,
    lifecycle: () => patches.lifecycle(),
    clock,
    answer: (call, touched) => answerCall(pipeline, call, touched),
    async reset() {
      automaticEvents.reset();
      events.reset();
      await lambda.clear();
      keys.reset();
      interference.reset();
      interference.resetCounts();
      ec2.reset();
      patches.reset();
      sqs.reset();
      iam.reset();
      switches.reset();
      gaps.length = 0;
      requests.refused.length = 0;
      clock.offset = 0;
      await moto.reset();
    },
    async stop() {
      automaticEvents.reset();
      events.stop();
      await lambda.clear();
      await moto.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
