import { evaluate, type AccessRequest } from "../iam/policy.js";
import type { Call, Cloud } from "../types.js";
import { inputFor } from "./input.js";
import { matches, type Json } from "./pattern.js";
import { busNameOf, busRefusal, nameOf, queuePolicyOf, whereOf, type Policies } from "./policies.js";
import type { Rule, Rules, Target } from "./rules.js";

type Where = Pick<Call, "account" | "region">;
export type Event = { [key: string]: Json };

/** Starts an asynchronous invocation; the answer says why it could not, or undefined. */
export type InvokeAsync = (
  functionArn: string,
  payload: string,
  options: { retries?: number; maximumAgeSeconds?: number; ruleArn: string },
) => Promise<string | undefined>;

/** A delivery that failed for good, for tests that expect none. */
export interface Undelivered {
  readonly rule: string;
  readonly target: string;
  readonly reason: string;
  readonly event: Event;
}

/** A bus passes an event on at most this often; EventBridge ends loops in a like manner. */
const MAXIMUM_HOPS = 5;

/** What a role lacks of the given permissions; undefined: nothing. */
export type Missing = (
  roleArn: string,
  requests: readonly AccessRequest[],
) => Promise<AccessRequest | undefined>;

interface Context {
  readonly cloud: Pick<Cloud, "moto">;
  readonly missing: Missing;
  readonly rules: Rules;
  readonly invokeAsync: InvokeAsync;
  readonly undelivered: Undelivered[];
  /** To be cleared after a call that may change a queue's policy. */
  readonly queuePolicies: Policies;
  /** The same of event buses. */
  readonly busPolicies: Policies;
}

/** Sends to a queue as the events service would: the queue must exist and its policy must permit the rule. */
const toQueue = async (
  context: Context,
  { arn, body, rule, target }: { arn: string; body: string; rule: Rule; target?: Target },
): Promise<string | undefined> => {
  const where = whereOf(arn);
  const policy = await queuePolicyOf(context, arn);
  if (policy === "missing") return `NO_RESOURCE: ${arn}`;
  const source = rule.Arn;
  const decision = evaluate(policy === "none" ? [] : [policy], {
    action: "sqs:SendMessage",
    resource: arn,
    principal: { service: "events.amazonaws.com" },
    context: {
      "aws:SourceArn": source,
      "aws:SourceAccount": source.split(":")[4] ?? "",
      "aws:SecureTransport": "true",
    },
  });
  if (decision !== "allow") return `NO_PERMISSIONS: the policy of ${arn} does not permit ${source}`;
  const sent = await context.cloud.moto(where, "sqs", {
    target: "AmazonSQS.SendMessage",
    json: {
      QueueUrl: `http://127.0.0.1/${where.account}/${nameOf(arn)}`,
      MessageBody: body,
      ...(target?.SqsParameters ?? {}),
    },
  });
  return sent.status === 200 ? undefined : `SDK_CLIENT_ERROR: ${sent.body.toString()}`;
};

/** One event on its way to one target. `hops`: the buses that it has passed. */
interface Delivery {
  readonly rule: Rule;
  readonly target: Target;
  readonly event: Event;
  readonly hops: number;
}

/** Why the target did not take it; undefined when it did. */
const toTarget = async (
  context: Context,
  { rule, target, event, hops }: Delivery,
): Promise<string | undefined> => {
  const service = target.Arn.split(":")[2];
  const body = inputFor(target, event, { arn: rule.Arn, name: rule.Name });
  if (service === "sqs") return toQueue(context, { arn: target.Arn, body, rule, target });
  if (service === "lambda") {
    const options = {
      ruleArn: rule.Arn,
      ...(target.RetryPolicy?.MaximumRetryAttempts === undefined
        ? {}
        : { retries: target.RetryPolicy.MaximumRetryAttempts }),
      ...(target.RetryPolicy?.MaximumEventAgeInSeconds === undefined
        ? {}
        : { maximumAgeSeconds: target.RetryPolicy.MaximumEventAgeInSeconds }),
    };
    return context.invokeAsync(target.Arn, body, options);
  }
  if (service === "events") {
    if (hops >= MAXIMUM_HOPS) return "SDK_CLIENT_ERROR: too many hops";
    const [source, detailType] = [String(event["source"]), String(event["detail-type"])];
    const lacks = await roleRefusal(context, target, source, detailType);
    if (lacks !== undefined) return `NO_PERMISSIONS: ${lacks}`;
    const sender = { account: whereOf(rule.Arn).account, sources: [source], detailTypes: [detailType] };
    const refusal = await busRefusal(context, target.Arn, sender);
    if (refusal !== undefined) return `NO_PERMISSIONS: ${refusal}`;
    await deliver(context, {
      where: whereOf(target.Arn),
      bus: busNameOf(target.Arn),
      event,
      hops: hops + 1,
    });
    return undefined;
  }
  return undefined; // other kinds of targets (logs, sns …) are accepted and dropped
};

/** The role of a bus target must permit the events service to put the event there, where one is given. */
const roleRefusal = async (
  context: Pick<Context, "missing">,
  { RoleArn, Arn }: Target,
  source: string,
  detailType: string,
): Promise<string | undefined> => {
  if (RoleArn === undefined) return undefined;
  const request: AccessRequest = {
    action: "events:PutEvents",
    resource: Arn,
    context: { "events:source": [source], "events:detail-type": [detailType] },
  };
  const lacks = await context.missing(RoleArn, [request]);
  return lacks === undefined ? undefined : `${RoleArn} may not put events on ${Arn}`;
};

const deadLetter = async (
  context: Context,
  { rule, target, event }: Delivery,
  reason: string,
): Promise<void> => {
  const queue = target.DeadLetterConfig?.Arn;
  if (queue !== undefined) {
    const refusal = await toQueue(context, { arn: queue, body: JSON.stringify(event), rule });
    if (refusal === undefined) return;
  }
  context.undelivered.push({ rule: rule.Arn, target: target.Arn, reason, event });
};

/** Hands an event to every target of every enabled rule of a bus whose pattern matches. */
export const deliver = async (
  context: Context,
  { where, bus, event, hops = 0 }: { where: Where; bus: string; event: Event; hops?: number },
): Promise<void> => {
  const rules = await context.rules.of(where, bus);
  const wanted = rules.filter(
    (rule) => rule.State.startsWith("ENABLED") && rule.pattern !== undefined && matches(rule.pattern, event),
  );
  await Promise.all(wanted.map((rule) => deliverTo(context, rule, event, hops)));
};

/** Hands an event to the targets of one rule, whatever its pattern; a schedule fires in this way. */
export const deliverTo = async (context: Context, rule: Rule, event: Event, hops = 0): Promise<void> => {
  await Promise.all(
    rule.targets.map(async (target) => {
      const delivery = { rule, target, event, hops };
      const reason = await toTarget(context, delivery);
      if (reason !== undefined) await deadLetter(context, delivery, reason);
    }),
  );
};

export type { Context as DeliveryContext };
