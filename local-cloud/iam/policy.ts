/**
 * Evaluation of IAM policy documents ("Policy evaluation logic" and "IAM JSON policy elements" in the IAM
 * User Guide), as far as the policies of this repository and its neighbours use them.
 */
import { conditionsHold } from "./conditions.js";
import type { Context } from "./context.js";
import { glob, substitute } from "./match.js";

type OneOrMany = string | readonly string[];

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, OneOrMany | boolean | readonly boolean[]>>>
  >;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Principal {
  readonly service?: string;
  readonly account?: string;
  readonly arn?: string;
}

export interface AccessRequest {
  /** `service:Action` */
  readonly action: string;
  readonly resource: string;
  /** Compared with `Principal` of a resource policy; identity policies have none. */
  readonly principal?: Principal;
  readonly context: Context;
  /** It names something that is not there, whose tags no condition can ask for. */
  readonly absent?: boolean;
}

/** "none": no statement speaks of the request, which is an implicit denial. */
export type Decision = "allow" | "deny" | "none";

export const many = (value: OneOrMany | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

const principalMatches = (statement: Statement, principal: Principal | undefined): boolean => {
  const given = statement.Principal;
  if (given === undefined) return true;
  if (principal === undefined) return false;
  if (given === "*") return true;
  const service = many(given["Service"]);
  if (principal.service !== undefined && service.includes(principal.service)) return true;
  return many(given["AWS"]).some(
    (value) =>
      value === "*" ||
      (principal.account !== undefined &&
        (value === principal.account || value === `arn:aws:iam::${principal.account}:root`)) ||
      value === principal.arn,
  );
};

const speaks = (statement: Statement, request: AccessRequest): boolean => {
  const actionIs = (pattern: string): boolean => glob(pattern.toLowerCase(), request.action.toLowerCase());
  const resourceIs = (pattern: string): boolean => {
    const expected = substitute(pattern, request.context);
    return expected !== undefined && glob(expected, request.resource);
  };
  if (statement.Action !== undefined && !many(statement.Action).some(actionIs)) return false;
  if (statement.NotAction !== undefined && many(statement.NotAction).some(actionIs)) return false;
  if (statement.Resource !== undefined && !many(statement.Resource).some(resourceIs)) return false;
  if (statement.NotResource !== undefined && many(statement.NotResource).some(resourceIs)) return false;
  return (
    principalMatches(statement, request.principal) && conditionsHold(statement.Condition, request.context)
  );
};

export const statementsOf = (document: PolicyDocument): readonly Statement[] =>
  Array.isArray(document.Statement)
    ? (document.Statement as readonly Statement[])
    : [document.Statement as Statement];

/** An explicit denial wins over any permission. */
export const evaluate = (documents: readonly PolicyDocument[], request: AccessRequest): Decision => {
  let decision: Decision = "none";
  for (const statement of documents.flatMap(statementsOf)) {
    if (!speaks(statement, request)) continue;
    if (statement.Effect === "Deny") return "deny";
    decision = "allow";
  }
  return decision;
};

/** A policy document from its JSON text; undefined when there is none or it cannot be read. */
export const parsePolicy = (text: string | undefined): PolicyDocument | undefined => {
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && "Statement" in value
      ? (value as PolicyDocument)
      : undefined;
  } catch {
    return undefined;
  }
};
