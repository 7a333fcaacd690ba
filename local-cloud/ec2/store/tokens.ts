import { Ec2Fault } from "../fault.js";

interface Creation<T> {
  readonly token: string | undefined;
  /** What a repetition must be equal to. */
  readonly request: unknown;
  readonly find: (id: string) => T | undefined;
  /** Whether a repetition is answered with what was deleted meanwhile. */
  readonly answerDeleted?: boolean;
  readonly make: () => T;
}

/** How long a token is remembered, in milliseconds. "Ensuring idempotency" in the EC2 developer guide gives no figure for these actions; a day is what other EC2 actions keep. */
const REMEMBERED = 24 * 3600 * 1000;

/**
 * Client tokens: the same token with the same parameters gives what was made the first time, with other parameters
 * an error. Whether something deleted meanwhile is answered again is decided by a switch, which the caller reads.
 */
export class Tokens<T extends { readonly id: string }> {
  readonly #known = new Map<string, { request: string; made: T; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  once({ token, request, find, answerDeleted = false, make }: Creation<T>): T {
    if (token === undefined || token === "") return make();
    const text = JSON.stringify(request);
    const before = this.#known.get(token);
    if (before && this.#now() - before.at < REMEMBERED) {
      if (before.request !== text) {
        throw new Ec2Fault(
          "IdempotentParameterMismatch",
          "The request uses the same client token as a previous, but non-identical request.",
        );
      }
      const found = find(before.made.id) ?? (answerDeleted ? before.made : undefined);
      if (found) return found;
    }
    const made = make();
    this.#known.set(token, { request: text, made, at: this.#now() });
    return made;
  }
}
