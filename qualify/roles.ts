/** Roles that a probe makes for itself, and sessions of them. */
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { createClients, refusal, type Clients } from "./clients.js";
import type { Stage } from "./stage.js";
import { OWN_TAG, RUN_TAG } from "./tags.js";

type Statement = Readonly<Record<string, unknown>>;

const document = (Statement: readonly Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });

/** `who` may assume it: this account, or a service. */
export const makeRole = async (
  stage: Stage,
  name: string,
  who: Readonly<Record<string, string>>,
): Promise<string> => {
  stage.made("role", name);
  const { Role } = await stage.clients.iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: document([{ Effect: "Allow", Principal: who, Action: "sts:AssumeRole" }]),
      Tags: [RUN_TAG, OWN_TAG].map((Key) => ({ Key, Value: stage.run })),
    }),
  );
  return Role?.Arn ?? "";
};

export const permit = async (
  stage: Stage,
  role: string,
  policy: string,
  statements: readonly Statement[],
): Promise<void> => {
  const PolicyDocument = document(statements);
  await stage.clients.iam.send(
    new PutRolePolicyCommand({ RoleName: role, PolicyName: policy, PolicyDocument }),
  );
};

/** Clients of a session of the role; a new role can be assumed some seconds after it was made. */
export const assume = async (stage: Stage, RoleArn: string): Promise<Clients> => {
  const session = async (): Promise<Clients | undefined> => {
    const call = stage.clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: stage.run }));
    if ((await refusal(call)) !== undefined) return undefined;
    const { Credentials: keys } = await call;
    const { profile: _, ...where } = stage.clients.where;
    return createClients({
      ...where,
      credentials: {
        accessKeyId: keys?.AccessKeyId ?? "",
        secretAccessKey: keys?.SecretAccessKey ?? "",
        sessionToken: keys?.SessionToken ?? "",
      },
    });
  };
  const { answer } = await stage.until(
    "a new role to be assumed",
    120,
    session,
    (each) => each !== undefined,
  );
  if (answer === undefined) throw new Error("no session");
  return answer;
};

/** A role that this account may assume. */
export const makeOwnRole = async (stage: Stage, name: string): Promise<string> => {
  const partition = stage.outputs.event_bus_arn.split(":")[1] ?? "aws";
  return makeRole(stage, name, { AWS: `arn:${partition}:iam::${stage.account}:root` });
};
