/** A statement of a policy, whatever wrote it. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** None in the policy that says who may take a role. */
  readonly resources: readonly string[];
  /** Part of the policy of a resource (or of a role's trust), which names principals. */
  readonly isOfResource: boolean;
  readonly conditions: readonly Condition[];
}
