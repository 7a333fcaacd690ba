import type { Step } from "./record.js";
import type { Stage } from "./stage.js";

/** One of the suite's core cases, played on the deployment: says in a sentence what was seen, and throws otherwise. */
export interface Case {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<string>;
}

/** What cannot be played here. */
export class NotRun extends Error {
  override readonly name = "NotRun";
}

export const play = async (name: string, work: () => Promise<string>): Promise<Step> => {
  const began = performance.now();
  const ended = (result: Step["result"], detail: string): Step => ({
    name,
    result,
    detail,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  });
  try {
    return ended("passed", await work());
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return ended(error instanceof NotRun ? "not run" : "failed", said);
  }
};
