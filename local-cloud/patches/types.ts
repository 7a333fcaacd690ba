import type { Answer, Call } from "../types.js";

/** One thing that moto gets wrong, put right around it. */
export interface Patch {
  /** Named in the log of every call that it touched. */
  readonly name: string;
  /** What moto does, and what AWS does. */
  readonly why: string;
  match(call: Call): boolean;
  /** May change the call, answer it alone, or edit what `next` answers. */
  run(call: Call, next: () => Promise<Answer>): Promise<Answer>;
}

/** The patches of one service and the state that they share. */
export interface PatchSet {
  readonly patches: readonly Patch[];
  reset(): void;
}

export const is =
  (service: string, ...actions: string[]) =>
  (call: Call): boolean =>
    call.service === service && actions.includes(call.action);

/** Edits the text of a successful answer. */
export const edited =
  (edit: (text: string, call: Call) => string) =>
  async (call: Call, next: () => Promise<Answer>): Promise<Answer> => {
    const answer = await next();
    if (answer.status >= 300) return answer;
    return { ...answer, body: Buffer.from(edit(answer.body.toString(), call)) };
  };
