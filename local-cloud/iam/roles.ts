import type { Call, Cloud } from "../types.js";
import { items, parseXml, texts, type Node, type Params } from "../xml.js";
import { parsePolicy, type PolicyDocument } from "./policy.js";

export interface RolePolicies {
  /** A role can be named that was never made: by a function, or in AssumeRole. */
  readonly exists: boolean;
  /** `AROA…`, with which `aws:userid` of the role's sessions begins. */
  readonly id: string;
  readonly identity: readonly PolicyDocument[];
  /** Undefined: the role has no permissions boundary. */
  readonly boundary?: PolicyDocument;
}

const NONE: RolePolicies = { exists: false, id: "AROALOCAL", identity: [] };

/** Policies of roles, read from moto, and again after a call that changes any. */
export class Roles {
  readonly #cloud: Pick<Cloud, "moto" | "now">;
  readonly #cache = new Map<string, { at: number; policies: Promise<RolePolicies> }>();
  #changedAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds until a change of policies is seen: IAM is eventually consistent. */
  delay = 0;

  constructor(cloud: Pick<Cloud, "moto" | "now">) {
    this.#cloud = cloud;
  }

  changed(): void {
    this.#changedAt = this.#cloud.now();
  }

  forget(): void {
    this.#cache.clear();
    this.#changedAt = Number.NEGATIVE_INFINITY;
    this.delay = 0;
  }

  of(roleArn: string): Promise<RolePolicies> {
    const known = this.#cache.get(roleArn);
    const now = this.#cloud.now();
    const waiting = now < this.#changedAt + this.delay;
    if (known !== undefined && (waiting || known.at >= this.#changedAt)) return known.policies;
    // What was changed a moment ago may do nothing yet; whether it is there at all is no matter of permissions.
    if (waiting)
      return this.#identity(roleArn).then((id) => (id === undefined ? NONE : { ...NONE, exists: true, id }));
    const policies = this.#read(roleArn);
    // a millisecond earlier, so that a change within the same one is read again
    this.#cache.set(roleArn, { at: now - 1, policies });
    policies.catch(() => this.#cache.delete(roleArn));
    return policies;
  }

  async #ask(where: Pick<Call, "account" | "region">, params: Params): Promise<Node> {
    const answer = await this.#cloud.moto(where, "iam", { params: { Version: "2010-05-08", ...params } });
    return parseXml(answer.body.toString());
  }

  async #managed(where: Pick<Call, "account" | "region">, PolicyArn: string): Promise<PolicyDocument[]> {
    const policy = await this.#ask(where, { Action: "GetPolicy", PolicyArn });
    const [VersionId = ""] = texts(policy, [
      "GetPolicyResponse",
      "GetPolicyResult",
      "Policy",
      "DefaultVersionId",
    ]);
    const version = await this.#ask(where, { Action: "GetPolicyVersion", PolicyArn, VersionId });
    return texts(version, [
      "GetPolicyVersionResponse",
      "GetPolicyVersionResult",
      "PolicyVersion",
      "Document",
    ]).flatMap(document);
  }

  async #identity(roleArn: string): Promise<string | undefined> {
    const { where, RoleName } = named(roleArn);
    const role = await this.#ask(where, { Action: "GetRole", RoleName });
    return texts(role, ["GetRoleResponse", "GetRoleResult", "Role", "RoleId"])[0];
  }

  async #read(roleArn: string): Promise<RolePolicies> {
    const { where, RoleName } = named(roleArn);
    const inline = await this.#ask(where, { Action: "ListRolePolicies", RoleName });
    const names = items(inline, "ListRolePoliciesResponse", "ListRolePoliciesResult", "PolicyNames");
    const own = await Promise.all(
      names.map(async (PolicyName) => {
        const read = await this.#ask(where, {
          Action: "GetRolePolicy",
          RoleName,
          PolicyName: String(PolicyName),
        });
        return texts(read, ["GetRolePolicyResponse", "GetRolePolicyResult", "PolicyDocument"]).flatMap(
          document,
        );
      }),
    );
    const list = await this.#ask(where, { Action: "ListAttachedRolePolicies", RoleName });
    const path = ["ListAttachedRolePoliciesResponse", "ListAttachedRolePoliciesResult", "AttachedPolicies"];
    const attached = items(list, ...path).flatMap((member) => texts(member, ["PolicyArn"]));
    const managed = await Promise.all(attached.map((policyArn) => this.#managed(where, policyArn)));
    const role = await this.#ask(where, { Action: "GetRole", RoleName });
    const [boundaryArn] = texts(role, [
      "GetRoleResponse",
      "GetRoleResult",
      "Role",
      "PermissionsBoundary",
      "PermissionsBoundaryArn",
    ]);
    const [id] = texts(role, ["GetRoleResponse", "GetRoleResult", "Role", "RoleId"]);
    if (id === undefined) return NONE;
    const [boundary] = boundaryArn === undefined ? [] : await this.#managed(where, boundaryArn);
    return {
      exists: true,
      id,
      identity: [...own.flat(), ...managed.flat()],
      ...(boundary === undefined ? {} : { boundary }),
    };
  }
}

/** The role's name, and where moto has it. */
const named = (roleArn: string) => {
  const [, , , , account = ""] = roleArn.split(":");
  return { RoleName: roleArn.split("/").pop() ?? "", where: { account, region: "us-east-1" } };
};

/** IAM answers documents URL-encoded. */
const document = (text: string): PolicyDocument[] => {
  const parsed = parsePolicy(text.trimStart().startsWith("{") ? text : decodeURIComponent(text));
  return parsed === undefined ? [] : [parsed];
};
