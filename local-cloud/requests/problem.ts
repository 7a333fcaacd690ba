/** What is wrong with a request. `path` names the member as the caller wrote it: `Filter.1.Name`, `Tags[0].Key`. */
export interface Problem {
  readonly kind: "unknown" | "missing" | "type" | "value" | "filter";
  readonly path: string;
  /** As sent. */
  readonly value?: string;
  /** Of a value that is not allowed, in the words in which AWS's services say it. */
  readonly must?: string;
}
