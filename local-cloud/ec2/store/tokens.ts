import { Ec2Fault } from "../fault.js";

/** How long a token is remembered, in milliseconds. "Ensuring idempotency" in the EC2 developer guide gives no figure for these actions; a day is what other EC2 actions keep. */
const REMEMBERED = 24 * 3600 * 1000;

/**
 * Client tokens: the same token with the same parameters gives what was made the first time, with other parameters
 * an error. What happens when the thing made has been deleted meanwhile is the caller's question to a switch.
 */
export class Tokens<T extends { readonly id: string }> {
  readonly #known = new Map<string, { request: string; made: T; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  once(
    token: string | undefined,
    request: unknown,
    find: (id: string) => T | undefined,
    answerDeleted: boolean,
    make: () => T,
  ): T {
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
