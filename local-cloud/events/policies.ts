/** Resource policies of queues and buses, and what they permit. */
import { jsonBody } from "../answers.js";
import { evaluate, parsePolicy, type PolicyDocument } from "../iam/policy.js";
import type { Call, Cloud } from "../types.js";

/** "missing": there is not even what the policy would be of. */
type Policy = PolicyDocument | "none" | "missing";
/** By ARN. Promises, so that what is still being read when something changes is forgotten as well. */
export type Policies = Map<string, Promise<Policy>>;

export const whereOf = (arn: string): Pick<Call, "account" | "region"> => {
  const [, , , region = "", account = ""] = arn.split(":");
  return { account, region };
};
export const nameOf = (arn: string): string => arn.split(":").slice(5).join(":");
export const busNameOf = (arn: string): string => nameOf(arn).replace(/^event-bus\//, "");

/** Read once, and again after a call that may change it. */
const readOnce = (known: Policies, arn: string, read: () => Promise<Policy>): Promise<Policy> => {
  let policy = known.get(arn);
  if (policy === undefined) {
    policy = read();
    known.set(arn, policy);
    policy.catch(() => known.delete(arn));
  }
  return policy;
};

interface Queues {
  readonly cloud: Pick<Cloud, "moto">;
  readonly queuePolicies: Policies;
}

export const queuePolicyOf = ({ cloud, queuePolicies }: Queues, arn: string): Promise<Policy> =>
  readOnce(queuePolicies, arn, async () => {
    const where = whereOf(arn);
    const read = await cloud.moto(where, "sqs", {
      target: "AmazonSQS.GetQueueAttributes",
      json: { QueueUrl: `http://127.0.0.1/${where.account}/${nameOf(arn)}`, AttributeNames: ["Policy"] },
    });
    const attributes = jsonBody<{ Attributes: Record<string, string> }>(read).Attributes ?? {};
    return read.status === 200 ? (parsePolicy(attributes["Policy"]) ?? "none") : "missing";
  });

interface Buses {
  readonly cloud: Pick<Cloud, "moto">;
  readonly busPolicies: Policies;
}

const busPolicyOf = ({ cloud, busPolicies }: Buses, arn: string): Promise<Policy> =>
  readOnce(busPolicies, arn, async () => {
    const read = await cloud.moto(whereOf(arn), "events", {
      target: "AWSEvents.DescribeEventBus",
      json: { Name: busNameOf(arn) },
    });
    return read.status === 200
      ? (parsePolicy(jsonBody<{ Policy: string }>(read).Policy) ?? "none")
      : "missing";
  });

/** What one call, or a rule with one event, brings to a bus. */
export interface Sending {
  readonly account: string;
  readonly sources: readonly string[];
  readonly detailTypes: readonly string[];
}

/**
 * Why the sender may not put this on the bus; undefined when it may. The bus's own account always may. Both keys are
 * lists ("Actions, resources, and condition keys for Amazon EventBridge": ArrayOfString), so a call is judged with the
 * sources of all that it brings to the bus; that it is not judged event by event is (?).
 */
export const busRefusal = async (
  context: Buses,
  busArn: string,
  { account, sources, detailTypes }: Sending,
): Promise<string | undefined> => {
  const policy = await busPolicyOf(context, busArn);
  if (policy === "missing") return `Event bus ${busNameOf(busArn)} does not exist.`;
  if (whereOf(busArn).account === account) return undefined;
  const decision = evaluate(policy === "none" ? [] : [policy], {
    action: "events:PutEvents",
    resource: busArn,
    principal: { account, arn: `arn:aws:iam::${account}:root` },
    context: {
      "aws:PrincipalAccount": account,
      "aws:SourceAccount": account,
      "events:source": sources,
      "events:detail-type": detailTypes,
    },
  });
  return decision === "allow" ? undefined : `${account} is not authorized to put events on ${busArn}`;
};
