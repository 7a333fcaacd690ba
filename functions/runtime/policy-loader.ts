/**
 * The policy in force. A document that does not validate is refused: the newest one of the parameter's
 * history that does stays in force, also in a process that has just started.
 */
import type { PolicyParameter, PolicyText } from "../aws/policy-parameter.js";
import type { Clock } from "../core/clock.js";
import { parsePolicy, type Policy } from "../core/sessions/policy.js";

export interface LoadedPolicy {
  readonly policy: Policy;
  /** Why the newest document is not the one in force; empty when it is. */
  readonly problems: readonly string[];
  /** When it was written, milliseconds since the epoch; undefined where that is not known, or an earlier one is in force. */
  readonly writtenAt?: number;
}

export interface PolicyLoader {
  /** Throws when SSM cannot be read, and `NoValidPolicy` when no version ever validated. */
  load(): Promise<LoadedPolicy>;
}

export class NoValidPolicy extends Error {
  override readonly name = "NoValidPolicy";
}

/** `cacheMs`: how old an answer may be; 0 reads every time. */
export function createPolicyLoader(parameter: PolicyParameter, clock: Clock, cacheMs: number): PolicyLoader {
  let cached: { text: string | undefined; loaded: LoadedPolicy; until: number } | undefined;
  return {
    async load() {
      if (cached && clock.now() < cached.until) return cached.loaded;
      const newest = await parameter.read();
      const { text } = newest;
      const until = clock.now() + cacheMs;
      // The same text needs no second look, above all not a second walk through the history.
      if (cached && text !== undefined && cached.text === text) {
        cached = { ...cached, until };
        return cached.loaded;
      }
      const loaded = await settle(newest, parameter);
      cached = { text, loaded, until };
      return loaded;
    },
  };
}

async function settle({ text, writtenAt }: PolicyText, parameter: PolicyParameter): Promise<LoadedPolicy> {
  const newest = text === undefined ? undefined : parsePolicy(text);
  if (newest?.ok === true) {
    return { policy: newest.policy, problems: [], ...(writtenAt !== undefined && { writtenAt }) };
  }
  // A document in the middle of being written is not a bad one: no problem is reported for it.
  const problems = newest?.problems ?? [];
  for await (const earlier of parameter.history()) {
    const parsed = parsePolicy(earlier);
    if (parsed.ok) return { policy: parsed.policy, problems };
  }
  throw new NoValidPolicy(`no version of the policy parameter validates: ${problems.join("; ")}`);
}
