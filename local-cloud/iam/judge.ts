/** What a policy document permits, asked of the document alone: no role, no cloud, the same rules. */
import { ownCall } from "../call.js";
import { parsePolicy, evaluate, type Decision } from "./policy.js";
import { callContext, requestsOf } from "./requests.js";

export interface Question {
  /** Who asks, as `aws:userid`: `AROA…:<session>` of a role, where the session of an instance's role is its id. */
  readonly userId: string;
  /** The last part of the call's target, such as `PutEvents`, of a service that speaks JSON: events, ssm, sqs, dynamodb. */
  readonly service: string;
  readonly action: string;
  readonly body: unknown;
  /** Tags of the SSM parameter that is asked about. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Partition key of the DynamoDB table that is asked about. */
  readonly hashKey?: string;
}

/**
 * "allow" when the document permits all that the call needs. Throws when the text is no policy document or uses an
 * operator that the local cloud does not know.
 */
export const judge = async (
  document: string,
  where: { readonly account: string; readonly region: string },
  { userId, service, action, body, tags = {}, hashKey }: Question,
): Promise<Decision> => {
  const policy = parsePolicy(document);
  if (policy === undefined) throw new Error("this is no policy document");
  const call = ownCall(where, service, { target: `x.${action}`, json: body });
  const principalArn = `arn:aws:iam::${where.account}:role/somebody`;
  const context = callContext(call, { principalArn, userId, now: Date.now() });
  const facts = Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ssm:resourceTag/${key}`, value],
    ]),
  );
  const requests = await requestsOf(call, context, (_, type) =>
    Promise.resolve(type === "table" && hashKey !== undefined ? { "hash-key": hashKey } : facts),
  );
  const decisions = requests.map((request) => evaluate([policy], request));
  return decisions.find((decision) => decision !== "allow") ?? "allow";
};
