import type { Keys } from "../call.js";
import { queryOk } from "../answers.js";
import { sessionArn } from "../iam/session.js";
import type { Call } from "../types.js";
import { is, type PatchSet } from "./types.js";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** Who is who: keys handed out by AssumeRole belong to the role's account from then on. */
export const stsPatches = (keys: Keys, userIdOf: (call: Call) => Promise<string>): PatchSet => ({
  reset: () => undefined,
  patches: [
    {
      name: "assume-role",
      why: "the front has to know the account and role of the keys that moto hands out",
      match: is("sts", "AssumeRole"),
      async run(call, next) {
        const answer = await next();
        const key = /<AccessKeyId>([^<]+)</.exec(answer.body.toString())?.[1];
        const roleArn = call.params["RoleArn"] ?? "";
        const account = /^arn:aws[^:]*:iam::(\d{12}):role\//.exec(roleArn)?.[1];
        if (answer.status === 200 && key !== undefined && account !== undefined) {
          const userId = /<AssumedRoleId>([^<]+)</.exec(answer.body.toString())?.[1];
          const sessionName = call.params["RoleSessionName"] ?? "session";
          keys.add(key, { account, roleArn, sessionName, ...(userId === undefined ? {} : { userId }) });
        }
        return answer;
      },
    },
    {
      name: "caller-identity",
      why: "moto knows nothing of the keys that functions have",
      match: (call) => is("sts", "GetCallerIdentity")(call) && call.roleArn !== undefined,
      async run(call) {
        const arn = sessionArn(call.roleArn ?? "", call.sessionName ?? "session");
        const userId = await userIdOf(call);
        const inner = `<Arn>${arn}</Arn><UserId>${userId}</UserId><Account>${call.account}</Account>`;
        return queryOk(call.action, NAMESPACE, inner);
      },
    },
  ],
});
