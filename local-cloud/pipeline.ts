import { serviceError } from "./answers.js";
import type { Patch } from "./patches/types.js";
import type { Answer, Call, Handler, Interference } from "./types.js";

/** A 5xx of moto, which means that it lacks something: suites fail when there is one. */
export interface Gap {
  readonly service: string;
  readonly action: string;
  readonly status: number;
  readonly message: string;
}

export interface Pipeline {
  readonly interference: Interference;
  readonly patches: readonly Patch[];
  readonly handlers: readonly Handler[];
  readonly forward: (call: Call) => Promise<Answer>;
  /** AWS's answer to what its model of the operation does not allow. */
  readonly check: (call: Call) => Answer | undefined;
  readonly authorize: (call: Call) => Promise<Answer | undefined>;
  readonly gaps: Gap[];
}

/** What moto could not do, as an answer that no SDK retries. */
const gapAnswer = (call: Call, answer: Answer, gaps: Gap[]): Answer => {
  const text = answer.body.toString().replace(/\s+/g, " ").slice(0, 600);
  gaps.push({ service: call.service, action: call.action, status: answer.status, message: text });
  const message = `The local cloud has no ${call.service}:${call.action} (${text.slice(0, 200)})`;
  return { ...serviceError(call, "LocalCloudGap", message), by: `gap-${answer.status}` };
};

/**
 * Answers one call: counted and perhaps disturbed first, then permitted or not, then through the patches that
 * match (outermost first) to the handlers and at last to moto. `touched` receives the names of the patches.
 */
export const answerCall = async (pipeline: Pipeline, call: Call, touched: string[] = []): Promise<Answer> => {
  const early = await pipeline.interference.before(call);
  if (early !== undefined) return early;
  const wrong = pipeline.check(call);
  if (wrong !== undefined) return pipeline.interference.after(call, wrong);
  const refused = await pipeline.authorize(call);
  if (refused !== undefined) return refused;

  const inner = async (): Promise<Answer> => {
    for (const handler of pipeline.handlers) {
      const answer = await handler.handle(call);
      if (answer !== undefined) return { by: handler.name, ...answer };
    }
    return pipeline.forward(call);
  };
  const chain = pipeline.patches
    .filter((patch) => patch.match(call))
    .reduceRight<() => Promise<Answer>>(
      (next, patch) => () => {
        if (patch.name !== "load-balancer-arn") touched.push(patch.name);
        return patch.run(call, next);
      },
      inner,
    );
  const answer = await chain();
  const settled =
    answer.status >= 500 && answer.by === undefined ? gapAnswer(call, answer, pipeline.gaps) : answer;
  return pipeline.interference.after(call, settled);
};
