import { serviceError } from "../answers.js";
import type { Keys } from "../call.js";
import type { Ec2 } from "../ec2/index.js";
import type { Patch } from "../patches/types.js";
import type { Answer, Call, Cloud } from "../types.js";
import { createResourceFacts } from "./facts.js";
import { evaluate, type AccessRequest } from "./policy.js";
import { callContext, requestsOf } from "./requests.js";
import { Roles } from "./roles.js";
import { sessionArn } from "./session.js";

/** What a session of a role needed for its calls, permitted or not; each once. */
export interface Use {
  readonly session: string;
  readonly action: string;
  readonly resource: string;
  /** The service to which a role is handed (iam:PassRole). */
  readonly passedTo?: string;
}

/** A call of a function, or of another session of a role, that the role does not permit. */
export interface Denial {
  /** Or of the session. */
  readonly functionName: string;
  readonly action: string;
  readonly resource: string;
  readonly explicit: boolean;
}

export interface Iam {
  /**
   * When off, functions and sessions of roles may do everything. Keys of an account always may, and so may sessions
   * of roles that nobody made.
   */
  enabled: boolean;
  readonly roles: Roles;
  readonly denials: readonly Denial[];
  /** Of sessions, not of functions. */
  uses(): readonly Use[];
  /** Forgets the denials so far. */
  forgive(): void;
  /** Forgets what was read of a role when a call changes it. */
  readonly patch: Patch;
  /** The refusal of a call; undefined when it is permitted or no role's. */
  authorize(call: Call): Promise<Answer | undefined>;
  /** `aws:userid`, which GetCallerIdentity answers as UserId. */
  userIdOf(call: Pick<Call, "accessKeyId">): Promise<string>;
  /** What a role lacks of the given permissions. */
  missing(roleArn: string, requests: readonly AccessRequest[]): Promise<AccessRequest | undefined>;
  reset(): void;
}

const refusal = (call: Call, who: string, request: AccessRequest, explicit: boolean): Answer => {
  const because = explicit
    ? `with an explicit deny in an identity-based policy`
    : `because no identity-based policy allows the ${request.action} action`;
  const message = `User: ${who} is not authorized to perform: ${request.action} on resource: ${request.resource} ${because}`;
  const answer =
    call.service === "ec2"
      ? serviceError(
          call,
          "UnauthorizedOperation",
          `You are not authorized to perform this operation. ${message}`,
          403,
        )
      : Object.keys(call.params).length > 0
        ? serviceError(call, "AccessDenied", message, 403)
        : call.service === "s3"
          ? serviceError(call, "AccessDenied", message, 403)
          : serviceError(call, "AccessDeniedException", message, call.service === "lambda" ? 403 : 400);
  return { ...answer, by: "iam" };
};

export const createIam = (cloud: Cloud, ec2: Ec2, keys: Keys): Iam => {
  const roles = new Roles(cloud);
  const facts = createResourceFacts(ec2, cloud);
  const denials: Denial[] = [];
  const uses = new Map<string, Use>();

  const decide = async (roleArn: string, request: AccessRequest) => {
    const { identity, boundary } = await roles.of(roleArn);
    const decision = evaluate(identity, request);
    if (decision !== "allow" || boundary === undefined) return decision;
    return evaluate([boundary], request);
  };

  const userIdOf: Iam["userIdOf"] = async ({ accessKeyId }) => {
    const { account, roleArn, sessionName, userId } = keys.identify(accessKeyId);
    if (userId !== undefined) return userId;
    return roleArn === undefined ? account : `${(await roles.of(roleArn)).id}:${sessionName ?? ""}`;
  };
  const baseContext = async (call: Call, roleArn: string) =>
    callContext(call, { principalArn: roleArn, userId: await userIdOf(call), now: cloud.now() });

  const iam: Iam = {
    enabled: true,
    roles,
    denials,
    uses: () => [...uses.values()],
    forgive: () => {
      denials.length = 0;
    },
    userIdOf,
    patch: {
      name: "role-policies",
      why: "the permissions of functions are read from moto once, and again when they change",
      match: (call) => call.service === "iam" && !/^(Get|List|Simulate)/.test(call.action),
      async run(_, next) {
        const answer = await next();
        roles.changed();
        return answer;
      },
    },
    async authorize(call) {
      const { functionName, sessionName, roleArn } = keys.identify(call.accessKeyId);
      if (!iam.enabled || sessionName === undefined || roleArn === undefined) return undefined;
      if (call.service === "sts") return undefined; // GetCallerIdentity needs no permission
      if (functionName === undefined && !(await roles.of(roleArn)).exists) return undefined;
      for (const request of await requestsOf(call, await baseContext(call, roleArn), facts)) {
        const { action, resource } = request;
        if (functionName === undefined) {
          const passedTo = request.context["iam:PassedToService"];
          const use = {
            session: sessionName,
            action,
            resource,
            ...(typeof passedTo === "string" && { passedTo }),
          };
          uses.set(JSON.stringify(use), use);
        }
        const decision = await decide(roleArn, request);
        if (decision === "allow") continue;
        // A permission is lacking only where there is something that it would be for.
        const absent = request.absent === true && decision === "none";
        if (absent && cloud.switches.get("gone-under-tag-condition") === "not-found") continue;
        if (!absent) {
          denials.push({ functionName: sessionName, action, resource, explicit: decision === "deny" });
        }
        return refusal(call, sessionArn(roleArn, sessionName), request, decision === "deny");
      }
      return undefined;
    },
    async missing(roleArn, requests) {
      for (const request of requests) if ((await decide(roleArn, request)) !== "allow") return request;
      return undefined;
    },
    reset() {
      iam.enabled = true;
      roles.forget();
      denials.length = 0;
      uses.clear();
    },
  };
  return iam;
};
