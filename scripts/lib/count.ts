/** What a step comes to. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}
